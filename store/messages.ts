import type { Connection } from 'mongoose';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import type { MessageStatus } from '@leadline/contract/messageStatus.ts';
import type { Stage } from '@leadline/contract/rest.ts';
import type { ChannelAccountRepository, ChannelAccount } from './channelAccounts.ts';
import { obstacleTo, type Obstacle } from './lastLook.ts';
import type { Models } from './models/index.ts';
import type { MessageDoc } from './models/journal.ts';
import { pageBackwards } from './pages.ts';
import { recordStatus, type StatusReport } from './messageStatus.ts';

/** What a provider needs to send a message. */
export interface Handover {
  text: string;
  /** The dealership's address, and the customer's. */
  from: string;
  to: string;
  channelAccount: ChannelAccount;
  dealershipSlug: string;
}

/** Whether this call may hand a message to the provider. Only `begun` may. */
export type BegunDelivery =
  | ({ state: 'begun' } & Handover)
  /** The message has its status already, or a later attempt has taken over. */
  | { state: 'settled'; status: MessageStatus }
  /** The last look found it stale: it never leaves. */
  | { state: 'overtaken'; answered: boolean }
  /** An earlier call began this attempt; nobody knows what came of it. */
  | { state: 'ambiguous' }
  | { state: 'missing' };

/** A message as the search for its delivery needs it. */
export interface Delivery extends Handover {
  status: MessageStatus;
  attempt: number;
  providerMessageId: string | null;
  /** When the current attempt was begun, or else queued. */
  at: Date;
}

/** What a draft is written from. */
export interface DraftContext {
  dealershipName: string;
  stages: Stage[];
  ownerName: string | null;
  contact: { name: string; phone: string | null; fields: { section: string; label: string; value: string }[] };
  /** Oldest first. */
  messages: Pick<MessageDoc, 'direction' | 'author' | 'text' | 'at'>[];
}

/** Messages on their way out; what the inbox shows of them is in `inbox.ts`. */
export interface MessageRepository {
  /** Lets one call through for each attempt: compare-and-set from `queued` to `sending`. */
  beginDelivery(messageId: string, attempt: number): Promise<BegunDelivery>;
  /** Back to `queued`, when the provider has certainly not taken it. */
  releaseDelivery(messageId: string, attempt: number): Promise<void>;
  recordStatus(report: StatusReport): Promise<{ changed: boolean; key?: ConversationKey }>;
  deliveryOf(messageId: string): Promise<Delivery | null>;
  /** Those of the provider's ids that a message of ours has. */
  claimedProviderIds(channelAccountId: string, ids: string[]): Promise<Set<string>>;
  /** The last `limit` messages up to a position, and what is known of the customer; null for an unknown conversation. */
  context(conversationId: string, upToPosition: number, limit: number): Promise<DraftContext | null>;
}

export function createMessages(
  connection: Connection,
  models: Models,
  accounts: ChannelAccountRepository,
): MessageRepository {
  return {
    beginDelivery: (messageId, attempt) => beginDelivery(connection, models, accounts, messageId, attempt),
    releaseDelivery: (messageId, attempt) => releaseDelivery(models, messageId, attempt),
    recordStatus: (report) => recordStatus(connection, models, report),
    deliveryOf: (messageId) => deliveryOf(models, accounts, messageId),
    claimedProviderIds: (channelAccountId, ids) => claimedProviderIds(models, channelAccountId, ids),
    context: (conversationId, upToPosition, limit) => draftContext(models, conversationId, upToPosition, limit),
  };
}

async function beginDelivery(
  connection: Connection,
  models: Models,
  accounts: ChannelAccountRepository,
  messageId: string,
  attempt: number,
): Promise<BegunDelivery> {
  // Not `findOneAndUpdate`: the embedded database reads the whole collection for it.
  const begun = await models.messages.updateOne(
    { _id: messageId, attempt, direction: 'outbound', status: 'queued' },
    { $set: { status: 'sending', sendingAt: new Date() } },
  );
  const message = await models.messages.findById(messageId).lean();
  if (!message) return { state: 'missing' };
  if (begun.modifiedCount === 1) {
    try {
      const obstacle = await obstacleTo(models, message);
      if (!obstacle) return { state: 'begun', ...(await handover(accounts, message)) };
      const error = { code: null, message: OBSTACLES[obstacle.is] };
      await recordStatus(connection, models, { messageId, attempt, status: 'blocked', error, at: Date.now() });
      return refused(obstacle);
    } catch (error) {
      // It has certainly not left.
      await releaseDelivery(models, messageId, attempt);
      throw error;
    }
  }
  if (message.attempt !== attempt) return { state: 'settled', status: message.status };
  // Whoever asks again is told the same again.
  if (message.status === 'blocked') return refused(await obstacleTo(models, message));
  const isUnderWay = message.status === 'sending' || message.status === 'unknown';
  return isUnderWay ? { state: 'ambiguous' } : { state: 'settled', status: message.status };
}

const OBSTACLES: Record<Obstacle['is'], string> = {
  optedOut: 'The customer has opted out.',
  overtaken: 'The conversation went on before it left.',
};

function refused(obstacle: Obstacle | null): BegunDelivery {
  return obstacle?.is === 'overtaken'
    ? { state: 'overtaken', answered: obstacle.answered }
    : { state: 'settled', status: 'blocked' };
}

async function releaseDelivery(models: Models, messageId: string, attempt: number): Promise<void> {
  await models.messages.updateOne(
    { _id: messageId, attempt, status: 'sending' },
    { $set: { status: 'queued', sendingAt: null } },
  );
}

async function handover(accounts: ChannelAccountRepository, message: MessageDoc): Promise<Handover> {
  const channelAccount = await accounts.require(message.channelAccountId);
  return {
    text: message.text,
    from: channelAccount.address,
    to: message.address,
    channelAccount,
    dealershipSlug: channelAccount.dealershipSlug,
  };
}

async function deliveryOf(
  models: Models,
  accounts: ChannelAccountRepository,
  messageId: string,
): Promise<Delivery | null> {
  const message = await models.messages.findById(messageId).lean();
  if (!message) return null;
  const { status, attempt, providerMessageId, at, sendingAt } = message;
  return { status, attempt, providerMessageId, at: sendingAt ?? at, ...(await handover(accounts, message)) };
}

async function claimedProviderIds(models: Models, channelAccountId: string, ids: string[]): Promise<Set<string>> {
  const fields = { providerMessageId: 1, earlierProviderIds: 1 };
  const [current, earlier] = await Promise.all([
    models.messages.find({ channelAccountId, providerKey: { $in: ids } }, fields).lean(),
    models.messages.find({ channelAccountId, earlierProviderIds: { $in: ids } }, fields).lean(),
  ]);
  const claimed = [...current, ...earlier].flatMap((message) => [
    message.providerMessageId,
    ...message.earlierProviderIds,
  ]);
  return new Set(ids.filter((id) => claimed.includes(id)));
}

/** What never reached the customer was not said to them. */
function hasBeenSaid({ status }: MessageDoc): boolean {
  return status !== 'blocked' && status !== 'failed';
}

async function draftContext(
  models: Models,
  conversationId: string,
  upToPosition: number,
  limit: number,
): Promise<DraftContext | null> {
  const row = await models.conversations
    .findById(conversationId, { dealershipId: 1, contact: 1, ownerId: 1, deletedUpTo: 1 })
    .lean();
  if (!row) return null;
  const { dealershipId } = row;
  const [dealership, contact, owner, messages] = await Promise.all([
    models.dealerships.findById(dealershipId).orFail().lean(),
    models.contacts.findOne({ _id: row.contact.id, dealershipId }).orFail().lean(),
    row.ownerId === null ? null : models.users.findOne({ _id: row.ownerId, dealershipId }).lean(),
    pageBackwards<MessageDoc>(
      models.messages,
      { dealershipId, conversationId },
      { before: upToPosition + 1, limit, only: hasBeenSaid },
    ),
  ]);
  const { name, fields, phone } = contact;
  return {
    dealershipName: dealership.name,
    stages: dealership.stages,
    contact: { name, phone, fields },
    ownerName: owner?.name ?? null,
    messages: messages
      .filter((message) => message.position > row.deletedUpTo)
      .reverse()
      .map(({ direction, author, text, at }) => ({ direction, author, text, at })),
  };
}
