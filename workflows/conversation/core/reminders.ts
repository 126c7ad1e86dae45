import type { Actor, UpdateArgs } from '@leadline/contract/conversation.ts';
import { reminderItemId } from './agenda.ts';
import { BY_SYSTEM, byUser, type Recorder } from './recorder.ts';
import { MAX_REMINDERS } from './state.ts';

const YEAR_MS = 366 * 86_400_000;
const MAX_REMINDER_TEXT = 300;

/** A person wants to be reminded, or wants a colleague to be. */
export function addReminder(rec: Recorder, args: UpdateArgs['addReminder']): void {
  const text = args.text.trim();
  if (text === '' || text.length > MAX_REMINDER_TEXT)
    return rec.refuse('invalid', `A reminder has 1 to ${MAX_REMINDER_TEXT} characters.`);
  if (args.dueAt <= rec.now) return rec.refuse('in-the-past', 'That time has passed.');
  if (args.dueAt > rec.now + YEAR_MS) return rec.refuse('too-far', 'A reminder can be up to a year away.');
  if (rec.state.reminders.length >= MAX_REMINDERS)
    return rec.refuse('too-many', `A conversation has at most ${MAX_REMINDERS} reminders.`);
  const reminderId = remind(
    rec,
    { text, dueAt: args.dueAt, forUserId: args.forUserId ?? args.userId },
    byUser(args.userId),
  );
  rec.answer('addReminder', { reminderId, dueAt: args.dueAt });
}

/** Adds a reminder and answers its id. One that is due at once is a notification. */
export function remind(
  rec: Recorder,
  reminder: { text: string; dueAt: number; forUserId: string | null },
  actor: Actor,
): string {
  const reminderId = `${rec.state.key.conversationId}-r${rec.nextPosition}`;
  const { text, dueAt, forUserId } = reminder;
  rec.emit('reminderAdded', { reminderId, forUserId, text, dueAt }, actor);
  if (dueAt <= rec.now) rec.emit('reminderDue', { reminderId, forUserId }, BY_SYSTEM);
  return reminderId;
}

/** Done, whether it was due or not; the card of one that is due stands in the database only, so no list is asked here. */
export function completeReminder(rec: Recorder, args: UpdateArgs['completeReminder']): void {
  if (!args.reminderId.startsWith(`${rec.state.key.conversationId}-r`))
    return rec.refuse('unknown-reminder', 'There is no such reminder in this conversation.');
  rec.emit('reminderCompleted', { reminderId: args.reminderId }, byUser(args.userId));
  rec.answer('completeReminder', { reminderId: args.reminderId });
}

export function ringReminders(rec: Recorder, due: readonly string[]): void {
  for (const one of [...rec.state.reminders]) {
    const { reminderId, forUserId } = one;
    if (due.includes(reminderItemId(one)))
      rec.emit('reminderDue', { reminderId, forUserId: forUserId ?? rec.state.ownerId }, BY_SYSTEM);
  }
}
