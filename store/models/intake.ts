import type { ConversationKey, InboundMessage } from '@leadline/contract/conversation.ts';
import { collectionSchema, REQUIRED_INSTANT, REQUIRED_TEXT, TEXT_OR_NULL } from './schema.ts';

/** An inbound message that Temporal did not take; `_id` is `<channelAccountId>/<providerMessageId>`. */
export interface SpooledDoc {
  _id: string;
  conversationId: string;
  key: ConversationKey;
  message: InboundMessage;
  receivedAt: Date;
}

export const spooledSchema = collectionSchema<SpooledDoc>({
  conversationId: REQUIRED_TEXT,
  key: { type: Object, required: true },
  message: { type: Object, required: true },
  receivedAt: REQUIRED_INSTANT,
});
spooledSchema.index({ receivedAt: 1, _id: 1 });

/** A genuine webhook that nothing could be done with. */
export interface DeadLetterDoc {
  _id: string;
  source: string;
  reason: string;
  params: Record<string, string>;
  requestId: string | null;
  receivedAt: Date;
}

export const deadLetterSchema = collectionSchema<DeadLetterDoc>({
  source: REQUIRED_TEXT,
  reason: REQUIRED_TEXT,
  params: { type: Object, required: true },
  requestId: TEXT_OR_NULL,
  receivedAt: REQUIRED_INSTANT,
});
/** People have that long to look at what could not be taken. */
const KEPT_S = 90 * 86_400;
deadLetterSchema.index({ receivedAt: 1 }, { expireAfterSeconds: KEPT_S });

/** Who may do a thing that one process at a time does; `_id` names the thing. */
export interface LeaseDoc {
  _id: string;
  holder: string;
  until: Date;
}

export const leaseSchema = collectionSchema<LeaseDoc>({ holder: REQUIRED_TEXT, until: REQUIRED_INSTANT });
