import type { AgendaItem } from '@leadline/contract/agenda.ts';
import type { DailyHours } from '@leadline/contract/hours.ts';
import type { AuthorKind, Channel, ConversationStatus, Priority } from '@leadline/contract/names.ts';
import { collectionSchema, INSTANT_OR_NULL, REQUIRED_INSTANT, REQUIRED_TEXT, TEXT_OR_NULL } from './schema.ts';

/** The row of a conversation in the inbox; written by `commit`, and `readBy` by the readers. */
export interface ConversationDoc {
  _id: string;
  dealershipId: string;
  channel: Channel;
  channelAccount: { id: string; name: string; address: string };
  contact: { id: string; name: string; address: string };
  /** Digits of the contact's address, to check a found number by. */
  digits: string;
  /** See `searchTokens.ts`. */
  searchTokens: string[];
  preview: { text: string; author: AuthorKind; userId: string | null; at: Date } | null;
  status: ConversationStatus;
  stage: string;
  ownerId: string | null;
  assigneeIds: string[];
  /** Owner and assignees together: whose conversation it is. */
  people: string[];
  unassigned: boolean;
  autopilot: boolean;
  processId: string | null;
  processVersionId: string | null;
  optedOut: boolean;
  /** The contact's time zone, or what stands in for it. */
  zone: string | null;
  /** On the contact's clock; a row that older code has written has none. */
  quietHours?: DailyHours | null;
  followUps: boolean;
  tags: string[];
  priority: Priority;
  snoozedUntilAt: Date | null;
  sla: { target: 'first' | 'next'; since: number; dueAt: number; breached: boolean } | null;
  deleted: boolean;
  /** Messages and events up to this position were deleted. */
  deletedUpTo: number;
  agenda: AgendaItem[];
  waitingSinceAt: Date | null;
  lastActivityAt: Date;
  lastInboundAt: Date | null;
  lastInboundPosition: number;
  inboundCount: number;
  /** Users who have read all of it; an inbound empties it. */
  readBy: string[];
  /** Position of the last event. */
  position: number;
  /** Workflow time of the last commit: an older attempt is refused. Milliseconds. */
  fenceAt: number;
}

export const conversationSchema = collectionSchema<ConversationDoc>({
  dealershipId: REQUIRED_TEXT,
  channel: REQUIRED_TEXT,
  channelAccount: { type: Object, required: true },
  contact: { type: Object, required: true },
  digits: { type: String, default: '' },
  searchTokens: { type: [String], default: [] },
  preview: { type: Object, default: null },
  status: REQUIRED_TEXT,
  stage: { type: String, default: '' },
  ownerId: TEXT_OR_NULL,
  assigneeIds: { type: [String], default: [] },
  people: { type: [String], default: [] },
  unassigned: { type: Boolean, default: true },
  autopilot: { type: Boolean, default: false },
  processId: TEXT_OR_NULL,
  processVersionId: TEXT_OR_NULL,
  optedOut: { type: Boolean, default: false },
  zone: TEXT_OR_NULL,
  quietHours: { type: Object, default: null },
  followUps: { type: Boolean, default: false },
  tags: { type: [String], default: [] },
  priority: { type: String, default: 'none' },
  snoozedUntilAt: INSTANT_OR_NULL,
  sla: { type: Object, default: null },
  deleted: { type: Boolean, default: false },
  deletedUpTo: { type: Number, default: 0 },
  agenda: { type: [Object], default: [] },
  waitingSinceAt: INSTANT_OR_NULL,
  lastActivityAt: REQUIRED_INSTANT,
  lastInboundAt: INSTANT_OR_NULL,
  lastInboundPosition: { type: Number, default: 0 },
  inboundCount: { type: Number, default: 0 },
  readBy: { type: [String], default: [] },
  position: { type: Number, required: true },
  fenceAt: { type: Number, required: true },
});
conversationSchema.index({ dealershipId: 1, lastActivityAt: -1, _id: -1 });
conversationSchema.index({ dealershipId: 1, people: 1, lastActivityAt: -1, _id: -1 });
conversationSchema.index({ dealershipId: 1, searchTokens: 1 });
conversationSchema.index({ dealershipId: 1, 'contact.id': 1 });

/** The core's state as a finished run left it; apart from the row, so that the list stays light. */
export interface ConversationStateDoc {
  _id: string;
  dealershipId: string;
  /** Events up to this position are in the state. */
  position: number;
  state: unknown;
}

export const conversationStateSchema = collectionSchema<ConversationStateDoc>({
  dealershipId: REQUIRED_TEXT,
  position: { type: Number, required: true },
  state: { type: Object, required: true },
});

/** How far a user has read. `_id` is `<conversationId>/<userId>`. */
export interface ReadCursorDoc {
  _id: string;
  dealershipId: string;
  conversationId: string;
  userId: string;
  position: number;
  inboundCount: number;
  at: Date;
}

export const readCursorSchema = collectionSchema<ReadCursorDoc>({
  dealershipId: REQUIRED_TEXT,
  conversationId: REQUIRED_TEXT,
  userId: REQUIRED_TEXT,
  position: { type: Number, required: true },
  inboundCount: { type: Number, required: true },
  at: REQUIRED_INSTANT,
});
readCursorSchema.index({ dealershipId: 1, userId: 1, conversationId: 1 });
