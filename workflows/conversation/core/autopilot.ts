import type { Actor } from '@leadline/contract/conversation.ts';
import type { DecisionReason } from '@leadline/contract/decision.ts';
import type { DraftResult } from '@leadline/contract/ports.ts';
import type { Policy } from '@leadline/contract/process.ts';
import { replyItemId } from './agenda.ts';
import { recordDecision } from './decisions.ts';
import { askGates, deferredUntil, firstBlocked } from './gates.ts';
import { optOut } from './optOut.ts';
import { armReply, cancelReply } from './pendingReply.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { remind } from './reminders.ts';
import { draftStart } from './responseWindow.ts';
import { queueMessage } from './sending.ts';
import type { State } from './state.ts';
import { hashOfWords } from './textHash.ts';

const DAY_MS = 86_400_000;

/** The switch. OFF takes a pending reply back; ON answers what is unanswered. */
export function setAutopilot(
  rec: Recorder,
  on: boolean,
  actor: Actor,
): { cancelled: { dueAt: number } | null; armed: { dueAt: number } | null } {
  if (rec.state.autopilot === on) return { cancelled: null, armed: null };
  rec.emit('autopilotSet', { on }, actor);
  if (on) return { cancelled: null, armed: rec.state.optedOut ? null : armReply(rec) };
  const cancelled = cancelReply(rec, 'autopilot-off', actor);
  if (cancelled)
    recordDecision(rec, 'held', 'autopilot-off', 'Auto Pilot was turned off before it answered: a person answers.');
  return { cancelled, armed: null };
}

/** Another process: a pending reply is armed anew under it, and what waited for a process is answered. */
export function selectProcess(rec: Recorder, policy: Policy, actor: Actor): void {
  if (rec.state.policy?.versionId === policy.versionId) return;
  const wasArmed = rec.state.reply !== null;
  const waitedForProcess = rec.state.policy === null && rec.state.autopilot && !rec.state.optedOut;
  rec.emit('processSelected', { processId: policy.processId, versionId: policy.versionId, policy }, actor);
  if (wasArmed || waitedForProcess) armReply(rec);
}

/** The window has closed: asks for a draft, unless this conversation has had its AI turns for the day. */
export function startDraft(rec: Recorder): void {
  const { policy, reply } = rec.state;
  if (!policy || !reply || reply.draftAt > rec.now) return;
  if (turnsUsed(rec.state, rec.now) >= policy.limits.aiTurnsPerDay) {
    return handOff(
      rec,
      'turn-cap',
      `Auto Pilot has answered ${policy.limits.aiTurnsPerDay} times within a day, which is its limit.`,
    );
  }
  rec.effect({
    type: 'draft',
    itemId: replyItemId(reply),
    step: null,
    upTo: reply.upTo,
    processVersionId: policy.versionId,
    dueAt: reply.dueAt,
  });
}

/** Whether a draft was made for the armed reply, and nothing has overtaken it: no message, take-over, toggle or process. */
function isCurrent({ reply, epoch }: State, itemId: string): boolean {
  return reply !== null && replyItemId(reply) === itemId && reply.epoch === epoch;
}

/** The model has answered. */
export function onReplyDraft(rec: Recorder, itemId: string, result: DraftResult): void {
  if (!isCurrent(rec.state, itemId) || result.processVersionId !== rec.state.policy?.versionId) return;
  if (result.answer.intent === 'optOut') return optOutBySense(rec, result);
  switch (result.outcome) {
    case 'reply':
      return isRepeated(rec.state, result)
        ? handOff(rec, 'identical-exchange', TWO_MACHINES, result)
        : sendReply(rec, result);
    case 'handOff':
      return handOff(rec, 'model-hand-off', `Auto Pilot hands over: ${result.reason}`, result);
    case 'nothing':
      rec.emit('replyCancelled', { dueAt: rec.state.reply?.dueAt ?? rec.now, reason: 'model-nothing' }, BY_SYSTEM);
      return recordDecision(rec, 'suppressed', 'model-nothing', `No answer is needed: ${result.reason}`, {
        model: result.answer,
      });
  }
}

const TWO_MACHINES = 'The same words went back and forth: two machines may be talking to each other.';

/** The same question with the same answer, as often as the process allows. */
function isRepeated({ exchanges, lastInboundHash, policy }: State, { text }: DraftResult): boolean {
  const most = policy?.limits.identicalExchanges ?? Infinity;
  const reply = hashOfWords(text);
  return exchanges.filter((one) => one.inbound === lastInboundHash && one.reply === reply).length >= most;
}

/** The customer asked in their own words to hear nothing more. */
export function optOutBySense(rec: Recorder, result: DraftResult): void {
  optOut(rec, 'model', { kind: 'customer' });
  recordDecision(rec, 'suppressed', 'opt-out-request', `The customer asked not to be written to: ${result.reason}`, {
    model: result.answer,
  });
}

/** The model could not be asked, or gave nothing usable, until the retries were spent. */
export function onReplyDraftFailed(
  rec: Recorder,
  itemId: string,
  reason: 'model-unavailable' | 'model-invalid',
  detail: string,
): void {
  if (isCurrent(rec.state, itemId)) handOff(rec, reason, detail);
}

function sendReply(rec: Recorder, result: DraftResult): void {
  const gates = askGates(rec.state, 'autopilot', rec.now);
  const blocked = firstBlocked(gates);
  const later = deferredUntil(rec.state, gates, rec.now);
  if (later !== null && rec.state.reply) {
    recordDecision(rec, 'held', 'outside-hours', 'The reply waits until quiet hours end.', {
      gates,
      model: result.answer,
    });
    const { burst } = rec.state.reply;
    const window = { dueAt: later, draftAt: draftStart(rec.state, later, rec.now) };
    rec.emit('replyArmed', { burst, ...window, inbounds: [...rec.state.undecided] }, BY_SYSTEM);
    return;
  }
  if (blocked) {
    rec.emit('replyCancelled', { dueAt: rec.state.reply?.dueAt ?? rec.now, reason: 'gate' }, BY_SYSTEM);
    return recordDecision(rec, 'suppressed', 'gate', `The reply was not sent: the gate ${blocked.gate} stopped it.`, {
      gates,
      model: result.answer,
    });
  }
  const inbounds = [...rec.state.undecided];
  const actor: Actor = { kind: 'autopilot', processVersionId: result.processVersionId };
  const messageId = rec.nextMessageId;
  const { processVersionId, text, draftId: fromDraftId } = result;
  queueMessage(
    rec,
    { messageId, attempt: 1, author: 'autopilot', userId: null, processVersionId, text, fromDraftId },
    inbounds,
    actor,
  );
  recordDecision(rec, 'sent', 'answered', result.reason, { inbounds, gates, messageId, model: result.answer }, actor);
}

/** Leaves the messages to a person: with the reason, and a reminder so that somebody knows. */
function handOff(rec: Recorder, reason: DecisionReason, explanation: string, result?: DraftResult): void {
  rec.emit('replyCancelled', { dueAt: rec.state.reply?.dueAt ?? rec.now, reason }, BY_SYSTEM);
  recordDecision(rec, 'handedOff', reason, explanation, { model: result?.answer ?? null });
  remind(
    rec,
    { text: `Answer this customer. ${explanation}`.slice(0, 300), dueAt: rec.now, forUserId: rec.state.ownerId },
    BY_SYSTEM,
  );
}

function turnsUsed(state: State, now: number): number {
  return now - state.aiTurns.sinceAt >= DAY_MS ? 0 : state.aiTurns.count;
}
