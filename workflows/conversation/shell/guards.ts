import type {
  CallEnded,
  ContactChanged,
  DeliveryFailed,
  InboundMessage,
  ProcessPublished,
  UpdateArgs,
} from '@leadline/contract/conversation.ts';

/**
 * Checks at the workflow's edge, by hand: a schema library in each cached workflow has exhausted workers' memory
 * (sdk-typescript#2227). Operators can signal from the Temporal UI, so nothing is taken on trust. Each returns what is
 * wrong, or null.
 */

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length <= 70_000;
const id: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= 200;
/** Within what a date can say. */
const instant: Check = (value) => typeof value === 'number' && value > 0 && value <= 8.64e15;
const address: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= 2_000;
const flag: Check = (value) => typeof value === 'boolean';
const count: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const list =
  (check: Check, most: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(check);
const shape =
  (fields: Record<string, Check>): Check =>
  (value) =>
    firstWrong(value, fields) === null;

function firstWrong(value: unknown, fields: Record<string, Check>): string | null {
  if (typeof value !== 'object' || value === null) return 'the payload is not an object';
  const record = value as Record<string, unknown>;
  const wrong = Object.keys(fields).find((name) => !fields[name]!(record[name]));
  return wrong === undefined ? null : `the field "${wrong}" is missing or wrong`;
}

const INBOUND: Record<keyof InboundMessage, Check> = {
  providerMessageId: (value) => id(value) && (value as string).length <= 100,
  text,
  media: list(shape({ url: address, contentType: id }), 20),
  providerAt: orNull(instant),
  receivedAt: instant,
  late: flag,
  requestId: id,
};

const FAILED: Record<keyof DeliveryFailed, Check> = { messageId: id, attempt: count, code: orNull(id), requestId: id };

const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value);
const offset: Check = (value) => typeof value === 'number' && Math.abs(value) <= 86_400_000;
const zone = shape({ zone: id, changes: list(shape({ at: count, offsetMs: offset }), 20) });

const CALL: Record<keyof CallEnded, Check> = {
  callId: id,
  direction: oneOf('inbound', 'outbound'),
  outcome: oneOf('answered', 'missed', 'failed'),
  durationMs: count,
  userId: orNull(id),
  requestId: id,
};

const CONTACT: Record<keyof ContactChanged, Check> = {
  changeId: id,
  at: instant,
  optedOut: flag,
  consent: oneOf('none', 'express'),
  zone: orNull(shape({ table: zone, source: oneOf('contact', 'number', 'dealership') })),
  requestId: id,
};

const PUBLISHED: Record<keyof ProcessPublished, Check> = { processId: orNull(id), requestId: id };

const BASE = { userId: id, requestId: id };
const UPDATE_FIELDS: { [Name in keyof UpdateArgs]: Record<keyof UpdateArgs[Name], Check> } = {
  sendMessage: { ...BASE, text, fromDraftId: orNull(id) },
  generateReply: BASE,
  setAutopilot: { ...BASE, on: flag },
  selectProcess: { ...BASE, processId: id },
  setStage: { ...BASE, stage: id },
  assign: { ...BASE, ownerId: orNull(id), userIds: list(id, 20), takeOver: flag },
  actNow: { ...BASE, itemId: id },
  cancelAgendaItem: { ...BASE, itemId: id },
  retryMessage: { ...BASE, messageId: id },
  moveAgendaItem: { ...BASE, itemId: id, at: instant },
  setFollowUps: { ...BASE, on: flag },
  scheduleMessage: { ...BASE, text, wall: id, zone, cancelIfTheyReply: flag },
  changeScheduled: { ...BASE, scheduledId: id, text, wall: id, zone, cancelIfTheyReply: flag },
  cancelScheduled: { ...BASE, scheduledId: id },
  setTags: { ...BASE, tags: list(id, 100) },
  changeTags: { ...BASE, add: list(id, 100), remove: list(id, 100) },
  setPriority: { ...BASE, priority: oneOf('none', 'low', 'high', 'urgent') },
  resolve: BASE,
  reopen: BASE,
  snooze: { ...BASE, until: instant },
  addReminder: { ...BASE, text, dueAt: instant, forUserId: orNull(id) },
  completeReminder: { ...BASE, reminderId: id },
  deleteConversation: BASE,
  restoreConversation: BASE,
};

/** Signals by name, with what their payload must hold. */
const SIGNAL_FIELDS = {
  inboundMessage: INBOUND,
  deliveryFailed: FAILED,
  callEnded: CALL,
  contactChanged: CONTACT,
  processPublished: PUBLISHED,
};

export function wrongInSignal(name: keyof typeof SIGNAL_FIELDS, value: unknown): string | null {
  return firstWrong(value, SIGNAL_FIELDS[name]);
}

export function wrongInUpdate(name: keyof UpdateArgs, value: unknown): string | null {
  return firstWrong(value, UPDATE_FIELDS[name]);
}
