import type { Consent } from '@leadline/contract/conversation.ts';
import { collectionSchema, INSTANT_OR_NULL, REQUIRED_INSTANT, REQUIRED_TEXT, TEXT_OR_NULL } from './schema.ts';

/** A person whom the dealership knows. */
export interface ContactDoc {
  _id: string;
  dealershipId: string;
  /** Empty until somebody learns it. */
  name: string;
  /** The address by which they write: a number in E.164, or a page-scoped id. */
  address: string;
  phone: string | null;
  timeZone: string | null;
  source: string | null;
  ownerId: string | null;
  stage: string;
  optedOut: boolean;
  consent: Consent;
  fields: { section: string; label: string; value: string }[];
  createdAt: Date;
}

export const contactSchema = collectionSchema<ContactDoc>({
  dealershipId: REQUIRED_TEXT,
  name: { type: String, default: '' },
  address: REQUIRED_TEXT,
  phone: TEXT_OR_NULL,
  timeZone: TEXT_OR_NULL,
  source: TEXT_OR_NULL,
  ownerId: TEXT_OR_NULL,
  stage: REQUIRED_TEXT,
  optedOut: { type: Boolean, default: false },
  consent: { type: String, default: 'none' },
  fields: { type: [Object], default: [] },
  createdAt: REQUIRED_INSTANT,
});
contactSchema.index({ dealershipId: 1, address: 1 }, { unique: true });

/** Something that a person is to do. */
export interface ReminderDoc {
  _id: string;
  dealershipId: string;
  conversationId: string;
  /** Position of the event that added it. */
  position: number;
  text: string;
  forUserId: string | null;
  dueAt: Date;
  doneAt: Date | null;
}

export const reminderSchema = collectionSchema<ReminderDoc>({
  dealershipId: REQUIRED_TEXT,
  conversationId: REQUIRED_TEXT,
  position: { type: Number, required: true },
  text: REQUIRED_TEXT,
  forUserId: TEXT_OR_NULL,
  dueAt: REQUIRED_INSTANT,
  doneAt: INSTANT_OR_NULL,
});
reminderSchema.index({ dealershipId: 1, doneAt: 1, dueAt: 1 });
reminderSchema.index({ dealershipId: 1, conversationId: 1, position: 1 });
