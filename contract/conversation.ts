import * as z from 'zod/mini';
import type { ZoneTable } from './hours.ts';
import type { Decision, DecisionReason, ModelIntent } from './decision.ts';
import { CHANNELS, type AuthorKind, type ConversationStatus, type Priority } from './names.ts';
import type { DealershipPolicy, Policy } from './process.ts';
import type { Action } from './rules.ts';

/**
 * What crosses the edge of a conversation's workflow: its start input, signals, updates and events.
 * Instants named `…At` are milliseconds since 1970; spans are named `…Ms`.
 * Inside the workflow bundle this file is imported for its types only (design section 8).
 */

// ── Start ───────────────────────────────────────────────────────────────────

/** Which conversation this is: all that a webhook knows without reading a database. */
export const ConversationKey = z.object({
  dealershipId: z.string().check(z.minLength(1)),
  dealershipSlug: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]*$/)),
  conversationId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  channel: z.enum(CHANNELS),
  channelAccountId: z.string().check(z.minLength(1)),
  /** The customer's address on the channel: a number in E.164, or a page-scoped id. */
  address: z.string().check(z.minLength(1)),
});
export type ConversationKey = z.infer<typeof ConversationKey>;

// ── Signals ─────────────────────────────────────────────────────────────────

/** A customer's message, as the webhook took it. */
export const InboundMessage = z.object({
  /** The provider's id (Twilio MessageSid): a second signal with it is dropped. */
  providerMessageId: z.string().check(z.minLength(1)),
  text: z.string(),
  media: z.array(z.object({ url: z.string(), contentType: z.string() })),
  /** When the provider took it, where the provider says so; orders messages. */
  providerAt: z.nullable(z.number()),
  receivedAt: z.number(),
  /** Delivered from the spool or found by reconciliation: shown as late, and never answered by Auto Pilot. */
  late: z.boolean(),
  requestId: z.string(),
});
export type InboundMessage = z.infer<typeof InboundMessage>;

/** The provider reports that a message of ours did not arrive. */
export const DeliveryFailed = z.object({
  messageId: z.string(),
  attempt: z.number(),
  /** The provider's error code, as text (Twilio: "30003"). */
  code: z.nullable(z.string()),
  requestId: z.string(),
});
export type DeliveryFailed = z.infer<typeof DeliveryFailed>;

/** A call with the customer has ended. */
export interface CallEnded {
  callId: string;
  direction: 'inbound' | 'outbound';
  outcome: 'answered' | 'missed' | 'failed';
  durationMs: number;
  userId: string | null;
  requestId: string;
}

/** What has changed on the contact's card, for all the conversations with that contact. */
export interface ContactChanged {
  /** Tells one change from another; the same one twice is taken once. */
  changeId: string;
  /** When it changed: an opt-in from before an opt-out counts no more. */
  at: number;
  optedOut: boolean;
  consent: Consent;
  zone: ContactZone | null;
  requestId: string;
}

/** A process or the dealership's settings have a new version: the conversation reads what concerns it. */
export interface ProcessPublished {
  /** Null: the dealership's settings. */
  processId: string | null;
  requestId: string;
}

/** `express`: the contact has agreed to be written to; `none`: only what they wrote first counts. */
export type Consent = 'none' | 'express';

/** The contact's time zone, and where we know it from. */
export interface ContactZone {
  table: ZoneTable;
  source: 'contact' | 'number' | 'dealership';
}

// ── Updates ─────────────────────────────────────────────────────────────────

/** Fields that every update carries: who acts, and the HTTP request that brought it. */
export interface UpdateBase {
  userId: string;
  requestId: string;
}

export interface UpdateArgs {
  sendMessage: UpdateBase & { text: string; fromDraftId: string | null };
  generateReply: UpdateBase;
  setAutopilot: UpdateBase & { on: boolean };
  selectProcess: UpdateBase & { processId: string };
  setStage: UpdateBase & { stage: string };
  assign: UpdateBase & { ownerId: string | null; userIds: string[]; takeOver: boolean };
  actNow: UpdateBase & { itemId: string };
  /** Moves a follow-up to another time. */
  moveAgendaItem: UpdateBase & { itemId: string; at: number };
  cancelAgendaItem: UpdateBase & { itemId: string };
  retryMessage: UpdateBase & { messageId: string };
  setFollowUps: UpdateBase & { on: boolean };
  scheduleMessage: UpdateBase & { text: string; wall: string; zone: ZoneTable; cancelIfTheyReply: boolean };
  changeScheduled: UpdateBase & {
    scheduledId: string;
    text: string;
    wall: string;
    zone: ZoneTable;
    cancelIfTheyReply: boolean;
  };
  cancelScheduled: UpdateBase & { scheduledId: string };
  setTags: UpdateBase & { tags: string[] };
  /** Adds and removes single tags: somebody else's change to the others stays. */
  changeTags: UpdateBase & { add: string[]; remove: string[] };
  setPriority: UpdateBase & { priority: Priority };
  resolve: UpdateBase;
  reopen: UpdateBase;
  snooze: UpdateBase & { until: number };
  addReminder: UpdateBase & { text: string; dueAt: number; forUserId: string | null };
  completeReminder: UpdateBase & { reminderId: string };
  deleteConversation: UpdateBase;
  restoreConversation: UpdateBase;
}

export interface UpdateResults {
  sendMessage: { messageId: string };
  generateReply: GeneratedReply;
  setAutopilot: {
    on: boolean;
    /** The pending reply that turning off has cancelled. */
    cancelled: { dueAt: number } | null;
    /** The reply that turning on has armed. */
    armed: { dueAt: number } | null;
    /** An AI message that was committed for delivery before, and goes out. */
    committed: { messageId: string } | null;
  };
  selectProcess: { processId: string; versionId: string };
  setStage: { stage: string };
  assign: { ownerId: string | null; userIds: string[] };
  actNow: { itemId: string };
  cancelAgendaItem: { itemId: string };
  retryMessage: { messageId: string; attempt: number };
  moveAgendaItem: { itemId: string; at: number };
  setFollowUps: { on: boolean; cancelled: { dueAt: number } | null; planned: { dueAt: number } | null };
  scheduleMessage: ScheduledResult;
  changeScheduled: ScheduledResult;
  cancelScheduled: { scheduledId: string };
  setTags: { tags: string[] };
  changeTags: { tags: string[] };
  setPriority: { priority: Priority };
  resolve: { status: ConversationStatus };
  reopen: { status: ConversationStatus };
  snooze: { until: number };
  addReminder: { reminderId: string; dueAt: number };
  completeReminder: { reminderId: string };
  deleteConversation: { deletedAt: number };
  restoreConversation: { status: ConversationStatus };
}

export interface ScheduledResult {
  scheduledId: string;
  at: number;
  clock: WallClock;
}

/** Whether a local time exists once, not at all (clocks go forward: the time after it is taken) or twice (the first is). */
export type WallClock = 'exact' | 'skipped' | 'repeated';

/** What sparkle puts into the composer, or why there is nothing to put. */
export interface GeneratedReply {
  draftId: string;
  outcome: 'reply' | 'handOff' | 'nothing';
  text: string;
  reason: string;
  /** What the customer wants beside an answer. */
  intent: ModelIntent | null;
  processVersionId: string;
}

/** Why the core would not do what it was asked: the code is for programs, the message for the person. */
export interface Refusal {
  code: RefusalCode;
  message: string;
}
export const REFUSAL_CODES = [
  'invalid',
  'unchanged',
  'opted-out',
  'no-process',
  'unknown-process',
  'unknown-item',
  'unknown-message',
  'not-failed',
  'unknown-scheduled',
  'unknown-reminder',
  'in-the-past',
  'too-far',
  'too-many',
  'already-resolved',
  'not-resolved',
  'not-deleted',
  'deleted',
  'not-allowed',
  'blocked',
  'superseded',
  'model-unavailable',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

// ── Events ──────────────────────────────────────────────────────────────────

export type Actor =
  | { kind: 'customer' }
  | { kind: 'user'; userId: string }
  | { kind: 'autopilot'; processVersionId: string }
  | { kind: 'followUp'; processVersionId: string }
  | { kind: 'schedule'; scheduledId: string }
  | { kind: 'automation'; ruleId: string }
  | { kind: 'provider' }
  | { kind: 'system' };

/** What led to an event: the input that was taken in, or an earlier event of this conversation. */
export type Cause =
  | { kind: 'input'; id: string; requestId: string | null }
  /** `rules` are the rules that led here, the first first: none of them reacts again. */
  | { kind: 'event'; position: number; rules: string[] };

/** Each event's own fields, by type. `text` is kept with the message, not in the journal. */
export interface EventData {
  conversationStarted: {
    contactId: string;
    ownerId: string | null;
    stage: string;
    autopilot: boolean;
    followUps: boolean;
    policy: Policy | null;
    optedOut: boolean;
    source: string | null;
    consent: Consent;
    zone: ContactZone;
    dealership: DealershipPolicy;
  };
  /** A run goes on after a sleep: what has changed meanwhile. */
  conversationWoken: { optedOut: boolean; consent: Consent; zone: ContactZone; dealership: DealershipPolicy };
  messageReceived: {
    messageId: string;
    providerMessageId: string;
    text: string;
    /** Of the text's words; tells a repeated message without keeping it. */
    textHash: number;
    media: { url: string; contentType: string }[];
    providerAt: number;
    receivedAt: number;
    late: boolean;
  };
  conversationReopened: { from: ConversationStatus; reason: 'message' | 'snooze-over' | 'person' };
  /** `byPerson`: a person chose the time, and quiet hours are theirs to judge. */
  replyArmed: { burst: number; dueAt: number; draftAt: number; inbounds: number[]; byPerson?: true };
  replyCancelled: { dueAt: number; reason: DecisionReason };
  decisionMade: Decision;
  messageQueued: {
    messageId: string;
    attempt: number;
    author: AuthorKind;
    userId: string | null;
    processVersionId: string | null;
    /** Of a schedule: empty, it stands with the schedule. Of a rule: with the contact's fields to be filled in. */
    text: string;
    textHash: number;
    fromDraftId: string | null;
  };
  /** The provider may or may not have taken it: it is looked for, and never sent again blindly. */
  deliveryUnknown: { messageId: string; attempt: number; author: AuthorKind; sentAt: number; inbounds: number[] };
  /** It was looked for `tries` times and not found yet. */
  deliveryChecked: { messageId: string; attempt: number; tries: number };
  deliverySettled: { messageId: string; attempt: number; status: 'sent' | 'notSent' };
  deliveryFailed: { messageId: string; attempt: number; code: string | null };
  /** An AI answer never reached the provider: its inbound messages are undecided again. */
  answerLost: { messageId: string; inbounds: number[] };
  autopilotSet: { on: boolean };
  processSelected: { processId: string; versionId: string; policy: Policy };
  stageSet: { stage: string; from: string };
  assigned: { ownerId: string | null; userIds: string[]; takeOver: boolean };
  /** `since`: the provider's instant. `words`: in the customer's own words, as the core's patterns read them; `model`: as the model did. */
  optedOut: { since: number; source: 'keyword' | 'words' | 'provider' | 'model' | 'contact' };
  optedIn: { source: 'keyword' | 'contact' };
  contactChanged: { changeId: string; consent: Consent; zone: ContactZone | null };
  dealershipChanged: { dealership: DealershipPolicy };
  followUpsSet: { on: boolean };
  /** The next step of the sequence has a time: `step` counts from 0. `byPerson` as above. */
  followUpPlanned: { step: number; dueAt: number; draftAt: number; byPerson?: true };
  followUpCancelled: { step: number; reason: FollowUpEnd };
  messageScheduled: {
    scheduledId: string;
    text: string;
    at: number;
    wall: string;
    zone: string;
    clock: WallClock;
    cancelIfTheyReply: boolean;
    userId: string;
  };
  /** `at` alone changes when a gate defers it. */
  scheduledChanged: EventData['messageScheduled'];
  scheduledDeferred: { scheduledId: string; at: number };
  scheduledCancelled: { scheduledId: string; reason: 'person' | 'customer-replied' | 'opted-out' | 'gate' | 'deleted' };
  tagsSet: { tags: string[]; added: string[] };
  prioritySet: { priority: Priority };
  resolved: Record<string, never>;
  snoozed: { until: number };
  callEnded: Omit<CallEnded, 'requestId'>;
  slaStarted: { target: 'first' | 'next'; since: number; dueAt: number };
  slaMet: { target: 'first' | 'next'; late: boolean };
  slaBreached: { target: 'first' | 'next'; dueAt: number };
  ruleRan: {
    ruleId: string;
    name: string;
    /** Position of the event that set it off. */
    trigger: number;
    /** Every condition with what it found. */
    tests: { field: string; is: string; value: string | number | boolean; actual: string; pass: boolean }[];
    passed: boolean;
    actions: Action['do'][];
  };
  ruleStopped: { ruleId: string; name: string; depth: number };
  userNotified: { forUserId: string | null; text: string };
  reminderDue: { reminderId: string; forUserId: string | null };
  reminderCompleted: { reminderId: string };
  conversationDeleted: Record<string, never>;
  /** What was deleted last is there again; what had been planned is not. */
  conversationRestored: Record<string, never>;
  reminderAdded: { reminderId: string; forUserId: string | null; text: string; dueAt: number };
}
export type EventType = keyof EventData;

/** Why a planned follow-up does not go out. */
export type FollowUpEnd =
  | 'customer-replied'
  | 'person-sent'
  | 'turned-off'
  | 'opted-out'
  | 'stage'
  | 'resolved'
  | 'bad-number'
  | 'skipped'
  | 'gate'
  | 'model'
  | 'process-changed'
  | 'person-took-over'
  | 'deleted';

/** An event as the core decides it. */
export type NewEvent = { [T in EventType]: { type: T; data: EventData[T]; actor: Actor; cause: Cause } }[EventType];

/** An event with its place in the conversation. */
export type ConversationEvent = NewEvent & { position: number; at: number };
