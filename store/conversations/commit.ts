import type { ClientSession, Connection } from 'mongoose';
import type { CommitRequest, RowUpdate } from '@leadline/contract/ports.ts';
import { AppError } from '@leadline/contract/errors.ts';
import type { ConversationDoc } from '../models/conversation.ts';
import type { Models } from '../models/index.ts';
import { pageBackwards } from '../pages.ts';
import { contactTokens, digitsOf } from '../searchTokens.ts';
import { inTransaction, isDuplicateKey } from '../transaction.ts';
import { duplicateInbounds, writeMessages } from './commitMessages.ts';
import { withTexts } from './commitTexts.ts';
import { writeNotifications } from './commitNotifications.ts';
import { cardFieldOf, entriesOf, removeReplaced, type Replaced } from './commitJournal.ts';

/**
 * How a commit ended. `stale`: a later attempt has committed, nothing was written. `duplicateInbounds`: these provider's
 * messages stand already at an earlier position (or in another conversation), nothing was written.
 */
export type CommitResult = 'committed' | 'stale' | { duplicateInbounds: string[] };

/** Attempts that collide are tried again: the loser then finds the winner's row and asks its fence. */
const TRIES = 3;

/**
 * Writes what a conversation has decided, in one transaction: design section 4. The last attempt by workflow time wins;
 * what stands at or after its first position is replaced. Safe to repeat.
 */
export async function commit(connection: Connection, models: Models, request: CommitRequest): Promise<CommitResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(connection, (session) => commitOnce(models, request, session, attempt > 1));
    } catch (error) {
      if (error instanceof Stale) return 'stale';
      if (!isDuplicateKey(error)) throw error;
      const duplicates = await duplicateInbounds(models, request);
      if (duplicates.length > 0) return { duplicateInbounds: duplicates };
      if (attempt === TRIES) throw error;
    }
  }
}

/** Thrown inside the transaction so that nothing of it stays. */
class Stale extends Error {}

async function commitOnce(
  models: Models,
  asked: CommitRequest,
  session: ClientSession,
  hasCollided: boolean,
): Promise<CommitResult> {
  const request = await withTexts(models, asked, session);
  const before = await takeFence(models, request, session, hasCollided);
  const replaced = await removeReplaced(models, request, before, session);
  const entries = entriesOf(request, replaced.positions.size > 0);
  await writeMessages(models, request, entries, session);
  if (entries.length > 0) await models.events.insertMany(entries, { session, lean: true });
  await updateCards(models, request, replaced, session);
  if (replaced.positions.size > 0 && request.row.preview === null) await restorePreview(models, request, session);
  return 'committed';
}

/**
 * The compare-and-set that everything else hangs on, and the row's new content in the same write. Answers the position
 * that the row had; 0 for a row that is new. Throws `Stale`.
 */
async function takeFence(
  models: Models,
  request: CommitRequest,
  session: ClientSession,
  hasCollided: boolean,
): Promise<number> {
  const { key, fenceAt, firstPosition } = request;
  const behindFence = { _id: key.conversationId, dealershipId: key.dealershipId, fenceAt: { $lte: fenceAt } };
  const change = { $set: rowFields(request) };
  const position = firstPosition - 1;
  const insert = async (): Promise<number> => {
    await models.conversations.insertMany([await newRow(models, request)], { session, lean: true });
    return 0;
  };
  // Nearly every commit goes on where the last one ended, or is a row's first: that takes one write and no read.
  if (position === 0) {
    if (!hasCollided) return insert();
  } else {
    const continued = await models.conversations.updateOne({ ...behindFence, position }, change, { session });
    if (continued.matchedCount > 0) return position;
  }
  const row = await models.conversations.findById(key.conversationId, { position: 1 }, { session }).lean();
  if (!row) return insert();
  const taken = await models.conversations.updateOne(behindFence, change, { session });
  if (taken.matchedCount === 0) throw new Stale();
  return row.position;
}

function rowFields(
  request: CommitRequest,
): Omit<ConversationDoc, FixedField | 'preview' | 'readBy'> & Partial<ConversationDoc> {
  const { row, events, firstPosition, fenceAt } = request;
  return {
    ...statusFields(row),
    lastActivityAt: new Date(row.lastActivityAt),
    waitingSinceAt: dateOrNull(row.waitingSinceAt),
    lastInboundAt: dateOrNull(row.lastInboundAt),
    lastInboundPosition: row.lastInboundPosition,
    inboundCount: row.inboundCount,
    snoozedUntilAt: dateOrNull(row.snoozedUntilAt),
    ...(row.preview && { preview: { ...row.preview, at: new Date(row.preview.at) } }),
    ...(events.some((event) => event.type === 'messageReceived') && { readBy: [] }),
    position: events.at(-1)?.position ?? firstPosition - 1,
    fenceAt,
  };
}

function statusFields(row: RowUpdate) {
  const people = [...new Set([...(row.ownerId === null ? [] : [row.ownerId]), ...row.assigneeIds])];
  return {
    status: row.status,
    stage: row.stage,
    ownerId: row.ownerId,
    assigneeIds: row.assigneeIds,
    people,
    unassigned: people.length === 0,
    autopilot: row.autopilot,
    processId: row.processId,
    processVersionId: row.processVersionId,
    optedOut: row.optedOut,
    zone: row.zone,
    quietHours: row.quietHours,
    followUps: row.followUps,
    tags: row.tags,
    priority: row.priority,
    sla: row.sla,
    deleted: row.deleted,
    deletedUpTo: row.deletedUpTo,
    agenda: row.agenda,
  };
}

/** What a row keeps from its creation on; a contact's new name is written by whoever renames it. */
type FixedField = '_id' | 'dealershipId' | 'channel' | 'channelAccount' | 'contact' | 'digits' | 'searchTokens';

async function newRow(models: Models, request: CommitRequest): Promise<ConversationDoc> {
  const { key, contactId } = request;
  const { dealershipId } = key;
  const [contact, account] = await Promise.all([
    models.contacts.findOne({ _id: contactId, dealershipId }).lean(),
    models.channelAccounts.findOne({ _id: key.channelAccountId, dealershipId }).lean(),
  ]);
  if (!contact || !account)
    throw new AppError('not-found', `The conversation ${key.conversationId} has no contact or no channel account.`);
  return {
    preview: null,
    readBy: [],
    ...rowFields(request),
    _id: key.conversationId,
    dealershipId,
    channel: key.channel,
    channelAccount: { id: account._id, name: account.name, address: account.address },
    contact: { id: contact._id, name: contact.name, address: key.address },
    digits: key.channel === 'sms' ? digitsOf(key.address) : '',
    searchTokens: contactTokens(contact.name, key.channel === 'sms' ? key.address : ''),
  };
}

/** Cards beside the row: the contact's stage and opt-out, reminders, and the core's state when a run ends. */
async function updateCards(
  models: Models,
  request: CommitRequest,
  replaced: Replaced,
  session: ClientSession,
): Promise<void> {
  const { key, events, contactId } = request;
  const { dealershipId, conversationId } = key;
  const card = cardOf(request, replaced);
  if (Object.keys(card).length > 0)
    await models.contacts.updateOne({ _id: contactId, dealershipId }, { $set: card }, { session });
  await writeReminders(models, request, session);
  await writeScheduled(models, request, session);
  await writeNotifications(models, request, session);
  if (request.state === undefined) return;
  const position = events.at(-1)?.position ?? request.firstPosition - 1;
  await models.conversationStates.updateOne(
    { _id: conversationId },
    { $set: { dealershipId, position, state: request.state } },
    { session, upsert: true },
  );
}

/**
 * What the events say of the contact, and nothing else: another conversation with them may know more. What an overtaken
 * attempt had said and this one does not is put back.
 */
function cardOf({ events, row }: CommitRequest, { cardFields }: Replaced): { stage?: string; optedOut?: boolean } {
  const stage = events.findLast((event) => event.type === 'stageSet')?.data.stage;
  const choice = events.findLast((event) => cardFieldOf(event.type) === 'optedOut');
  const before = row.deleted ? {} : { stage: row.stage, optedOut: row.optedOut };
  return {
    ...Object.fromEntries(Object.entries(before).filter(([field]) => cardFields.has(field as keyof typeof before))),
    ...(stage !== undefined && { stage }),
    ...(choice && { optedOut: choice.type === 'optedOut' }),
  };
}

async function writeReminders(models: Models, { key, events }: CommitRequest, session: ClientSession): Promise<void> {
  const { dealershipId, conversationId } = key;
  const added = events.flatMap((event) => {
    if (event.type !== 'reminderAdded') return [];
    const { reminderId, dueAt, ...rest } = event.data;
    const { position } = event;
    return { _id: reminderId, dealershipId, conversationId, position, doneAt: null, dueAt: new Date(dueAt), ...rest };
  });
  if (added.length > 0) await models.reminders.insertMany(added, { session, lean: true });
  for (const event of events) {
    if (event.type !== 'reminderCompleted') continue;
    const done = { $set: { doneAt: new Date(event.at) } };
    await models.reminders.updateOne({ _id: event.data.reminderId, dealershipId, conversationId }, done, { session });
  }
  if (!events.some((event) => event.type === 'conversationDeleted')) return;
  await models.reminders.updateMany(
    { dealershipId, conversationId, doneAt: null },
    { $set: { doneAt: new Date() } },
    { session },
  );
}

async function writeScheduled(models: Models, { key, events }: CommitRequest, session: ClientSession): Promise<void> {
  const { dealershipId, conversationId } = key;
  const versions = events.flatMap(({ type, data, position }) => {
    if (type !== 'messageScheduled' && type !== 'scheduledChanged') return [];
    const { clock: _clock, at, ...rest } = data;
    return {
      _id: `${data.scheduledId}/${position}`,
      dealershipId,
      conversationId,
      position,
      at: new Date(at),
      ...rest,
    };
  });
  if (versions.length > 0) await models.scheduledMessages.insertMany(versions, { session, lean: true });
}

/** The replaced events may have left their message on the row: the last one that stands is shown instead. */
async function restorePreview(models: Models, request: CommitRequest, session: ClientSession): Promise<void> {
  const { dealershipId, conversationId } = request.key;
  const end = request.events.at(-1)?.position ?? request.firstPosition;
  const [last] = await pageBackwards(
    models.messages,
    { dealershipId, conversationId },
    { before: end + 1, limit: 1, session },
  );
  const preview = last ? { text: last.text, author: last.author, userId: last.userId, at: last.at } : null;
  await models.conversations.updateOne({ _id: conversationId }, { $set: { preview } }, { session });
}

function dateOrNull(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}
