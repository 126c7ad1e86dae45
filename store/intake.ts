import type { ConversationKey, InboundMessage } from '@leadline/contract/conversation.ts';
import { newId } from './ids.ts';
import type { DeadLetterDoc } from './models/intake.ts';
import type { Models } from './models/index.ts';
import { isDuplicateKey } from './transaction.ts';

/** Inbound messages that Temporal did not take, until it does. */
export interface SpoolRepository {
  /** Keeps a message; once, however often the provider repeats it. */
  add(key: ConversationKey, message: InboundMessage): Promise<void>;
  /** The oldest of them, in order of arrival. */
  oldest(limit: number): Promise<SpooledMessage[]>;
  remove(id: string): Promise<void>;
  count(): Promise<number>;
}

export interface SpooledMessage {
  id: string;
  key: ConversationKey;
  message: InboundMessage;
}

export function createSpool(models: Models): SpoolRepository {
  return {
    async add(key, message) {
      await models.spool.updateOne(
        { _id: `${key.channelAccountId}/${message.providerMessageId}` },
        {
          $setOnInsert: { conversationId: key.conversationId, key, message, receivedAt: new Date(message.receivedAt) },
        },
        { upsert: true },
      );
    },
    async oldest(limit) {
      const spooled = await models.spool.find().sort({ receivedAt: 1, _id: 1 }).limit(limit).lean();
      return spooled.map(({ _id, key, message }) => ({ id: _id, key, message }));
    },
    async remove(id) {
      await models.spool.deleteOne({ _id: id });
    },
    count: () => models.spool.countDocuments(),
  };
}

/** Genuine webhooks that nothing could be done with, kept for people to look at. */
export interface DeadLetterRepository {
  add(letter: Pick<DeadLetterDoc, 'source' | 'reason' | 'params' | 'requestId'>): Promise<void>;
  count(): Promise<number>;
}

export function createDeadLetters(models: Models): DeadLetterRepository {
  return {
    async add(letter) {
      await models.deadLetters.create({ ...letter, _id: newId(), receivedAt: new Date() });
    },
    count: () => models.deadLetters.countDocuments(),
  };
}

/** Lets one process at a time do a thing. */
export interface LeaseRepository {
  /** Takes or keeps the lease for `forMs`; false while another holder has it. */
  take(name: string, holder: string, forMs: number): Promise<boolean>;
}

export function createLeases(models: Models): LeaseRepository {
  return {
    async take(name, holder, forMs) {
      const now = Date.now();
      const free = { _id: name, $or: [{ holder }, { until: { $lt: new Date(now) } }] };
      try {
        await models.leases.updateOne(free, { $set: { holder, until: new Date(now + forMs) } }, { upsert: true });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
  };
}
