import type { DeliveryFailed, InboundMessage, UpdateArgs } from '@leadline/contract/conversation.ts';

/**
 * Checks at the workflow's edge, by hand: a schema library in each cached workflow has exhausted workers' memory
 * (sdk-typescript#2227). Operators can signal from the Temporal UI, so nothing is taken on trust. Each returns what is
 * wrong, or null.
 */

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length <= 70_000;
const id: Check = (value) => typeof value === 'string' && value.length > 0 && value.length <= 200;
const instant: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value > 0;
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
  providerMessageId: id,
  text,
  media: list(shape({ url: id, contentType: text }), 20),
  providerAt: orNull(instant),
  receivedAt: instant,
  late: flag,
  requestId: id,
};

const FAILED: Record<keyof DeliveryFailed, Check> = { messageId: id, attempt: count, code: orNull(id), requestId: id };

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
};

export function wrongInInbound(value: unknown): string | null {
  return firstWrong(value, INBOUND);
}

export function wrongInDeliveryFailed(value: unknown): string | null {
  return firstWrong(value, FAILED);
}

export function wrongInUpdate(name: keyof UpdateArgs, value: unknown): string | null {
  return firstWrong(value, UPDATE_FIELDS[name]);
}
