import { collectionSchema, REQUIRED_INSTANT, REQUIRED_TEXT } from './schema.ts';

/** One version of a scheduled message, with its text; the latest by position counts. Whether it is still to come, the agenda says. */
export interface ScheduledMessageDoc {
  /** `<scheduledId>/<position>`. */
  _id: string;
  dealershipId: string;
  conversationId: string;
  scheduledId: string;
  /** Position of the event that made this version. */
  position: number;
  text: string;
  at: Date;
  /** As the person chose it, such as `2026-11-25T09:00`, on the clock of `zone`. */
  wall: string;
  zone: string;
  cancelIfTheyReply: boolean;
  userId: string;
}

export const scheduledMessageSchema = collectionSchema<ScheduledMessageDoc>({
  dealershipId: REQUIRED_TEXT,
  conversationId: REQUIRED_TEXT,
  scheduledId: REQUIRED_TEXT,
  position: { type: Number, required: true },
  text: { type: String, default: '' },
  at: REQUIRED_INSTANT,
  wall: { type: String, default: '' },
  zone: { type: String, default: '' },
  cancelIfTheyReply: { type: Boolean, default: true },
  userId: { type: String, default: '' },
});
scheduledMessageSchema.index({ dealershipId: 1, conversationId: 1, position: 1 });
scheduledMessageSchema.index({ dealershipId: 1, scheduledId: 1, position: 1 });
