import type { ClientSession, Connection } from 'mongoose';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { AppError } from '@leadline/contract/errors.ts';
import { MESSAGE_STATUSES, mayFollow, type MessageStatus } from '@leadline/contract/messageStatus.ts';
import { newId } from './ids.ts';
import type { Models } from './models/index.ts';
import type { JournalEntry, MessageDoc } from './models/journal.ts';
import { inTransaction, isDuplicateKey } from './transaction.ts';

/** What a provider says of an attempt to send a message, or that we have not handed it over (`blocked`). */
export interface StatusReport {
  messageId: string;
  attempt: number;
  status: MessageStatus;
  providerMessageId?: string | undefined;
  error?: { code: string | null; message: string } | undefined;
  at: Date | number;
  /** The accounts that the reporter may speak for; a message of another account is left alone. All, where absent. */
  channelAccountIds?: string[] | undefined;
}

/**
 * The one function that writes delivery statuses: the rank only rises, so reports may come late, twice and out of order.
 * A rise is written with its entry in the journal, in one transaction. `changed` is false for anything else; `key` is
 * absent for an unknown message. Throws `conflict` when another message has that provider's id.
 */
export async function recordStatus(
  connection: Connection,
  models: Models,
  report: StatusReport,
): Promise<{ changed: boolean; key?: ConversationKey }> {
  const message = await models.messages.findById(report.messageId).lean();
  if (!message || message.direction === 'inbound') return { changed: false };
  if (report.channelAccountIds && !report.channelAccountIds.includes(message.channelAccountId))
    return { changed: false };
  const key = await keyOf(models, message);
  try {
    if (report.attempt !== message.attempt) await noteEarlierAttempt(models, message, report);
    else if (brings(message, report))
      return { changed: await inTransaction(connection, (session) => raise(models, message, report, session)), key };
    return { changed: false, key };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new AppError('conflict', `Another message has the provider's id of the message ${report.messageId}.`);
  }
}

/** Most reports bring nothing new: they cost one read and no transaction. */
function brings(message: MessageDoc, report: StatusReport): boolean {
  return (
    mayFollow(message.status, report.status) ||
    (report.providerMessageId !== undefined && message.providerMessageId === null)
  );
}

async function raise(
  models: Models,
  message: MessageDoc,
  report: StatusReport,
  session: ClientSession,
): Promise<boolean> {
  const { messageId, attempt, status, providerMessageId } = report;
  const error = report.error ?? null;
  if (providerMessageId !== undefined) {
    await models.messages.updateOne(
      { _id: messageId, attempt, providerMessageId: null },
      { $set: { providerMessageId, providerKey: providerMessageId } },
      { session },
    );
  }
  const below = MESSAGE_STATUSES.filter((from) => from !== 'received' && mayFollow(from, status));
  const raised = await models.messages.updateOne(
    { _id: messageId, attempt, status: { $in: below } },
    { $set: { status, error } },
    { session },
  );
  if (raised.modifiedCount === 0) return false;
  await models.events.insertMany([journalEntry(message, report)], { session, lean: true });
  return true;
}

function journalEntry(message: MessageDoc, { messageId, attempt, status, error, at }: StatusReport): JournalEntry {
  return {
    _id: newId(),
    dealershipId: message.dealershipId,
    conversationId: message.conversationId,
    position: null,
    type: 'deliveryStatus',
    statusKey: `${messageId}/${attempt}/${status}`,
    at: new Date(at),
    actor: { kind: status === 'blocked' ? 'system' : 'provider' },
    cause: { kind: 'input', id: `${messageId}/${attempt}/${status}`, requestId: null },
    data: { messageId, attempt, status, error: error ?? null },
    replaced: false,
    committedAt: new Date(),
  };
}

/** News of an attempt that was given up: its provider's id is ours all the same, and must not be taken for a later attempt's. */
async function noteEarlierAttempt(
  models: Models,
  message: MessageDoc,
  { attempt, providerMessageId }: StatusReport,
): Promise<void> {
  if (providerMessageId === undefined || attempt > message.attempt) return;
  await models.messages.updateOne({ _id: message._id }, { $addToSet: { earlierProviderIds: providerMessageId } });
}

async function keyOf(models: Models, message: MessageDoc): Promise<ConversationKey> {
  const { dealershipId, conversationId, channel, channelAccountId, address } = message;
  const dealership = await models.dealerships.findById(dealershipId, { slug: 1 }).orFail().lean();
  return { dealershipId, dealershipSlug: dealership.slug, conversationId, channel, channelAccountId, address };
}
