import type { Actor, UpdateArgs } from '@leadline/contract/conversation.ts';
import { cancelReply } from './pendingReply.ts';
import { recordDecision } from './decisions.ts';
import { BY_SYSTEM, byUser, type Recorder } from './recorder.ts';
import { cancelAllScheduled } from './schedules.ts';
import { MAX_TAGS } from './state.ts';

/** How people keep order among conversations: status, tags, priority, deletion. */

const YEAR_MS = 366 * 86_400_000;

/** Done for now: a pending reply is dropped, and the next message of the customer opens it again. */
export function resolve(rec: Recorder, args: UpdateArgs['resolve']): void {
  if (rec.state.status === 'resolved') return rec.refuse('already-resolved', 'This conversation is resolved already.');
  resolveBy(rec, byUser(args.userId));
  rec.answer('resolve', { status: 'resolved' });
}

export function resolveBy(rec: Recorder, actor: Actor): void {
  cancelReply(rec, 'cancelled-by-person', actor);
  if (rec.state.undecided.length > 0)
    recordDecision(
      rec,
      'suppressed',
      'cancelled-by-person',
      'The conversation was resolved without an answer.',
      {},
      actor,
    );
  rec.emit('resolved', {}, actor);
}

export function reopen(rec: Recorder, args: UpdateArgs['reopen']): void {
  const { status } = rec.state;
  if (status !== 'resolved' && status !== 'snoozed')
    return rec.refuse('not-resolved', 'This conversation is open already.');
  rec.emit('conversationReopened', { from: status, reason: 'person' }, byUser(args.userId));
  rec.answer('reopen', { status: 'open' });
}

/** Out of sight until then, or until the customer writes. Auto Pilot and what is planned go on. */
export function snooze(rec: Recorder, args: UpdateArgs['snooze']): void {
  if (args.until <= rec.now) return rec.refuse('in-the-past', 'That time has passed.');
  if (args.until > rec.now + YEAR_MS) return rec.refuse('too-far', 'A conversation can be snoozed for up to a year.');
  rec.emit('snoozed', { until: args.until }, byUser(args.userId));
  rec.answer('snooze', { until: args.until });
}

export function wakeFromSnooze(rec: Recorder, due: readonly string[]): void {
  if (due.includes('unsnooze')) rec.emit('conversationReopened', { from: 'snoozed', reason: 'snooze-over' }, BY_SYSTEM);
}

export function setTags(rec: Recorder, args: UpdateArgs['setTags']): void {
  const tags = orderlyTags(args.tags);
  if (mayHave(rec, tags)) rec.answer('setTags', { tags: replaceTags(rec, tags, byUser(args.userId)) });
}

/** Adds and removes single tags: what others have done to the rest meanwhile stands. A tag in both lists is added. */
export function changeTags(rec: Recorder, args: UpdateArgs['changeTags']): void {
  const remove = orderlyTags(args.remove);
  const tags = orderlyTags([...rec.state.tags.filter((tag) => !remove.includes(tag)), ...args.add]);
  if (mayHave(rec, tags)) rec.answer('changeTags', { tags: replaceTags(rec, tags, byUser(args.userId)) });
}

function orderlyTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== ''))].sort();
}

function mayHave(rec: Recorder, tags: string[]): boolean {
  if (tags.length <= MAX_TAGS) return true;
  rec.refuse('too-many', `A conversation has at most ${MAX_TAGS} tags.`);
  return false;
}

/** Nothing happens where they are the same already. */
export function replaceTags(rec: Recorder, tags: string[], actor: Actor): string[] {
  if (tags.join() !== rec.state.tags.join())
    rec.emit('tagsSet', { tags, added: tags.filter((tag) => !rec.state.tags.includes(tag)) }, actor);
  return tags;
}

export function setPriority(rec: Recorder, args: UpdateArgs['setPriority']): void {
  if (args.priority !== rec.state.priority) rec.emit('prioritySet', { priority: args.priority }, byUser(args.userId));
  rec.answer('setPriority', { priority: args.priority });
}

/** Ends the run and clears all that was planned; the next message begins a clean conversation. */
export function deleteConversation(rec: Recorder, args: UpdateArgs['deleteConversation']): void {
  const actor = byUser(args.userId);
  cancelReply(rec, 'deleted', actor);
  if (rec.state.undecided.length > 0)
    recordDecision(rec, 'suppressed', 'deleted', 'The conversation was deleted without an answer.', {}, actor);
  cancelAllScheduled(rec, 'deleted');
  if (rec.state.followUp) rec.emit('followUpCancelled', { step: rec.state.followUp.step, reason: 'deleted' }, actor);
  rec.emit('conversationDeleted', {}, actor);
  rec.effect({ type: 'end' });
  rec.answer('deleteConversation', { deletedAt: rec.now });
}

/** How long a deleted conversation can be brought back. */
const RESTORABLE_MS = 30 * 86_400_000;

/** The thread is there again, with stage, people and tags; what was planned stays taken back. */
export function restoreConversation(rec: Recorder, args: UpdateArgs['restoreConversation']): void {
  const { restorable } = rec.state;
  if (!restorable || rec.now - restorable.at > RESTORABLE_MS)
    return rec.refuse('not-deleted', 'Nothing of this conversation was deleted in the last 30 days.');
  const actor = byUser(args.userId);
  if (!restorable.autopilot && cancelReply(rec, 'autopilot-off', actor))
    recordDecision(rec, 'held', 'autopilot-off', 'Auto Pilot was off before the deletion, and is off again.');
  rec.emit('conversationRestored', {}, actor);
  rec.answer('restoreConversation', { status: rec.state.status });
}
