import type { ConversationEvent, ConversationKey } from '@leadline/contract/conversation.ts';
import type { LoadedConversation } from '@leadline/contract/ports.ts';
import { AppError } from '@leadline/contract/errors.ts';
import { conversationWorkflowId } from '@leadline/contract/ids.ts';
import { MESSAGE_VALIDITY_MS, RULES_VERSION } from '@leadline/contract/names.ts';
import { newId } from '../ids.ts';
import type { ContactDoc } from '../models/contact.ts';
import type { DealershipDoc } from '../models/dealership.ts';
import type { Models } from '../models/index.ts';
import type { JournalEntry } from '../models/journal.ts';
import { publishedPolicy } from '../processes.ts';
import { contactZone, dealershipPolicy } from '../settings.ts';
import { isDuplicateKey } from '../transaction.ts';

/** What a run starts from. Writes only the default contact of an unknown address, by a unique key. */
export async function loadConversation(models: Models, key: ConversationKey): Promise<LoadedConversation> {
  const [dealership, row] = await Promise.all([
    models.dealerships.findById(key.dealershipId).lean(),
    models.conversations
      .findOne({ _id: key.conversationId, dealershipId: key.dealershipId }, { position: 1, deletedUpTo: 1 })
      .lean(),
  ]);
  if (!dealership) throw new AppError('not-found', `There is no dealership ${key.dealershipId}.`);
  const [history, unsent, contact, process] = await Promise.all([
    row ? historyOf(models, key) : { state: null, events: [] },
    row ? unsentOf(models, key, Math.max(row.position - UNSENT_POSITIONS, row.deletedUpTo)) : [],
    contactOf(models, key, dealership),
    dealership.defaultProcessId === null
      ? { policy: null, problem: null }
      : publishedPolicy(models, key.dealershipId, dealership.defaultProcessId),
  ]);
  const dealershipNow = dealershipPolicy(dealership, process.problem);
  return {
    ...history,
    unsent,
    rulesVersion: RULES_VERSION,
    start: {
      contactId: contact._id,
      ownerId: contact.ownerId,
      stage: contact.stage,
      autopilot: dealership.defaultAutopilot,
      policy: process.policy,
      followUps: dealership.defaultFollowUps,
      optedOut: contact.optedOut,
      source: contact.source,
      consent: contact.consent,
      zone: contactZone(contact, dealershipNow),
      dealership: dealershipNow,
    },
  };
}

/** Workflow ids of the contact's other conversations. */
export async function siblingsOf(models: Models, key: ConversationKey, contactId: string): Promise<string[]> {
  const rows = await models.conversations
    .find({ dealershipId: key.dealershipId, 'contact.id': contactId }, { _id: 1 })
    .lean();
  return rows.flatMap(({ _id }) =>
    _id === key.conversationId ? [] : [conversationWorkflowId(key.dealershipSlug, _id)],
  );
}

/** Ids of a dealership's conversations, or of those with a process, in order of id. */
export async function idsAfter(
  models: Models,
  dealershipId: string,
  processId: string | null,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const filter = {
    dealershipId,
    ...(processId !== null && { processId }),
    ...(after !== null && { _id: { $gt: after } }),
  };
  const rows = await models.conversations.find(filter, { _id: 1 }).sort({ _id: 1 }).limit(limit).lean();
  return rows.map((row) => row._id);
}

async function contactOf(models: Models, key: ConversationKey, dealership: DealershipDoc): Promise<ContactDoc> {
  const identity = { dealershipId: key.dealershipId, address: key.address };
  const known = await models.contacts.findOne(identity).lean();
  if (known) return known;
  const account = await models.channelAccounts
    .findOne({ _id: key.channelAccountId, dealershipId: key.dealershipId })
    .lean();
  try {
    const contact = newContact(key, dealership, account?.ownerId ?? null);
    await models.contacts.create(contact);
    return contact;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return models.contacts.findOne(identity).orFail().lean();
  }
}

function newContact(key: ConversationKey, dealership: DealershipDoc, ownerId: string | null): ContactDoc {
  return {
    _id: newId(),
    dealershipId: key.dealershipId,
    name: '',
    address: key.address,
    phone: key.channel === 'sms' ? key.address : null,
    timeZone: null,
    source: SOURCES[key.channel],
    ownerId,
    stage: dealership.stages[0]?.key ?? '',
    optedOut: false,
    consent: 'none',
    fields: [],
    createdAt: new Date(),
  };
}

const SOURCES = { sms: 'Text message', messenger: 'Messenger', webchat: 'Web chat' } as const;

async function historyOf(
  models: Models,
  { dealershipId, conversationId }: ConversationKey,
): Promise<Pick<LoadedConversation, 'state' | 'events'>> {
  const stored = await models.conversationStates.findOne({ _id: conversationId, dealershipId }).lean();
  const later = { dealershipId, conversationId, position: { $gt: stored?.position ?? 0 } };
  const entries = await models.events.find(later).sort({ position: 1 }).lean();
  return { state: stored?.state ?? null, events: entries.map(toEvent) };
}

/** Those of a task that has died after its commit are among the last positions. */
const UNSENT_POSITIONS = 100;

/** Messages after a position that wait to be handed over. By position alone: see `pages.ts`. */
async function unsentOf(
  models: Models,
  { dealershipId, conversationId }: ConversationKey,
  after: number,
): Promise<NonNullable<LoadedConversation['unsent']>> {
  const later = { dealershipId, conversationId, position: { $gt: after } };
  const fields = { direction: 1, status: 1, attempt: 1, author: 1, at: 1 };
  const messages = await models.messages.find(later, fields).sort({ position: 1 }).lean();
  return messages
    .filter(({ direction, status }) => direction === 'outbound' && status === 'queued')
    .map(({ _id, attempt, author, at }) => ({
      messageId: _id,
      attempt,
      author,
      expiresAt: at.getTime() + MESSAGE_VALIDITY_MS,
    }));
}

const TEXTLESS: ReadonlySet<string> = new Set([
  'messageReceived',
  'messageQueued',
  'messageScheduled',
  'scheduledChanged',
]);

/** The journal keeps no text of messages: the core's state does not depend on it. */
function toEvent({ type, data, actor, cause, position, at }: JournalEntry): ConversationEvent {
  const whole = TEXTLESS.has(type) ? { ...data, text: '' } : data;
  // Only `commit` writes entries with a position, and it takes them from ConversationEvent.
  return { type, data: whole, actor, cause, position, at: at.getTime() } as unknown as ConversationEvent;
}
