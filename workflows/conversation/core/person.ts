import type { UpdateArgs } from '@leadline/contract/conversation.ts';
import { replyItemId } from './agenda.ts';
import { cancelReply, selectProcess, setAutopilot } from './autopilot.ts';
import { recordDecision } from './decisions.ts';
import { askGates, firstBlocked } from './gates.ts';
import type { UpdateInput } from './inputs.ts';
import { byUser, type Recorder } from './recorder.ts';
import { queueMessage } from './sending.ts';

const MAX_TEXT = 1600;

/** What a person does. Each either takes effect whole or is refused with a reason and changes nothing. */
export function onUpdate(rec: Recorder, update: UpdateInput): void {
  switch (update.type) {
    case 'sendMessage':
      return sendMessage(rec, update.id, update.args);
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
    case 'retryMessage':
      return retryMessage(rec, update.args);
  }
}

/** A person's message goes out, and a pending AI reply is dropped. */
function sendMessage(rec: Recorder, updateId: string, args: UpdateArgs['sendMessage']): void {
  const repeated = rec.state.recentSends.find((send) => send.updateId === updateId);
  if (repeated) return rec.answer('sendMessage', { messageId: repeated.messageId });
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
  const failed = rec.state.failed.find((one) => one.messageId === args.messageId);
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
  rec.effect({ type: 'draftForComposer', updateId, processVersionId: policy.versionId, upTo: position });
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

function actNow(rec: Recorder, args: UpdateArgs['actNow']): void {
  const { reply } = rec.state;
  if (!reply || !isReplyItem(args.itemId, reply)) return rec.refuse('unknown-item', 'That is no longer planned.');
  rec.emit(
    'replyArmed',
    { burst: reply.burst, dueAt: rec.now, draftAt: rec.now, inbounds: [...rec.state.undecided] },
    byUser(args.userId),
  );
  rec.effect({ type: 'cancelDraft' });
  rec.answer('actNow', { itemId: args.itemId });
}

function cancelItem(rec: Recorder, args: UpdateArgs['cancelAgendaItem']): void {
  const { reply } = rec.state;
  if (!reply || !isReplyItem(args.itemId, reply)) return rec.refuse('unknown-item', 'That is no longer planned.');
  cancelReply(rec, 'cancelled-by-person', byUser(args.userId));
  recordDecision(rec, 'held', 'cancelled-by-person', 'A person cancelled the reply of Auto Pilot.');
  rec.answer('cancelAgendaItem', { itemId: args.itemId });
}

/** A person who clicks while another text comes in means the same reply: the burst names it. */
function isReplyItem(itemId: string, reply: { burst: number; upTo: number }): boolean {
  return itemId === replyItemId(reply) || itemId.startsWith(`reply-${reply.burst}-`);
}
