import type { Actor } from '@leadline/contract/conversation.ts';
import type { MessageStatus } from '@leadline/contract/messageStatus.ts';
import type { AuthorKind, Channel } from '@leadline/contract/names.ts';
import { collectionSchema, INSTANT_OR_NULL, REQUIRED_INSTANT, REQUIRED_TEXT, TEXT_OR_NULL } from './schema.ts';

/** A message with its text; `_id` is the id of `contract/ids.ts`. */
export interface MessageDoc {
  _id: string;
  dealershipId: string;
  conversationId: string;
  channel: Channel;
  channelAccountId: string;
  /** The customer's address. */
  address: string;
  /** Position of the event that made it. */
  position: number;
  direction: 'inbound' | 'outbound';
  author: AuthorKind;
  userId: string | null;
  processVersionId: string | null;
  text: string;
  media: { url: string; contentType: string }[];
  /** Words of the text, for the search. */
  tokens: string[];
  /** When the customer wrote it, or when we decided to send it. */
  at: Date;
  status: MessageStatus;
  attempt: number;
  /** The provider's id; of the current attempt, for a message of ours. */
  providerMessageId: string | null;
  /** What is unique per channel account: the provider's id, or our own while there is none (`providerKeyOf`). */
  providerKey: string;
  /** Provider's ids of earlier attempts: they are taken, too. */
  earlierProviderIds: string[];
  /** When the current attempt was begun. */
  sendingAt: Date | null;
  error: { code: string | null; message: string } | null;
  late: boolean;
}

export const messageSchema = collectionSchema<MessageDoc>({
  dealershipId: REQUIRED_TEXT,
  conversationId: REQUIRED_TEXT,
  channel: REQUIRED_TEXT,
  channelAccountId: REQUIRED_TEXT,
  address: REQUIRED_TEXT,
  position: { type: Number, required: true },
  direction: REQUIRED_TEXT,
  author: REQUIRED_TEXT,
  userId: TEXT_OR_NULL,
  processVersionId: TEXT_OR_NULL,
  text: { type: String, default: '' },
  media: { type: [Object], default: [] },
  tokens: { type: [String], default: [] },
  at: REQUIRED_INSTANT,
  status: REQUIRED_TEXT,
  attempt: { type: Number, required: true },
  providerMessageId: TEXT_OR_NULL,
  providerKey: REQUIRED_TEXT,
  earlierProviderIds: { type: [String], default: [] },
  sendingAt: INSTANT_OR_NULL,
  error: { type: Object, default: null },
  late: { type: Boolean, default: false },
});
messageSchema.index({ dealershipId: 1, conversationId: 1, position: 1 });
messageSchema.index({ dealershipId: 1, tokens: 1 });
// Unique for all, rather than where the provider's id is present: no lookup by such a partial index is served by it.
messageSchema.index({ channelAccountId: 1, providerKey: 1 }, { unique: true });
messageSchema.index({ channelAccountId: 1, earlierProviderIds: 1 });

/** The value of `providerKey`: two messages of one account never share a provider's id. */
export function providerKeyOf(messageId: string, providerMessageId: string | null): string {
  return providerMessageId ?? `own/${messageId}`;
}

/** An entry of the journal. Texts of messages stand with the messages. */
export interface JournalEntry {
  _id: string;
  dealershipId: string;
  conversationId: string;
  /** Null for a delivery status: the provider's fact, not a decision of the workflow. */
  position: number | null;
  type: string;
  /** Null but for a delivery status, of which each is written once. */
  statusKey: string | null;
  at: Date;
  actor: {
    kind: Actor['kind'];
    userId?: string;
    processVersionId?: string;
    scheduledId?: string;
    ruleId?: string;
  };
  cause: { kind: 'input' | 'event'; id?: string; requestId?: string | null; position?: number; rules?: string[] };
  data: Record<string, unknown>;
  /** It stands where an event stood that a later attempt has replaced. */
  replaced: boolean;
  /** When it was written, by the clock of the writer; with `_id` the journal's order. */
  committedAt: Date;
  /** How the message stood before this event sent it again; put back when the event is replaced. */
  before?: Pick<
    MessageDoc,
    'status' | 'attempt' | 'providerMessageId' | 'providerKey' | 'earlierProviderIds' | 'error'
  >;
}

export const eventSchema = collectionSchema<JournalEntry>({
  dealershipId: REQUIRED_TEXT,
  conversationId: REQUIRED_TEXT,
  position: { type: Number, default: null },
  type: REQUIRED_TEXT,
  statusKey: TEXT_OR_NULL,
  at: REQUIRED_INSTANT,
  actor: { type: Object, required: true },
  cause: { type: Object, required: true },
  data: { type: Object, required: true },
  replaced: { type: Boolean, default: false },
  committedAt: REQUIRED_INSTANT,
  before: { type: Object },
});
eventSchema.index({ dealershipId: 1, conversationId: 1, position: 1, statusKey: 1 }, { unique: true });
eventSchema.index({ dealershipId: 1, committedAt: 1, _id: 1 });
eventSchema.index({ committedAt: 1, _id: 1 });
