import type { UpdateArgs } from '@leadline/contract/conversation.ts';
import { followUpItemId, reminderItemId, scheduledItemId } from './agenda.ts';
import { selectProcess, setAutopilot } from './autopilot.ts';
import { cancelReply } from './pendingReply.ts';
import { recordDecision } from './decisions.ts';
import { moveFollowUp, setFollowUps, skipFollowUp } from './followUps.ts';
import { askGates, firstBlocked } from './gates.ts';
import type { UpdateInput } from './inputs.ts';
import { byUser, type Recorder } from './recorder.ts';
import { addReminder, completeReminder } from './reminders.ts';
import { cancelScheduled, changeScheduled, scheduleMessage, sendScheduledNow } from './schedules.ts';
import { queueMessage } from './sending.ts';
import {
  changeTags,
  deleteConversation,
  reopen,
  resolve,
  restoreConversation,
  setPriority,
  setTags,
  snooze,
} from './work.ts';

const MAX_TEXT = 1600;
const YEAR_MS = 366 * 86_400_000;

/** What a person does. Each either takes effect whole or is refused with a reason and changes nothing. */
export function onUpdate(rec: Recorder, update: UpdateInput): void {
  const repeated = rec.state.recentUpdates.find((one) => one.updateId === update.id && one.name === update.type);
  if (repeated) return rec.answer(repeated.name, repeated.result);
  switch (update.type) {
    case 'sendMessage':
      return sendMessage(rec, update.args);
    case 'generateReply':
      return generateReply(rec, update.id);
    case 'setAutopilot':
      return rec.answer('setAutopilot', {
        on: update.args.on,
        committed: null,
        ...setAutopilot(rec, update.args.on, byUser(update.args.userId)),
      });
    case 'selectProcess':
      return chooseProcess(rec, update);
    case 'setStage':
      return setStage(rec, update.args);
    case 'assign':
      return assign(rec, update.args);
    case 'actNow':
      return actNow(rec, update.args);
    case 'cancelAgendaItem':
      return cancelItem(rec, update.args);
    case 'moveAgendaItem':
      return moveItem(rec, update.args);
    case 'retryMessage':
      return retryMessage(rec, update.args);
    case 'setFollowUps':
      return rec.answer('setFollowUps', {
        on: update.args.on,
        ...setFollowUps(rec, update.args.on, byUser(update.args.userId)),
      });
    case 'scheduleMessage':
      return scheduleMessage(rec, update.args);
    case 'changeScheduled':
      return changeScheduled(rec, update.args);
    case 'cancelScheduled':
      return cancelScheduled(rec, update.args);
    case 'setTags':
      return setTags(rec, update.args);
    case 'changeTags':
      return changeTags(rec, update.args);
    case 'setPriority':
      return setPriority(rec, update.args);
    case 'resolve':
      return resolve(rec, update.args);
    case 'reopen':
      return reopen(rec, update.args);
    case 'snooze':
      return snooze(rec, update.args);
    case 'addReminder':
      return addReminder(rec, update.args);
    case 'completeReminder':
      return completeReminder(rec, update.args);
    case 'deleteConversation':
      return deleteConversation(rec, update.args);
    case 'restoreConversation':
      return restoreConversation(rec, update.args);
  }
}

/** A person's message goes out, and a pending AI reply is dropped. */
function sendMessage(rec: Recorder, args: UpdateArgs['sendMessage']): void {
  const text = args.text.trim();
  if (text.length === 0 || text.length > MAX_TEXT)
    return rec.refuse('invalid', `A message has 1 to ${MAX_TEXT} characters.`);
  if (!mayPersonSend(rec)) return;
  const messageId = queuePersonsMessage(rec, args.userId, (id) => ({
    messageId: id,
    attempt: 1,
    text,
    fromDraftId: args.fromDraftId,
  }));
  rec.answer('sendMessage', { messageId });
}

function mayPersonSend(rec: Recorder): boolean {
  const blocked = firstBlocked(askGates(rec.state, 'user', rec.now));
  if (!blocked) return true;
  if (blocked.gate === 'optOut')
    rec.refuse('opted-out', 'The customer has opted out. They can text START to hear from you again.');
  else rec.refuse('blocked', `This message may not be sent: the gate ${blocked.gate} stopped it.`);
  return false;
}

function queuePersonsMessage(
  rec: Recorder,
  userId: string,
  message: (nextId: string) => { messageId: string; attempt: number; text: string; fromDraftId: string | null },
): string {
  const actor = byUser(userId);
  cancelReply(rec, 'person-took-over', actor);
  const gates = askGates(rec.state, 'user', rec.now);
  const inbounds = [...rec.state.undecided];
  const data = { ...message(rec.nextMessageId), author: 'user' as const, userId, processVersionId: null };
  queueMessage(rec, data, inbounds, actor);
  recordDecision(
    rec,
    'answeredByPerson',
    'answered',
    'A person answered.',
    { inbounds, gates, messageId: data.messageId },
    actor,
  );
  return data.messageId;
}

/** Sends a failed message again, as a new attempt of the same message. */
function retryMessage(rec: Recorder, args: UpdateArgs['retryMessage']): void {
  const failed = rec.state.failed.find((one) => one.messageId === args.messageId && one.open);
  if (!failed) return rec.refuse('not-failed', 'Only a message that failed can be sent again.');
  if (!mayPersonSend(rec)) return;
  const attempt = failed.attempt + 1;
  // The text stands with the message already: the journal names the attempt only.
  queuePersonsMessage(rec, args.userId, () => ({ messageId: failed.messageId, attempt, text: '', fromDraftId: null }));
  rec.answer('retryMessage', { messageId: failed.messageId, attempt });
}

function generateReply(rec: Recorder, updateId: string): void {
  const { policy, optedOut, position } = rec.state;
  if (optedOut) return rec.refuse('opted-out', 'The customer has opted out, so there is nothing to draft.');
  if (!policy) return rec.refuse('no-process', 'Select a process first: it says how to answer.');
  // With nothing unanswered it is the next follow-up that is wanted.
  const { waitingSinceAt, sequence } = rec.state;
  const step =
    waitingSinceAt === null && sequence && sequence.step < policy.followUps.afterMs.length ? sequence.step : null;
  rec.effect({ type: 'draftForComposer', updateId, step, processVersionId: policy.versionId, upTo: position });
}

function chooseProcess(rec: Recorder, update: Extract<UpdateInput, { type: 'selectProcess' }>): void {
  const { policy, args } = update;
  if (!policy) return rec.refuse('unknown-process', 'There is no published process of that name in this dealership.');
  selectProcess(rec, policy, byUser(args.userId));
  rec.answer('selectProcess', { processId: policy.processId, versionId: policy.versionId });
}

function setStage(rec: Recorder, args: UpdateArgs['setStage']): void {
  const from = rec.state.stage;
  if (args.stage !== from) rec.emit('stageSet', { stage: args.stage, from }, byUser(args.userId));
  rec.answer('setStage', { stage: args.stage });
}

/** Assigning to another person with take-over drops a pending AI reply: that person answers. */
function assign(rec: Recorder, args: UpdateArgs['assign']): void {
  const { ownerId, userIds } = args;
  const newPerson = userIds.some((id) => !rec.state.assigneeIds.includes(id));
  const unchanged = !newPerson && ownerId === rec.state.ownerId && userIds.length === rec.state.assigneeIds.length;
  rec.answer('assign', { ownerId, userIds });
  if (unchanged) return;
  const takeOver = args.takeOver && newPerson;
  const actor = byUser(args.userId);
  rec.emit('assigned', { ownerId, userIds, takeOver }, actor);
  if (takeOver && cancelReply(rec, 'person-took-over', actor)) {
    recordDecision(rec, 'held', 'person-took-over', 'The conversation was handed to a person, who answers.');
  }
}

const GONE = 'That is no longer planned.';

/** Does at once what was planned: a person's click counts for its time, and the gates are asked as ever. */
function actNow(rec: Recorder, { itemId, userId }: UpdateArgs['actNow']): void {
  const { reply, followUp, scheduled } = rec.state;
  const actor = byUser(userId);
  const message = scheduled.find((one) => scheduledItemId(one) === itemId);
  if (reply && isReplyItem(itemId, reply)) {
    const window = { dueAt: rec.now, draftAt: rec.now };
    rec.emit(
      'replyArmed',
      { burst: reply.burst, ...window, inbounds: [...rec.state.undecided], byPerson: true },
      actor,
    );
  } else if (followUp && followUpItemId(followUp) === itemId) moveFollowUp(rec, rec.now, actor);
  else if (message) sendScheduledNow(rec, message, actor);
  else if (itemId === 'unsnooze' && rec.state.status === 'snoozed')
    rec.emit('conversationReopened', { from: 'snoozed', reason: 'person' }, actor);
  else return rec.refuse('unknown-item', GONE);
  rec.answer('actNow', { itemId });
}

function cancelItem(rec: Recorder, { itemId, userId }: UpdateArgs['cancelAgendaItem']): void {
  const { reply, followUp, scheduled, reminders } = rec.state;
  const actor = byUser(userId);
  const message = scheduled.find((one) => scheduledItemId(one) === itemId);
  const reminder = reminders.find((one) => reminderItemId(one) === itemId);
  if (reply && isReplyItem(itemId, reply)) {
    cancelReply(rec, 'cancelled-by-person', actor);
    recordDecision(rec, 'held', 'cancelled-by-person', 'A person cancelled the reply of Auto Pilot.');
  } else if (followUp && followUpItemId(followUp) === itemId) skipFollowUp(rec, actor);
  else if (message) rec.emit('scheduledCancelled', { scheduledId: message.scheduledId, reason: 'person' }, actor);
  else if (reminder) rec.emit('reminderCompleted', { reminderId: reminder.reminderId }, actor);
  else return rec.refuse('unknown-item', GONE);
  rec.answer('cancelAgendaItem', { itemId });
}

/** Another time for a follow-up; a scheduled message is changed whole, by `changeScheduled`. */
function moveItem(rec: Recorder, { itemId, at, userId }: UpdateArgs['moveAgendaItem']): void {
  const { followUp } = rec.state;
  if (!followUp || followUpItemId(followUp) !== itemId) return rec.refuse('unknown-item', GONE);
  if (at <= rec.now) return rec.refuse('in-the-past', 'That time has passed.');
  if (at > rec.now + YEAR_MS) return rec.refuse('too-far', 'A follow-up can be up to a year away.');
  moveFollowUp(rec, at, byUser(userId));
  rec.answer('moveAgendaItem', { itemId, at });
}

/** A person who clicks while another text comes in means the same reply: the burst names it. */
function isReplyItem(itemId: string, reply: { burst: number }): boolean {
  return itemId.startsWith(`reply-${reply.burst}-`);
}
