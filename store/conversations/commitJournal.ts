import type { ClientSession } from 'mongoose';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import type { CommitRequest } from '@leadline/contract/ports.ts';
import { newId } from '../ids.ts';
import type { Models } from '../models/index.ts';
import type { JournalEntry } from '../models/journal.ts';

/** What of the contact's card an event of this type says; null: nothing. */
export function cardFieldOf(type: string): 'stage' | 'optedOut' | null {
  if (type === 'stageSet') return 'stage';
  return type === 'optedOut' || type === 'optedIn' ? 'optedOut' : null;
}

/** What an overtaken attempt had left at or after the first position of this one. */
export interface Replaced {
  positions: Set<number>;
  /** Fields of the contact's card that its events had changed. */
  cardFields: Set<'stage' | 'optedOut'>;
}

/** Takes away what an overtaken attempt had written: its events, and what they had made. */
export async function removeReplaced(
  models: Models,
  request: CommitRequest,
  rowPosition: number,
  session: ClientSession,
): Promise<Replaced> {
  const { firstPosition, key } = request;
  if (rowPosition < firstPosition) return { positions: new Set(), cardFields: new Set() };
  const { dealershipId, conversationId } = key;
  const standing = { dealershipId, conversationId, position: { $gte: firstPosition } };
  const replaced = await models.events.find(standing, { position: 1, type: 1, data: 1, before: 1 }, { session }).lean();
  await models.events.deleteMany(standing, { session });
  // None of these messages has left: a message is handed over only in the task in which its commit succeeded.
  await models.messages.deleteMany(standing, { session });
  await models.reminders.deleteMany(standing, { session });
  await models.scheduledMessages.deleteMany(standing, { session });
  await models.notifications.deleteMany(standing, { session });
  // A state that the overtaken attempt had stored holds what never happened.
  await models.conversationStates.deleteOne(
    { _id: conversationId, dealershipId, position: { $gte: firstPosition } },
    { session },
  );
  for (const event of replaced.toSorted((a, b) => b.position! - a.position!)) {
    if (event.type === 'reminderCompleted') {
      const undone = { $set: { doneAt: null } };
      await models.reminders.updateOne({ _id: event.data['reminderId'] as string, dealershipId }, undone, { session });
    }
    if (event.before)
      await models.messages.updateOne({ _id: event.data['messageId'] as string }, { $set: event.before }, { session });
  }
  return {
    positions: new Set(replaced.map((event) => event.position!)),
    cardFields: new Set(replaced.map((event) => cardFieldOf(event.type)).filter((field) => field !== null)),
  };
}

/** The entries of a commit. Each commit gives fresh ids: an id that was pushed to a browser never means something else later. */
export function entriesOf(request: CommitRequest, replaced: boolean): JournalEntry[] {
  const { dealershipId, conversationId } = request.key;
  const committedAt = new Date();
  return request.events.map((event) => ({
    _id: newId(),
    dealershipId,
    conversationId,
    position: event.position,
    type: event.type,
    statusKey: null,
    at: new Date(event.at),
    actor: event.actor,
    cause: event.cause,
    data: dataWithoutText(event),
    replaced,
    committedAt,
  }));
}

function dataWithoutText(event: ConversationEvent): Record<string, unknown> {
  if (!('text' in event.data) || event.type === 'reminderAdded' || event.type === 'userNotified')
    return { ...event.data };
  const { text: _text, ...data } = event.data;
  return data;
}
