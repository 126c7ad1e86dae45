import * as z from 'zod/mini';
import { CHANNELS, type AuthorKind, type ConversationStatus, type GateName } from './names.ts';
import type { Policy } from './process.ts';

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
  cancelAgendaItem: UpdateBase & { itemId: string };
  retryMessage: UpdateBase & { messageId: string };
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
}

/** What sparkle puts into the composer, or why there is nothing to put. */
export interface GeneratedReply {
  draftId: string;
  outcome: 'reply' | 'handOff' | 'nothing';
  text: string;
  reason: string;
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
  'blocked',
  'superseded',
  'model-unavailable',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

// ── Decisions ───────────────────────────────────────────────────────────────

/** One gate's verdict and what it looked at. */
export interface GateVerdict {
  gate: GateName;
  pass: boolean;
  /** The values that the gate read, for people: `{ optedOut: false }`. */
  inputs: Record<string, string | number | boolean | null>;
}

export const DECISION_OUTCOMES = ['sent', 'held', 'suppressed', 'handedOff', 'answeredByPerson'] as const;
/**
 * What became of inbound messages. `held` is the one that is not final: nothing answers now, and it may still be
 * answered (by a person, or when Auto Pilot is turned on).
 */
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

export const DECISION_REASONS = [
  'answered',
  'autopilot-off',
  'no-process',
  'late',
  'opted-out',
  'opt-out-request',
  'opt-in-request',
  'help-request',
  'gate',
  'person-took-over',
  'cancelled-by-person',
  'turn-cap',
  'model-hand-off',
  'model-nothing',
  'model-unavailable',
  'model-invalid',
  'flood',
  'not-sent',
] as const;
export type DecisionReason = (typeof DECISION_REASONS)[number];

/** What the model answered, without the text of the reply. */
export interface ModelAnswer {
  model: string;
  reason: string;
  confidence: number | null;
  suggestedStage: string | null;
  tookMs: number;
}

export interface Decision {
  /** Positions of the inbound messages that this is about. */
  inbounds: number[];
  outcome: DecisionOutcome;
  reason: DecisionReason;
  final: boolean;
  gates: GateVerdict[];
  processVersionId: string | null;
  messageId: string | null;
  model: ModelAnswer | null;
  /** A sentence for the thread. */
  explanation: string;
}

// ── Events ──────────────────────────────────────────────────────────────────

export type Actor =
  | { kind: 'customer' }
  | { kind: 'user'; userId: string }
  | { kind: 'autopilot'; processVersionId: string }
  | { kind: 'provider' }
  | { kind: 'system' };

/** What led to an event: the input that was taken in, or an earlier event of this conversation. */
export type Cause = { kind: 'input'; id: string; requestId: string | null } | { kind: 'event'; position: number };

/** Each event's own fields, by type. `text` is kept with the message, not in the journal. */
export interface EventData {
  conversationStarted: {
    contactId: string;
    ownerId: string | null;
    stage: string;
    autopilot: boolean;
    policy: Policy | null;
    optedOut: boolean;
  };
  messageReceived: {
    messageId: string;
    providerMessageId: string;
    text: string;
    media: { url: string; contentType: string }[];
    providerAt: number;
    receivedAt: number;
    late: boolean;
  };
  conversationReopened: { from: ConversationStatus };
  replyArmed: { burst: number; dueAt: number; draftAt: number; inbounds: number[] };
  replyCancelled: { dueAt: number; reason: DecisionReason };
  decisionMade: Decision;
  messageQueued: {
    messageId: string;
    attempt: number;
    author: AuthorKind;
    userId: string | null;
    processVersionId: string | null;
    text: string;
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
  optedOut: { source: 'keyword' | 'provider' };
  optedIn: { source: 'keyword' };
  reminderAdded: { reminderId: string; forUserId: string | null; text: string; dueAt: number };
}
export type EventType = keyof EventData;

/** An event as the core decides it. */
export type NewEvent = { [T in EventType]: { type: T; data: EventData[T]; actor: Actor; cause: Cause } }[EventType];

/** An event with its place in the conversation. */
export type ConversationEvent = NewEvent & { position: number; at: number };

// ── Agenda ──────────────────────────────────────────────────────────────────

export const AGENDA_KINDS = ['autopilotReply', 'reconcileDelivery'] as const;
export type AgendaKind = (typeof AGENDA_KINDS)[number];
export const AGENDA_OPERATIONS = ['actNow', 'cancel'] as const;
export type AgendaOperation = (typeof AGENDA_OPERATIONS)[number];

/** One thing that will happen. */
export interface AgendaItem {
  id: string;
  kind: AgendaKind;
  at: number;
  /** What will happen, in words. */
  title: string;
  /** `drafting`: the model is at work on it now. */
  phase: 'waiting' | 'drafting';
  /** Position of the event that put it here. */
  cause: number;
  operations: AgendaOperation[];
}
