import type { Model, QueryFilter } from 'mongoose';
import type { BulkFilter } from '@leadline/contract/bulk.ts';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import type { ReadChange } from '@leadline/contract/realtime.ts';
import type {
  AgendaItemView,
  ConversationRow,
  ConversationView,
  Counts,
  Dealership,
  DecisionView,
  EventView,
  ListQuery,
  MessageView,
  Page,
  ProcessView,
  NotificationView,
  ReminderView,
  User,
} from '@leadline/contract/rest.ts';
import type { ScheduledView } from '@leadline/contract/restActions.ts';
import { listRows, unreadBy } from './inboxList.ts';
import { countSelected, selectIds } from './inboxSelection.ts';
import type { ConversationDoc } from './models/conversation.ts';
import type { Models } from './models/index.ts';
import { markNotificationsSeen, notificationViews } from './notifications.ts';
import { scopedTo, type Scope } from './scope.ts';
import { agendaItemView, conversationView, decisionView, eventView, messageView, rowView } from './views.ts';
import { createWebhookEndpoints, type WebhookEndpoints } from './webhookEndpoints.ts';

/** A page of a conversation's history, newest first. */
export interface HistoryRange {
  before: number | null;
  limit: number;
}

/**
 * What the people of one dealership see and mark. Whatever an id names, a document of another dealership is as if it did
 * not exist: null, or left out.
 */
export interface Inbox {
  list(userId: string, query: ListQuery): Promise<Page<ConversationRow>>;
  conversation(userId: string, id: string): Promise<ConversationView | null>;
  /** What the workflow of a conversation is found by. */
  key(id: string): Promise<ConversationKey | null>;
  /** The same, also for a conversation that was deleted and can still be brought back. */
  restorableKey(id: string): Promise<ConversationKey | null>;
  /** The same for many; ids of nothing, and of other dealerships, are left out. */
  keys(ids: string[]): Promise<ConversationKey[]>;
  /** Ids of the conversations that fit a filter, in order of id, after one of them. */
  selectIds(userId: string, filter: BulkFilter, page: { after: string | null; limit: number }): Promise<string[]>;
  countSelected(userId: string, filter: BulkFilter): Promise<number>;
  agenda(id: string): Promise<AgendaItemView[] | null>;
  /** What is scheduled, with its text, soonest first. */
  schedule(id: string): Promise<ScheduledView[] | null>;
  /** Rows as realtime pushes them, without a reader's own fields. */
  rows(ids: string[]): Promise<ConversationRow[]>;
  messagesById(ids: string[]): Promise<MessageView[]>;
  messages(id: string, range: HistoryRange): Promise<Page<MessageView> | null>;
  events(id: string, range: HistoryRange): Promise<Page<EventView> | null>;
  decisions(id: string, range: HistoryRange): Promise<Page<DecisionView> | null>;
  /** Marks as read up to an inbound count (all that there is, without one), or as unread. */
  mark(
    userId: string,
    id: string,
    mark: { unread: boolean; inboundCount?: number | undefined },
  ): Promise<ReadChange | null>;
  /** Unread conversations: those of the last 30 days, so that the count stays cheap. */
  counts(userId: string): Promise<Counts>;
  dealership(): Promise<Dealership | null>;
  users(): Promise<User[]>;
  channelAccounts(): Promise<ChannelAccountView[]>;
  /** Processes with a published version. */
  processes(): Promise<ProcessView[]>;
  /** Open reminders for this user or for everybody, the next first. */
  reminders(userId: string): Promise<ReminderView[]>;
  /** What the user was told lately, the latest first; with `manages` also what whoever manages is told. */
  notifications(userId: string, manages: boolean): Promise<NotificationView[]>;
  /** What came up to then has been seen. */
  markNotificationsSeen(userId: string, until: Date): Promise<void>;
  /** Where the dealership's rules may call out to. */
  webhooks: WebhookEndpoints;
}

/** A channel account as browsers see it. */
export interface ChannelAccountView {
  id: string;
  channel: string;
  name: string;
  address: string;
  ownerId: string | null;
}

/** How long a deleted conversation can be brought back (design section 3). */
const RESTORABLE_MS = 30 * 86_400_000;
const COUNTED_MS = 30 * 86_400_000;
const MAX_REMINDERS = 200;

export function createInbox(models: Models, dealershipId: string): Inbox {
  const scope = scopedTo(dealershipId);
  return {
    async list(userId, query) {
      const { rows, next } = await listRows(models, scope, userId, query);
      const read = await readCounts(models, scope, userId, rows);
      // Deleted rows are few: leaving them out here keeps the list's query on its index.
      const shown = rows.filter((row) => !row.deleted);
      return { items: shown.map((row) => rowView(row, read.get(row._id) ?? 0)), next };
    },
    conversation: (userId, id) => conversation(models, scope, userId, id),
    key: async (id) => (await keysOf(models, scope, [id]))[0] ?? null,
    restorableKey: async (id) => (await keysOf(models, scope, [id], RESTORABLE_MS))[0] ?? null,
    keys: (ids) => keysOf(models, scope, ids),
    selectIds: (userId, filter, page) => selectIds(models, scope, userId, filter, page),
    countSelected: (userId, filter) => countSelected(models, scope, userId, filter),
    async agenda(id) {
      const row = await scope.findOne(models.conversations, { _id: id }, { agenda: 1, deleted: 1 });
      return row && !row.deleted ? row.agenda.map(agendaItemView) : null;
    },
    schedule: (id) => scheduleView(models, scope, id),
    async rows(ids) {
      const rows = await scope.find(models.conversations, { _id: { $in: ids } }, { projection: { searchTokens: 0 } });
      return rows.filter((row) => !row.deleted).map((row) => rowView(row, null));
    },
    async messagesById(ids) {
      const messages = await scope.find(models.messages, { _id: { $in: ids } }, { projection: { tokens: 0 } });
      return messages.map(messageView);
    },
    messages: (id, range) => history(models, scope, id, range, models.messages, messageView),
    events: (id, range) => history(models, scope, id, range, models.events, eventView),
    decisions: (id, range) =>
      history(models, scope, id, range, models.events, decisionView, (entry) => entry.type === 'decisionMade'),
    mark: (userId, id, mark) => markRead(models, scope, userId, id, mark),
    counts: (userId) => countUnread(models, scope, userId),
    dealership: () => dealershipView(models, dealershipId),
    async users() {
      const users = await scope.find(models.users, { disabledAt: null }, { sort: { name: 1 } });
      return users.map(({ _id, name, email, role }) => ({ id: _id, name, email, role }));
    },
    async channelAccounts() {
      const accounts = await scope.find(models.channelAccounts, { disabledAt: null }, { sort: { name: 1 } });
      return accounts.map(({ _id, channel, name, address, ownerId }) => ({ id: _id, channel, name, address, ownerId }));
    },
    processes: () => processViews(models, scope),
    reminders: (userId) => reminderViews(models, scope, userId),
    notifications: (userId, manages) => notificationViews(models, scope, userId, manages),
    markNotificationsSeen: (userId, until) => markNotificationsSeen(models, scope, userId, until),
    webhooks: createWebhookEndpoints(models, scope),
  };
}

/** How many inbound messages of each row the user has read. Rows that are read whole say so themselves. */
async function readCounts(
  models: Models,
  scope: Scope,
  userId: string,
  rows: ConversationDoc[],
): Promise<Map<string, number>> {
  const counts = new Map(rows.filter((row) => row.readBy.includes(userId)).map((row) => [row._id, row.inboundCount]));
  const partly = rows.filter((row) => !counts.has(row._id) && row.inboundCount > 0);
  if (partly.length === 0) return counts;
  const cursors = await scope.find(models.readCursors, {
    _id: { $in: partly.map((row) => cursorId(row._id, userId)) },
  });
  for (const cursor of cursors) counts.set(cursor.conversationId, cursor.inboundCount);
  return counts;
}

function cursorId(conversationId: string, userId: string): string {
  return `${conversationId}/${userId}`;
}

async function conversation(
  models: Models,
  scope: Scope,
  userId: string,
  id: string,
): Promise<ConversationView | null> {
  const row = await scope.findOne(models.conversations, { _id: id }, { searchTokens: 0 });
  if (!row || row.deleted) return null;
  const [contact, read, dealership] = await Promise.all([
    scope.findOne(models.contacts, { _id: row.contact.id }),
    readCounts(models, scope, userId, [row]),
    models.dealerships.findById(scope.dealershipId, { slug: 1 }).orFail().lean(),
  ]);
  return contact && conversationView(rowView(row, read.get(id) ?? 0), contact, dealership.slug);
}

async function keysOf(models: Models, scope: Scope, ids: string[], deletedForMs = 0): Promise<ConversationKey[]> {
  const { dealershipId } = scope;
  const projection = { channel: 1, channelAccount: 1, contact: 1, deleted: 1, fenceAt: 1 };
  const rows = await scope.find(models.conversations, { _id: { $in: ids } }, { projection });
  // Nothing is committed to a deleted conversation: its fence is the instant of the deletion.
  const known = rows.filter((row) => !row.deleted || Date.now() - row.fenceAt < deletedForMs);
  if (known.length === 0) return [];
  const { slug } = await models.dealerships.findById(dealershipId, { slug: 1 }).orFail().lean();
  return known.map((row) => ({
    dealershipId,
    dealershipSlug: slug,
    conversationId: row._id,
    channel: row.channel,
    channelAccountId: row.channelAccount.id,
    address: row.contact.address,
  }));
}

async function scheduleView(models: Models, scope: Scope, id: string): Promise<ScheduledView[] | null> {
  const row = await scope.findOne(models.conversations, { _id: id }, { agenda: 1, deleted: 1 });
  if (!row || row.deleted) return null;
  const planned = row.agenda.filter((item) => item.kind === 'scheduledMessage');
  const versions = await scope.find(
    models.scheduledMessages,
    { scheduledId: { $in: planned.map((item) => item.id.replace('scheduled-', '')) } },
    { sort: { position: -1 } },
  );
  return planned.flatMap((item) => {
    const version = versions.find((one) => item.id === `scheduled-${one.scheduledId}`);
    if (!version) return [];
    const { scheduledId, text, wall, zone, cancelIfTheyReply, userId } = version;
    return [
      { scheduledId, text, wall, zone, cancelIfTheyReply, userId: userId || null, at: new Date(item.at).toISOString() },
    ];
  });
}

async function history<T extends { position: number | null; dealershipId: string }, View>(
  models: Models,
  scope: Scope,
  id: string,
  { before, limit }: HistoryRange,
  model: Model<T>,
  view: (document: T) => View,
  only?: (document: T) => boolean,
): Promise<Page<View> | null> {
  const row = await scope.findOne(models.conversations, { _id: id }, { position: 1, deletedUpTo: 1, deleted: 1 });
  if (!row || row.deleted) return null;
  const stands = (document: T): boolean =>
    (document.position ?? Infinity) > row.deletedUpTo && (only?.(document) ?? true);
  const filtered = only !== undefined || row.deletedUpTo > 0;
  const page = { before: before ?? row.position + 1, limit: limit + 1, ...(filtered && { only: stands }) };
  const found = await scope.pageBackwards(model, { conversationId: id } as QueryFilter<T>, page);
  const shown = found.slice(0, limit);
  return { items: shown.map(view), next: found.length > limit ? String(shown.at(-1)!.position) : null };
}

async function markRead(
  models: Models,
  scope: Scope,
  userId: string,
  id: string,
  { unread, inboundCount }: { unread: boolean; inboundCount?: number | undefined },
): Promise<ReadChange | null> {
  const row = await scope.findOne(
    models.conversations,
    { _id: id },
    { inboundCount: 1, lastInboundPosition: 1, readBy: 1, deleted: 1 },
  );
  if (!row || row.deleted) return null;
  const readInboundCount = unread
    ? Math.max(row.inboundCount - 1, 0)
    : Math.min(inboundCount ?? row.inboundCount, row.inboundCount);
  await scope.updateOne(
    models.readCursors,
    { _id: cursorId(id, userId) },
    {
      $set: {
        conversationId: id,
        userId,
        position: row.lastInboundPosition,
        inboundCount: readInboundCount,
        at: new Date(),
      },
    },
    true,
  );
  // A message that comes in meanwhile raises the count, and the row stays unread.
  if (unread) await scope.updateOne(models.conversations, { _id: id }, { $pull: { readBy: userId } });
  else
    await scope.updateOne(
      models.conversations,
      { _id: id, inboundCount: readInboundCount },
      { $addToSet: { readBy: userId } },
    );
  return { conversationId: id, readInboundCount };
}

async function countUnread(models: Models, scope: Scope, userId: string): Promise<Counts> {
  const recent = { lastActivityAt: { $gte: new Date(Date.now() - COUNTED_MS) }, ...unreadBy(userId) };
  const rows = await scope.find(models.conversations, recent, { projection: { channel: 1 } });
  const byChannel: Record<string, number> = {};
  for (const { channel } of rows) byChannel[channel] = (byChannel[channel] ?? 0) + 1;
  return { byChannel, unread: rows.length };
}

async function dealershipView(models: Models, dealershipId: string): Promise<Dealership | null> {
  const dealership = await models.dealerships.findById(dealershipId).lean();
  if (!dealership) return null;
  const { slug, name, timeZone, stages } = dealership;
  return {
    id: dealershipId,
    slug,
    name,
    timeZone,
    stages: stages.map(({ key, name: label, color }) => ({ key, name: label, color })),
  };
}

async function processViews(models: Models, scope: Scope): Promise<ProcessView[]> {
  const processes = await scope.find(models.processes, { publishedVersionId: { $ne: null } }, { sort: { name: 1 } });
  const versionIds = processes.flatMap((process) =>
    process.publishedVersionId === null ? [] : [process.publishedVersionId],
  );
  const versions = await scope.find(
    models.processVersions,
    { _id: { $in: versionIds } },
    { projection: { version: 1, processId: 1 } },
  );
  return processes.flatMap(({ _id, name, publishedVersionId }) => {
    const version = versions.find((one) => one._id === publishedVersionId);
    return version ? [{ id: _id, name, version: version.version, versionId: version._id }] : [];
  });
}

async function reminderViews(models: Models, scope: Scope, userId: string): Promise<ReminderView[]> {
  const reminders = await scope.find(
    models.reminders,
    { doneAt: null, forUserId: { $in: [userId, null] } },
    { sort: { dueAt: 1 }, limit: MAX_REMINDERS },
  );
  const rows = await scope.find(
    models.conversations,
    { _id: { $in: reminders.map((one) => one.conversationId) } },
    { projection: { contact: 1 } },
  );
  return reminders.map(({ _id, conversationId, text, forUserId, dueAt, doneAt }) => ({
    id: _id,
    conversationId,
    contactName: rows.find((row) => row._id === conversationId)?.contact.name ?? '',
    text,
    forUserId,
    dueAt: dueAt.toISOString(),
    doneAt: doneAt?.toISOString() ?? null,
  }));
}
