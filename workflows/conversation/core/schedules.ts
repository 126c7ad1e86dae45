import type { Actor, EventData, UpdateArgs } from '@leadline/contract/conversation.ts';
import { scheduledItemId } from './agenda.ts';
import { instantOf, parseWall, wallText } from './clock.ts';
import { recordDecision } from './decisions.ts';
import { askGates, deferredUntil, firstBlocked } from './gates.ts';
import { cancelReply } from './pendingReply.ts';
import { BY_SYSTEM, byUser, type Recorder } from './recorder.ts';
import { queueMessage } from './sending.ts';
import { MAX_SCHEDULED, type ScheduledMessage } from './state.ts';

const MAX_TEXT = 1600;
const YEAR_MS = 366 * 86_400_000;

type Wanted = Pick<UpdateArgs['scheduleMessage'], 'userId' | 'text' | 'wall' | 'zone' | 'cancelIfTheyReply'>;

/** A person has a message sent at a local time. */
export function scheduleMessage(rec: Recorder, args: UpdateArgs['scheduleMessage']): void {
  if (rec.state.scheduled.length >= MAX_SCHEDULED)
    return rec.refuse('too-many', `A conversation has at most ${MAX_SCHEDULED} scheduled messages.`);
  const data = readSchedule(rec, `${rec.state.key.conversationId}-s${rec.nextPosition}`, args);
  if (!data) return;
  rec.emit('messageScheduled', data, byUser(args.userId));
  rec.answer('scheduleMessage', { scheduledId: data.scheduledId, at: data.at, clock: data.clock });
}

/** A rule's message that waits for the end of quiet hours. A customer who writes meanwhile makes it void. */
export function scheduleForRule(rec: Recorder, text: string, at: number, actor: Actor): void {
  const table = rec.state.zone?.table;
  if (!table || rec.state.scheduled.length >= MAX_SCHEDULED) return;
  const scheduledId = `${rec.state.key.conversationId}-s${rec.nextPosition}`;
  const wall = wallText(table, at).replace(' ', 'T');
  const fixed = { clock: 'exact' as const, cancelIfTheyReply: true, userId: '' };
  rec.emit('messageScheduled', { scheduledId, text, at, wall, zone: table.zone, ...fixed }, actor);
}

/** Text, time, or both of a scheduled message are others now. */
export function changeScheduled(rec: Recorder, args: UpdateArgs['changeScheduled']): void {
  if (!find(rec, args.scheduledId)) return;
  const data = readSchedule(rec, args.scheduledId, args);
  if (!data) return;
  rec.emit('scheduledChanged', data, byUser(args.userId));
  rec.answer('changeScheduled', { scheduledId: data.scheduledId, at: data.at, clock: data.clock });
}

export function cancelScheduled(rec: Recorder, args: UpdateArgs['cancelScheduled']): void {
  if (!find(rec, args.scheduledId)) return;
  rec.emit('scheduledCancelled', { scheduledId: args.scheduledId, reason: 'person' }, byUser(args.userId));
  rec.answer('cancelScheduled', { scheduledId: args.scheduledId });
}

function find(rec: Recorder, scheduledId: string): ScheduledMessage | undefined {
  const found = rec.state.scheduled.find((one) => one.scheduledId === scheduledId);
  if (!found) rec.refuse('unknown-scheduled', 'That message is no longer scheduled: it was sent or cancelled.');
  return found;
}

/** Checks what is wanted; refuses with a sentence where it cannot be. */
function readSchedule(rec: Recorder, scheduledId: string, args: Wanted): EventData['messageScheduled'] | null {
  const text = args.text.trim();
  const wall = parseWall(args.wall);
  if (text.length === 0 || text.length > MAX_TEXT) rec.refuse('invalid', `A message has 1 to ${MAX_TEXT} characters.`);
  else if (wall === null) rec.refuse('invalid', 'The time is written as 2026-11-25T09:00.');
  else if (rec.state.optedOut)
    rec.refuse('opted-out', 'The customer has opted out. They can text START to hear from you again.');
  else {
    const { at, clock } = instantOf(args.zone, wall);
    if (at <= rec.now) rec.refuse('in-the-past', 'That time has passed.');
    else if (at > rec.now + YEAR_MS) rec.refuse('too-far', 'A message can be scheduled for up to a year from now.');
    else {
      const { userId, cancelIfTheyReply } = args;
      return { scheduledId, text, at, wall: args.wall, zone: args.zone.zone, clock, cancelIfTheyReply, userId };
    }
  }
  return null;
}

/** Their time has come: each goes out, waits for the end of quiet hours, or is stopped with the reason. */
export function sendScheduled(rec: Recorder, due: readonly string[]): void {
  for (const one of [...rec.state.scheduled]) if (due.includes(scheduledItemId(one))) sendOne(rec, one, 'schedule');
}

/** A person sends it now: quiet hours are theirs to judge. */
export function sendScheduledNow(rec: Recorder, one: ScheduledMessage, actor: Actor): void {
  if (cancelReply(rec, 'person-took-over', actor))
    recordDecision(rec, 'held', 'person-took-over', 'A person sent a scheduled message instead of the pending reply.');
  sendOne(rec, one, 'user');
}

function sendOne(rec: Recorder, one: ScheduledMessage, by: 'schedule' | 'user'): void {
  const { scheduledId, userId } = one;
  const actor: Actor = { kind: 'schedule', scheduledId };
  const gates = askGates(rec.state, by, rec.now);
  const later = deferredUntil(rec.state, gates, rec.now);
  const details = { inbounds: [], gates };
  if (later !== null) {
    rec.emit('scheduledDeferred', { scheduledId, at: later }, BY_SYSTEM);
    return recordDecision(
      rec,
      'deferred',
      'deferred',
      'The scheduled message waits until quiet hours end.',
      details,
      actor,
    );
  }
  const blocked = firstBlocked(gates);
  if (blocked) {
    rec.emit('scheduledCancelled', { scheduledId, reason: 'gate' }, BY_SYSTEM);
    return recordDecision(
      rec,
      'suppressed',
      'gate',
      `The scheduled message was not sent: the gate ${blocked.gate} stopped it.`,
      details,
      actor,
    );
  }
  const messageId = rec.nextMessageId;
  const message = {
    messageId,
    attempt: 1,
    author: 'schedule' as const,
    userId: userId || null,
    processVersionId: null,
    text: '',
    fromDraftId: null,
  };
  queueMessage(rec, message, [], actor);
  recordDecision(rec, 'sent', 'scheduled', 'A person scheduled this message.', { ...details, messageId }, actor);
}

/** The customer wrote: what was scheduled only for their silence is taken back. */
export function cancelOnReply(rec: Recorder): void {
  for (const { scheduledId, cancelIfTheyReply } of [...rec.state.scheduled])
    if (cancelIfTheyReply) rec.emit('scheduledCancelled', { scheduledId, reason: 'customer-replied' }, BY_SYSTEM);
}

/** Nothing that was scheduled goes out any more. */
export function cancelAllScheduled(rec: Recorder, reason: EventData['scheduledCancelled']['reason']): void {
  for (const { scheduledId } of [...rec.state.scheduled])
    rec.emit('scheduledCancelled', { scheduledId, reason }, BY_SYSTEM);
}
