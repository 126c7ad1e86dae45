import { collectionSchema, REQUIRED_INSTANT, REQUIRED_TEXT, TEXT_OR_NULL } from './schema.ts';

/** Something that a person is told: a reminder that is due, a target that was missed, what a rule or a fault has to say. */
export interface NotificationDoc {
  /** Of the event that it tells of. */
  _id: string;
  dealershipId: string;
  conversationId: string;
  position: number;
  /** Null: whoever manages the dealership. */
  forUserId: string | null;
  kind: 'reminder' | 'notice';
  text: string;
  at: Date;
}

/** Kept that long. */
const KEPT_S = 30 * 86_400;

export const notificationSchema = collectionSchema<NotificationDoc>({
  dealershipId: REQUIRED_TEXT,
  conversationId: REQUIRED_TEXT,
  position: { type: Number, required: true },
  forUserId: TEXT_OR_NULL,
  kind: REQUIRED_TEXT,
  text: REQUIRED_TEXT,
  at: REQUIRED_INSTANT,
});
notificationSchema.index({ dealershipId: 1, forUserId: 1, at: -1 });
notificationSchema.index({ dealershipId: 1, conversationId: 1, position: 1 });
notificationSchema.index({ at: 1 }, { expireAfterSeconds: KEPT_S });
