import * as z from 'zod/mini';
import { AGENDA_KINDS, AGENDA_OPERATIONS } from './agenda.ts';
import { DECISION_OUTCOMES, DECISION_REASONS, MODEL_INTENTS } from './decision.ts';
import { DailyHours } from './hours.ts';
import { DealershipSettings, ProcessDefinition } from './process.ts';
import { MESSAGE_STATUSES } from './messageStatus.ts';
import { AUTHORS, CHANNELS, GATES, PRIORITIES, ROLES, STATUSES } from './names.ts';

/**
 * The REST interface under `/api`: request bodies and answers. Instants are ISO 8601 in UTC.
 * `api` parses requests with these and describes them in OpenAPI; `web` parses answers with them.
 */

/** Ids of all kinds. */
export const Id = z.string().check(z.minLength(1), z.maxLength(64));
/** ISO 8601 in UTC. */
export const Instant = z.iso.datetime();

// ── Session ─────────────────────────────────────────────────────────────────

export const Login = z.strictObject({
  email: z.string().check(z.minLength(3), z.maxLength(200)),
  password: z.string().check(z.minLength(1), z.maxLength(200)),
});
export type Login = z.infer<typeof Login>;

export const User = z.object({
  id: Id,
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
});
export type User = z.infer<typeof User>;

export const Stage = z.object({
  key: z.string(),
  name: z.string(),
  /** One of the theme's stage colours. */
  color: z.enum(['teal', 'amber', 'red', 'violet', 'blue', 'gray', 'green']),
});
export type Stage = z.infer<typeof Stage>;

export const Dealership = z.object({
  id: Id,
  slug: z.string(),
  name: z.string(),
  timeZone: z.string(),
  stages: z.array(Stage),
});
export type Dealership = z.infer<typeof Dealership>;

/** Who is signed in, and what the whole screen needs to know once. */
export const Me = z.object({
  user: User,
  dealership: Dealership,
  /** Sent back as the header `X-CSRF-Token` with each change. */
  csrfToken: z.string(),
  /** Parts that are stand-ins because no credentials were given: shown on every screen. */
  simulated: z.array(z.enum(['twilio', 'messenger', 'openai'])),
  /** Address of the Temporal UI for links to a workflow, where there is one. */
  temporalUiUrl: z.nullable(z.string()),
});
export type Me = z.infer<typeof Me>;

// ── Conversations ───────────────────────────────────────────────────────────

export const AgendaItemView = z.object({
  id: z.string(),
  kind: z.enum(AGENDA_KINDS),
  at: Instant,
  title: z.string(),
  phase: z.enum(['waiting', 'drafting']),
  /** The instant on the clock of `zone`, such as `2026-11-25 09:00`. */
  wall: z.string(),
  zone: z.string(),
  /** Why it is planned, in words. */
  why: z.string(),
  operations: z.array(z.enum(AGENDA_OPERATIONS)),
});
export type AgendaItemView = z.infer<typeof AgendaItemView>;

export const Preview = z.object({
  text: z.string(),
  author: z.enum(AUTHORS),
  userId: z.nullable(Id),
  at: Instant,
});

/** One row of the inbox, and the head of an open conversation. */
export const ConversationRow = z.object({
  id: Id,
  channel: z.enum(CHANNELS),
  channelAccount: z.object({ id: Id, name: z.string(), address: z.string() }),
  contact: z.object({
    id: Id,
    /** Empty for a contact that has no name yet: show the address. */
    name: z.string(),
    address: z.string(),
  }),
  preview: z.nullable(Preview),
  lastActivityAt: Instant,
  waitingSince: z.nullable(Instant),
  status: z.enum(STATUSES),
  stage: z.string(),
  ownerId: z.nullable(Id),
  assigneeIds: z.array(Id),
  autopilot: z.boolean(),
  processId: z.nullable(Id),
  optedOut: z.boolean(),
  /** The contact's time zone, or what stands in for it; null for an old conversation of which none is known. */
  zone: z.nullable(z.string()),
  /** When the contact is left in peace, on their clock: a person is warned, and may go on. Null: never. */
  quietHours: z.nullable(DailyHours),
  followUps: z.boolean(),
  tags: z.array(z.string()),
  priority: z.enum(PRIORITIES),
  snoozedUntil: z.nullable(Instant),
  /** The response that the customer waits for, and when it is late. */
  sla: z.nullable(z.object({ target: z.enum(['first', 'next']), dueAt: Instant, breached: z.boolean() })),
  agenda: z.array(AgendaItemView),
  /** Position of the last event: a row with a higher one replaces a row with a lower one. */
  position: z.number(),
  /** Workflow time of the row's commit; breaks ties of `position` after a replaced commit. */
  committedAt: Instant,
  lastInboundPosition: z.number(),
  inboundCount: z.number(),
  /** How many of the inbound messages I have read; pushed rows carry null: keep what you know. */
  readInboundCount: z.nullable(z.number()),
});
export type ConversationRow = z.infer<typeof ConversationRow>;

export const ConversationView = z.object({
  row: ConversationRow,
  contact: z.object({
    id: Id,
    name: z.string(),
    phone: z.nullable(z.string()),
    timeZone: z.nullable(z.string()),
    source: z.nullable(z.string()),
    fields: z.array(z.object({ section: z.string(), label: z.string(), value: z.string() })),
    createdAt: Instant,
  }),
  /** Workflow id, for people who debug. */
  workflowId: z.string(),
});
export type ConversationView = z.infer<typeof ConversationView>;

export const ListQuery = z.object({
  view: z._default(z.enum(['mine', 'all', 'unassigned']), 'all'),
  status: z.optional(z.enum(STATUSES)),
  channel: z.optional(z.enum(CHANNELS)),
  stage: z.optional(z.string().check(z.maxLength(60))),
  assignee: z.optional(Id),
  unread: z.optional(z.enum(['true', 'false'])),
  q: z.optional(z.string().check(z.maxLength(100))),
  sort: z._default(z.enum(['newest', 'oldest']), 'newest'),
  cursor: z.optional(z.string().check(z.maxLength(200))),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(100)), 50),
});
export type ListQuery = z.infer<typeof ListQuery>;

export const MessageView = z.object({
  id: Id,
  conversationId: Id,
  position: z.number(),
  direction: z.enum(['inbound', 'outbound']),
  author: z.enum(AUTHORS),
  userId: z.nullable(Id),
  processVersionId: z.nullable(Id),
  text: z.string(),
  /** When the customer wrote it, or when we decided to send it. */
  at: Instant,
  status: z.enum(MESSAGE_STATUSES),
  attempt: z.number(),
  error: z.nullable(z.object({ code: z.nullable(z.string()), message: z.string() })),
  late: z.boolean(),
});
export type MessageView = z.infer<typeof MessageView>;

/** A journal event as the thread, the audit trail and the outside see it. `data` depends on `type`. */
export const EventView = z.object({
  id: Id,
  conversationId: Id,
  /** Null for a delivery status: the provider's fact, not a decision of the workflow. */
  position: z.nullable(z.number()),
  type: z.string(),
  at: Instant,
  actor: z.object({
    kind: z.enum(['customer', 'user', 'autopilot', 'followUp', 'schedule', 'automation', 'provider', 'system']),
    userId: z.optional(z.string()),
    scheduledId: z.optional(z.string()),
    ruleId: z.optional(z.string()),
    processVersionId: z.optional(z.string()),
  }),
  cause: z.object({
    kind: z.enum(['input', 'event']),
    id: z.optional(z.string()),
    requestId: z.optional(z.nullable(z.string())),
    position: z.optional(z.number()),
    rules: z.optional(z.array(z.string())),
  }),
  data: z.record(z.string(), z.unknown()),
});
export type EventView = z.infer<typeof EventView>;

export const DecisionView = z.object({
  position: z.number(),
  at: Instant,
  inbounds: z.array(z.number()),
  outcome: z.enum(DECISION_OUTCOMES),
  reason: z.enum(DECISION_REASONS),
  final: z.boolean(),
  explanation: z.string(),
  gates: z.array(
    z.object({
      gate: z.enum(GATES),
      pass: z.boolean(),
      inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
  processVersionId: z.nullable(z.string()),
  messageId: z.nullable(z.string()),
  model: z.nullable(
    z.object({
      model: z.string(),
      reason: z.string(),
      confidence: z.nullable(z.number()),
      suggestedStage: z.nullable(z.string()),
      intent: z.optional(z.nullable(z.enum(MODEL_INTENTS))),
      tookMs: z.number(),
    }),
  ),
});
export type DecisionView = z.infer<typeof DecisionView>;

/** `GET …/messages|events|decisions` page backwards from `before` (a position), newest first. */
export const HistoryQuery = z.object({
  before: z.optional(z.coerce.number().check(z.int(), z.minimum(1))),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(200)), 50),
});

/** A list answer; `next` is the cursor of the next page, null at the end. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** The settings page: a document with its version, and where it cannot be understood any more, why. */
export const SettingsView = z.object({
  settings: DealershipSettings,
  version: z.number(),
  problem: z.nullable(z.string()),
});
export type SettingsView = z.infer<typeof SettingsView>;
/** `version` is the one that was read: a save over somebody else's is refused. */
export const SaveSettings = z.strictObject({ settings: DealershipSettings, version: z.number().check(z.int()) });
export const ProcessVersionView = z.object({
  id: Id,
  versionId: Id,
  version: z.number(),
  definition: ProcessDefinition,
});
export type ProcessVersionView = z.infer<typeof ProcessVersionView>;
export const PublishProcess = z.strictObject({ definition: ProcessDefinition });

// ── Around it ───────────────────────────────────────────────────────────────

export const ProcessView = z.object({
  id: Id,
  name: z.string(),
  version: z.number(),
  versionId: Id,
});
export type ProcessView = z.infer<typeof ProcessView>;

export const ReminderView = z.object({
  id: Id,
  conversationId: Id,
  contactName: z.string(),
  text: z.string(),
  forUserId: z.nullable(Id),
  dueAt: Instant,
  doneAt: z.nullable(Instant),
});
export type ReminderView = z.infer<typeof ReminderView>;

/** Something that a person is told. */
export const NotificationView = z.object({
  id: Id,
  conversationId: Id,
  /** The customer's name, or the address while there is none. */
  contactName: z.string(),
  kind: z.enum(['reminder', 'notice']),
  text: z.string(),
  at: Instant,
  seen: z.boolean(),
});
export type NotificationView = z.infer<typeof NotificationView>;
export const NotificationsSeen = z.strictObject({ until: Instant });

/** How many running conversations have been told of a version; those that sleep read it when they wake. */
export const RolloutView = z.object({ told: z.number(), done: z.boolean() });

/** Numbers on the channel tabs and on the rail. */
export const Counts = z.object({
  byChannel: z.record(z.string(), z.number()),
  unread: z.number(),
});
export type Counts = z.infer<typeof Counts>;

/** RFC 9457 problem details: the body of every refusal and error. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.optional(z.string()),
  code: z.optional(z.string()),
  requestId: z.optional(z.string()),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
});
export type Problem = z.infer<typeof Problem>;
