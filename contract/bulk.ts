import * as z from 'zod/mini';
import { CONVERSATION_ID } from './ids.ts';
import { CHANNELS, STATUSES } from './names.ts';

/**
 * One action over many conversations: what is asked for, and how far it is. The workflow `bulkAction` takes these types,
 * and nothing else, from here.
 */

const Id = z.string().check(z.minLength(1), z.maxLength(64));
const ConversationId = z.string().check(z.regex(CONVERSATION_ID, 'must be the id of a conversation'));
const Tag = z.string().check(z.trim(), z.minLength(1), z.maxLength(40));

/** What is done in each conversation. */
export const BulkAction = z.discriminatedUnion('type', [
  /** The first is the owner; nobody: unassigned. `takeOver` drops a pending AI reply where somebody new is assigned. */
  z.strictObject({
    type: z.literal('assign'),
    userIds: z.array(Id).check(z.maxLength(20)),
    takeOver: z._default(z.boolean(), true),
  }),
  z.strictObject({ type: z.literal('setStage'), stage: z.string().check(z.minLength(1), z.maxLength(60)) }),
  z.strictObject({ type: z.literal('addTag'), tag: Tag }),
  z.strictObject({ type: z.literal('removeTag'), tag: Tag }),
  z.strictObject({ type: z.literal('selectProcess'), processId: Id }),
  z.strictObject({ type: z.literal('setAutopilot'), on: z.boolean() }),
  z.strictObject({ type: z.literal('setFollowUps'), on: z.boolean() }),
  z.strictObject({ type: z.literal('resolve') }),
  z.strictObject({ type: z.literal('snooze'), until: z.iso.datetime() }),
]);
export type BulkAction = z.infer<typeof BulkAction>;

/** The filter of the list, without order and page. */
export const BulkFilter = z.strictObject({
  view: z._default(z.enum(['mine', 'all', 'unassigned']), 'all'),
  status: z.optional(z.enum(STATUSES)),
  channel: z.optional(z.enum(CHANNELS)),
  stage: z.optional(z.string().check(z.maxLength(60))),
  assignee: z.optional(Id),
  unread: z._default(z.boolean(), false),
  q: z.optional(z.string().check(z.maxLength(100))),
});
export type BulkFilter = z.infer<typeof BulkFilter>;

/** Conversations that can be chosen one by one; more go by a filter. */
export const MAX_SELECTED = 1_000;

/** These conversations, or all that fit a filter when their turn comes. */
export const BulkSelection = z.union([
  z.strictObject({ ids: z.array(ConversationId).check(z.minLength(1), z.maxLength(MAX_SELECTED)) }),
  z.strictObject({ filter: BulkFilter }),
]);
export type BulkSelection = z.infer<typeof BulkSelection>;

export const StartBulkAction = z.strictObject({ action: BulkAction, selection: BulkSelection });
export type StartBulkAction = z.infer<typeof StartBulkAction>;

/** How far it is. */
export const BulkProgress = z.object({
  /** Conversations that were chosen, or that fitted the filter when it began. */
  total: z.number(),
  /** Conversations in which it took effect, or in which all stood so already. */
  done: z.number(),
  /** Conversations that could not be reached, though they were tried again. */
  failed: z.number(),
  /** Conversations that said no: a sentence and a count for each reason. */
  refusedByReason: z.record(z.string(), z.object({ count: z.number(), sentence: z.string() })),
  /** Nothing more will happen. */
  isDone: z.boolean(),
  /** Somebody has cancelled it: what is done stays done. */
  cancelled: z.boolean(),
});
export type BulkProgress = z.infer<typeof BulkProgress>;

export const BulkActionView = z.extend(BulkProgress, { id: Id });
export type BulkActionView = z.infer<typeof BulkActionView>;
export const BulkActionStarted = z.object({ id: Id, total: z.number() });
