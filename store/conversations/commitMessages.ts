import type { ClientSession } from 'mongoose';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { MESSAGE_STATUSES, mayFollow } from '@leadline/contract/messageStatus.ts';
import type { CommitRequest } from '@leadline/contract/ports.ts';
import type { Models } from '../models/index.ts';
import { providerKeyOf, type JournalEntry, type MessageDoc } from '../models/journal.ts';
import { messageTokens } from '../searchTokens.ts';

type EventOf<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }>;

/** Provider's ids of this commit's inbound messages that stand with messages of earlier positions or other conversations. */
export async function duplicateInbounds(
  models: Models,
  { key, events, firstPosition }: CommitRequest,
): Promise<string[]> {
  const ids = events.flatMap((event) => (event.type === 'messageReceived' ? [event.data.providerMessageId] : []));
  const standing = await models.messages
    .find(
      { channelAccountId: key.channelAccountId, providerKey: { $in: ids } },
      { providerKey: 1, conversationId: 1, position: 1 },
    )
    .lean();
  return standing
    .filter((one) => one.conversationId !== key.conversationId || one.position < firstPosition)
    .map((one) => one.providerKey);
}

/** Writes what the events say about messages; an event that changes a message keeps with it how that stood before. */
export async function writeMessages(
  models: Models,
  request: CommitRequest,
  entries: JournalEntry[],
  session: ClientSession,
): Promise<void> {
  const made = request.events.flatMap((event) => madeBy(event, request));
  if (made.length > 0) await models.messages.insertMany(made, { session, lean: true });
  for (const [index, event] of request.events.entries()) {
    const entry = entries[index]!;
    if (event.type === 'messageQueued' && event.data.attempt > 1) await queueAgain(models, event, entry, session);
    if (event.type === 'deliveryFailed')
      await fail(models, event.data, event.data.code, 'The message was not delivered.', entry, session);
    if (event.type === 'deliverySettled' && event.data.status === 'notSent') {
      await fail(models, event.data, null, 'The provider never confirmed this message.', entry, session);
    }
  }
}

function madeBy(event: ConversationEvent, request: CommitRequest): MessageDoc[] {
  if (event.type === 'messageReceived') return [inbound(event, request)];
  if (event.type === 'messageQueued' && event.data.attempt === 1) return [outbound(event, request)];
  return [];
}

function inbound({ data, position }: EventOf<'messageReceived'>, request: CommitRequest): MessageDoc {
  return {
    ...place(data.messageId, position, request),
    direction: 'inbound',
    author: 'customer',
    userId: null,
    processVersionId: null,
    text: data.text,
    media: data.media,
    tokens: messageTokens(data.text),
    at: new Date(data.providerAt),
    status: 'received',
    attempt: 1,
    providerMessageId: data.providerMessageId,
    providerKey: data.providerMessageId,
    late: data.late,
  };
}

function outbound({ data, position, at }: EventOf<'messageQueued'>, request: CommitRequest): MessageDoc {
  return {
    ...place(data.messageId, position, request),
    direction: 'outbound',
    author: data.author,
    userId: data.userId,
    processVersionId: data.processVersionId,
    text: data.text,
    media: [],
    tokens: messageTokens(data.text),
    at: new Date(at),
    status: 'queued',
    attempt: data.attempt,
    providerMessageId: null,
    providerKey: providerKeyOf(data.messageId, null),
    late: false,
  };
}

function place(messageId: string, position: number, { key }: CommitRequest) {
  const { dealershipId, conversationId, channel, channelAccountId, address } = key;
  const fresh = { earlierProviderIds: [], sendingAt: null, error: null };
  return { _id: messageId, dealershipId, conversationId, channel, channelAccountId, address, position, ...fresh };
}

/** A failed message as a new attempt: its text stands, the provider's id of the old attempt stays claimed. */
async function queueAgain(
  models: Models,
  { data }: EventOf<'messageQueued'>,
  entry: JournalEntry,
  session: ClientSession,
): Promise<void> {
  const message = await models.messages.findById(data.messageId, null, { session }).lean();
  if (!message || message.attempt >= data.attempt) return;
  entry.before = beforeOf(message);
  const earlierProviderIds = [
    ...message.earlierProviderIds,
    ...(message.providerMessageId === null ? [] : [message.providerMessageId]),
  ];
  const again = {
    status: 'queued',
    attempt: data.attempt,
    providerMessageId: null,
    providerKey: providerKeyOf(data.messageId, null),
    earlierProviderIds,
    sendingAt: null,
    error: null,
  } as const;
  await models.messages.updateOne({ _id: data.messageId }, { $set: again }, { session });
}

async function fail(
  models: Models,
  { messageId, attempt }: { messageId: string; attempt: number },
  code: string | null,
  message: string,
  entry: JournalEntry,
  session: ClientSession,
): Promise<void> {
  const filter = {
    _id: messageId,
    attempt,
    status: { $in: MESSAGE_STATUSES.filter((status) => mayFollow(status, 'failed')) },
  };
  const before = await models.messages
    .findOneAndUpdate(
      filter,
      { $set: { status: 'failed', error: { code, message } } },
      { session, returnDocument: 'before' },
    )
    .lean();
  if (before) entry.before = beforeOf(before);
}

function beforeOf({
  status,
  attempt,
  providerMessageId,
  providerKey,
  earlierProviderIds,
  error,
}: MessageDoc): NonNullable<JournalEntry['before']> {
  return { status, attempt, providerMessageId, providerKey, earlierProviderIds, error };
}
