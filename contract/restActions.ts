import * as z from 'zod/mini';
import { MODEL_INTENTS } from './decision.ts';
import { PRIORITIES, STATUSES } from './names.ts';
import { Id, Instant, MessageView } from './rest.ts';

/** What people do in a conversation, as the REST interface takes it: bodies and answers. */

export const SendMessage = z.strictObject({
  text: z.string().check(z.trim(), z.minLength(1), z.maxLength(1600)),
  attachmentIds: z._default(z.array(Id).check(z.maxLength(0, 'Attachments are not supported yet.')), []),
  fromDraftId: z._default(z.nullable(Id), null),
});

export const SetAutopilot = z.strictObject({ on: z.boolean() });
export const SelectProcess = z.strictObject({ processId: Id });

export const SetStage = z.strictObject({ stage: z.string().check(z.minLength(1), z.maxLength(60)) });

/** The first is the owner; `takeOver` drops a pending AI reply. */
export const SetAssignees = z.strictObject({
  userIds: z.array(Id).check(z.maxLength(20)),
  takeOver: z._default(z.boolean(), true),
});

/** Marks a conversation as unread (`unread: true`) or as read up to the inbound count that the reader has seen. */
export const SetUnread = z.strictObject({
  unread: z.boolean(),
  inboundCount: z.optional(z.number().check(z.int(), z.minimum(0))),
});

export const SendMessageResult = z.object({ message: MessageView });

export const DraftView = z.object({
  draftId: Id,
  outcome: z.enum(['reply', 'handOff', 'nothing']),
  text: z.string(),
  reason: z.string(),
  /** What the customer wants beside an answer. */
  intent: z.nullable(z.enum(MODEL_INTENTS)),
  processVersionId: Id,
});
export type DraftView = z.infer<typeof DraftView>;

/** A time to come, as `2026-11-25T09:00` on the clock of an IANA zone; without one, the contact's. */
const Wall = z
  .string()
  .check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, 'must be a local time such as 2026-11-25T09:00'));

export const Schedule = z.strictObject({
  text: z.string().check(z.trim(), z.minLength(1), z.maxLength(1600)),
  wall: Wall,
  zone: z.optional(z.string().check(z.maxLength(60))),
  cancelIfTheyReply: z._default(z.boolean(), true),
});
export type Schedule = z.infer<typeof Schedule>;

/** `clock`: the local time exists once, not at all (the time after the gap is taken), or twice (the first is). */
export const ScheduleResult = z.object({
  scheduledId: z.string(),
  at: Instant,
  clock: z.enum(['exact', 'skipped', 'repeated']),
});
export type ScheduleResult = z.infer<typeof ScheduleResult>;

export const ScheduledView = z.object({
  scheduledId: z.string(),
  text: z.string(),
  at: Instant,
  wall: z.string(),
  zone: z.string(),
  cancelIfTheyReply: z.boolean(),
  userId: z.nullable(z.string()),
});
export type ScheduledView = z.infer<typeof ScheduledView>;

export const SetFollowUps = z.strictObject({ on: z.boolean() });

export const FollowUpsResult = z.object({
  on: z.boolean(),
  cancelled: z.nullable(z.object({ dueAt: Instant })),
  planned: z.nullable(z.object({ dueAt: Instant })),
});
export type FollowUpsResult = z.infer<typeof FollowUpsResult>;

export const MoveItem = z.strictObject({ at: Instant });
export const SetTags = z.strictObject({
  tags: z.array(z.string().check(z.trim(), z.minLength(1), z.maxLength(40))).check(z.maxLength(20)),
});

export const SetPriority = z.strictObject({ priority: z.enum(PRIORITIES) });
export const Snooze = z.strictObject({ until: Instant });

/** In words ("tomorrow 3pm call co-applicant"), or with a time of its own. */
export const AddReminder = z.strictObject({
  text: z.string().check(z.trim(), z.minLength(1), z.maxLength(300)),
  dueAt: z.optional(Instant),
  forUserId: z.optional(Id),
});

export const ReminderResult = z.object({ reminderId: z.string(), text: z.string(), dueAt: Instant });
export type ReminderResult = z.infer<typeof ReminderResult>;

export const StatusResult = z.object({ status: z.enum(STATUSES) });

/** Answer of `PUT …/autopilot`. */
export const AutopilotResult = z.object({
  on: z.boolean(),
  cancelled: z.nullable(z.object({ dueAt: Instant })),
  armed: z.nullable(z.object({ dueAt: Instant })),
  committed: z.nullable(z.object({ messageId: z.string() })),
});
export type AutopilotResult = z.infer<typeof AutopilotResult>;
