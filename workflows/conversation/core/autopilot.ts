import type { Actor, DecisionReason } from '@leadline/contract/conversation.ts';
import type { DraftResult } from '@leadline/contract/ports.ts';
import type { Policy } from '@leadline/contract/process.ts';
import { recordDecision } from './decisions.ts';
import { askGates, firstBlocked } from './gates.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { responseWindow } from './responseWindow.ts';
import { queueMessage } from './sending.ts';
import type { State } from './state.ts';

const DAY_MS = 86_400_000;

/** Arms a reply to all undecided messages, or moves the armed one, whose draft is then out of date. */
export function armReply(rec: Recorder): { dueAt: number } | null {
  const { policy, reply } = rec.state;
  if (!policy || rec.state.undecided.length === 0) return null;
  const burst = reply?.burst ?? rec.state.burst + 1;
  const window = responseWindow(rec.state, policy, burst, reply?.openedAt ?? rec.now, rec.now);
  rec.emit('replyArmed', { burst, ...window, inbounds: [...rec.state.undecided] }, BY_SYSTEM);
  if (reply) rec.effect({ type: 'cancelDraft' });
  return { dueAt: window.dueAt };
}

/** Takes the armed reply back, for certain: a draft that comes later finds nothing to answer. */
export function cancelReply(rec: Recorder, reason: DecisionReason, actor: Actor): { dueAt: number } | null {
  const { reply } = rec.state;
  if (!reply) return null;
  rec.emit('replyCancelled', { dueAt: reply.dueAt, reason }, actor);
  rec.effect({ type: 'cancelDraft' });
  return { dueAt: reply.dueAt };
}

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
    type: 'draftReply',
    burst: reply.burst,
    upTo: reply.upTo,
    processVersionId: policy.versionId,
    dueAt: reply.dueAt,
  });
}

/** The reply that a draft was made for, where nothing has overtaken it since: no message, take-over, toggle or process. */
export function isCurrent(state: State, draft: { burst: number; upTo: number }): boolean {
  const { reply } = state;
  return reply !== null && reply.burst === draft.burst && reply.upTo === draft.upTo && reply.epoch === state.epoch;
}

/** The model has answered. */
export function onDraft(rec: Recorder, draft: { burst: number; upTo: number; result: DraftResult }): void {
  const { result } = draft;
  if (!isCurrent(rec.state, draft) || result.processVersionId !== rec.state.policy?.versionId) return;
  switch (result.outcome) {
    case 'reply':
      return sendReply(rec, result);
    case 'handOff':
      return handOff(rec, 'model-hand-off', `Auto Pilot hands over: ${result.reason}`, result);
    case 'nothing':
      rec.emit('replyCancelled', { dueAt: rec.state.reply?.dueAt ?? rec.now, reason: 'model-nothing' }, BY_SYSTEM);
      return recordDecision(rec, 'suppressed', 'model-nothing', `No answer is needed: ${result.reason}`, {
        model: result.answer,
      });
  }
}

/** The model could not be asked, or gave nothing usable, until the retries were spent. */
export function onDraftFailed(
  rec: Recorder,
  draft: { burst: number; upTo: number; reason: 'model-unavailable' | 'model-invalid'; detail: string },
): void {
  if (!isCurrent(rec.state, draft)) return;
  handOff(rec, draft.reason, draft.detail);
}

function sendReply(rec: Recorder, result: DraftResult): void {
  const gates = askGates(rec.state, 'autopilot', rec.now);
  const blocked = firstBlocked(gates);
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
  rec.emit(
    'reminderAdded',
    {
      reminderId: `${rec.state.key.conversationId}-r${rec.nextPosition}`,
      forUserId: rec.state.ownerId,
      text: `Answer this customer. ${explanation}`,
      dueAt: rec.now,
    },
    BY_SYSTEM,
  );
}

function turnsUsed(state: State, now: number): number {
  return now - state.aiTurns.sinceAt >= DAY_MS ? 0 : state.aiTurns.count;
}
