import type { MessageStatus } from '@leadline/contract/messageStatus.ts';
import type { Models } from './models/index.ts';
import { providerKeyOf, type MessageDoc } from './models/journal.ts';

/** A message of ours beside what the provider knows of it. */
export interface KnownDelivery {
  messageId: string;
  attempt: number;
  status: MessageStatus;
  providerMessageId: string | null;
  text: string;
  /** When the current attempt was begun, or else queued. */
  at: Date;
}

/** What the provider's list is compared with. */
export interface ProviderRecords {
  /** Our messages whose current attempt has one of these provider's ids. */
  byProviderIds(channelAccountId: string, ids: string[]): Promise<KnownDelivery[]>;
  /** A conversation's messages that were handed over without a provider's id coming back. */
  unconfirmed(channelAccountId: string, conversationId: string): Promise<KnownDelivery[]>;
  /** Whether the conversation has taken in that an attempt failed. */
  isFailureKnown(messageId: string, attempt: number): Promise<boolean>;
}

/** Handed over, as far as we know; or given up although the provider may have it. */
const UNCONFIRMED: MessageStatus[] = ['sending', 'unknown', 'failed'];

export function createProviderRecords(models: Models): ProviderRecords {
  return {
    async byProviderIds(channelAccountId, ids) {
      const found = await models.messages.find({ channelAccountId, providerKey: { $in: ids } }).lean();
      return found.filter((message) => message.direction === 'outbound').map(known);
    },
    async unconfirmed(channelAccountId, conversationId) {
      // `providerKey` of a message without a provider's id names our own id: a range of the unique index.
      const own = providerKeyOf(conversationId, null);
      const found = await models.messages
        .find({ channelAccountId, providerKey: { $gte: `${own}-`, $lt: `${own}.` } })
        .lean();
      return found.filter(({ status }) => UNCONFIRMED.includes(status)).map(known);
    },
    async isFailureKnown(messageId, attempt) {
      const message = await models.messages
        .findById(messageId, { dealershipId: 1, conversationId: 1, position: 1 })
        .lean();
      if (!message) return true;
      const { dealershipId, conversationId, position } = message;
      const since = { dealershipId, conversationId, position: { $gt: position } };
      const events = await models.events.find(since, { type: 1, data: 1 }).lean();
      return events.some(
        ({ type, data }) =>
          type === 'deliveryFailed' && data['messageId'] === messageId && Number(data['attempt']) >= attempt,
      );
    },
  };
}

function known({ _id, attempt, status, providerMessageId, text, at, sendingAt }: MessageDoc): KnownDelivery {
  return { messageId: _id, attempt, status, providerMessageId, text, at: sendingAt ?? at };
}
