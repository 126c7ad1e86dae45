import type { Actor, FollowUpEnd } from '@leadline/contract/conversation.ts';
import type { DraftResult } from '@leadline/contract/ports.ts';
import { followUpItemId } from './agenda.ts';
import { optOutBySense } from './autopilot.ts';
import { nextOutside, nextWithin } from './clock.ts';
import { recordDecision } from './decisions.ts';
import { askGates, deferredUntil, firstBlocked, hasPersonsTime } from './gates.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { remind } from './reminders.ts';
import { draftStart } from './responseWindow.ts';
import { queueMessage } from './sending.ts';
import type { PlannedFollowUp, State } from './state.ts';

/** Why no follow-up may be planned; null where the next step may be. */
function obstacle(state: State): FollowUpEnd | null {
  if (state.optedOut) return 'opted-out';
  if (!state.followUpsOn) return 'turned-off';
  if (state.status === 'resolved') return 'resolved';
  if (state.badNumber !== null) return 'bad-number';
  if (!state.policy) return 'process-changed';
  if (state.policy.followUps.stopStages.includes(state.stage)) return 'stage';
  if (state.waitingSinceAt !== null) return 'customer-replied';
  return null;
}

/** Whether the sequence has a step to come. */
function hasStep({ policy, sequence }: State): boolean {
  return sequence !== null && policy !== null && sequence.step < policy.followUps.afterMs.length;
}

/** Brings the planned step in line with the state, after whatever has happened: plans it, or takes it back with the reason. */
export function keepFollowUp(rec: Recorder): void {
  const reason = obstacle(rec.state) ?? (hasStep(rec.state) ? null : 'process-changed');
  const { followUp } = rec.state;
  if (followUp && reason) rec.emit('followUpCancelled', { step: followUp.step, reason }, BY_SYSTEM);
  if (!followUp && !reason) planStep(rec, rec.now);
}

/** Plans the sequence's next step for its time, or for `notBefore` where that is later. */
function planStep(rec: Recorder, notBefore: number): void {
  const { policy, sequence } = rec.state;
  const afterMs = sequence && policy?.followUps.afterMs[sequence.step];
  if (afterMs === null || afterMs === undefined) return;
  const wanted = sequence!.sinceAt + afterMs;
  // A step whose time has long passed (follow-ups are turned on late) waits its time from now: it must not leave at once.
  planAt(rec, sequence!.step, wanted < notBefore ? notBefore + afterMs : wanted);
}

function planAt(rec: Recorder, step: number, wanted: number): void {
  const dueAt = allowedAt(rec.state, wanted);
  rec.emit('followUpPlanned', { step, dueAt, draftAt: draftStart(rec.state, dueAt, rec.now) }, BY_SYSTEM);
}

/** Within the sequence's own hours and outside the quiet ones, in the contact's zone; a few turns settle both. */
function allowedAt(state: State, wanted: number): number {
  const table = state.zone?.table ?? state.dealership?.zone;
  const hours = state.policy?.followUps.hours ?? null;
  const quiet = state.dealership?.quietHours ?? null;
  let at = wanted;
  for (let turn = 0; table && turn < 4; turn += 1) {
    if (hours) at = nextWithin(hours, table, at);
    if (quiet) at = nextOutside(quiet, table, at);
  }
  return at;
}

/** Its time has nearly come: asks for the text. */
export function startFollowUp(rec: Recorder, due: readonly string[]): void {
  const { followUp, policy, position } = rec.state;
  if (!followUp || !policy || !due.includes(followUpItemId(followUp))) return;
  rec.effect({
    type: 'draft',
    itemId: followUpItemId(followUp),
    step: followUp.step,
    upTo: position,
    processVersionId: policy.versionId,
    dueAt: followUp.dueAt,
  });
}

/** The text of a step is there. */
export function onFollowUpDraft(rec: Recorder, result: DraftResult): void {
  const { followUp } = rec.state;
  if (!followUp) return;
  if (result.answer.intent === 'optOut') return optOutBySense(rec, result);
  if (followUp.epoch !== rec.state.epoch) {
    rec.emit('followUpCancelled', { step: followUp.step, reason: 'person-took-over' }, BY_SYSTEM);
    return;
  }
  if (result.processVersionId !== rec.state.policy?.versionId) return planAnew(rec, followUp);
  if (result.outcome !== 'reply') return endSequence(rec, `The model wrote nothing to send: ${result.reason}`);
  const gates = askGates(rec.state, 'followUp', rec.now);
  const blocked = firstBlocked(gates);
  const later = deferredUntil(rec.state, gates, rec.now);
  const actor: Actor = { kind: 'followUp', processVersionId: result.processVersionId };
  if (later !== null) {
    recordDecision(
      rec,
      'deferred',
      'deferred',
      'The follow-up waits until quiet hours end.',
      { inbounds: [], gates },
      actor,
    );
    return planAt(rec, followUp.step, later);
  }
  if (blocked) {
    rec.emit('followUpCancelled', { step: followUp.step, reason: 'gate' }, BY_SYSTEM);
    return recordDecision(
      rec,
      'suppressed',
      'gate',
      `The follow-up was not sent: the gate ${blocked.gate} stopped it.`,
      { inbounds: [], gates },
      actor,
    );
  }
  send(rec, result, actor, gates);
}

/** The process has changed while the text was written: it is written again, for the time that stands. */
function planAnew(rec: Recorder, { step }: PlannedFollowUp): void {
  if (hasPersonsTime(rec.state, 'followUp')) moveFollowUp(rec, rec.now, BY_SYSTEM);
  else planAt(rec, step, rec.now);
}

function send(rec: Recorder, result: DraftResult, actor: Actor, gates: ReturnType<typeof askGates>): void {
  const messageId = rec.nextMessageId;
  const { processVersionId, text, draftId: fromDraftId } = result;
  queueMessage(
    rec,
    { messageId, attempt: 1, author: 'followUp', userId: null, processVersionId, text, fromDraftId },
    [],
    actor,
  );
  recordDecision(
    rec,
    'sent',
    'follow-up',
    result.reason,
    { inbounds: [], gates, messageId, model: result.answer },
    actor,
  );
}

/** The model could not write it: the sequence ends, and a person is told. */
export function onFollowUpFailed(rec: Recorder, detail: string): void {
  endSequence(rec, detail);
}

function endSequence(rec: Recorder, explanation: string): void {
  const { followUp } = rec.state;
  if (!followUp) return;
  rec.emit('followUpCancelled', { step: followUp.step, reason: 'model' }, BY_SYSTEM);
  const text = `No follow-up was sent. ${explanation}`.slice(0, 300);
  recordDecision(rec, 'suppressed', 'follow-up', text, { inbounds: [] });
  remind(rec, { text, dueAt: rec.now, forUserId: rec.state.ownerId }, BY_SYSTEM);
}

/** The switch. OFF takes the planned step back for certain; ON plans it anew. */
export function setFollowUps(
  rec: Recorder,
  on: boolean,
  actor: Actor,
): { cancelled: { dueAt: number } | null; planned: { dueAt: number } | null } {
  const before = rec.state.followUp;
  if (rec.state.followUpsOn !== on) rec.emit('followUpsSet', { on }, actor);
  keepFollowUp(rec);
  const after = rec.state.followUp;
  return {
    cancelled: before && !after ? { dueAt: before.dueAt } : null,
    planned: after && after.cause !== before?.cause ? { dueAt: after.dueAt } : null,
  };
}

/** A person sends the step now, or moves it: their time counts, quiet hours or not. */
export function moveFollowUp(rec: Recorder, at: number, actor: Actor): void {
  const { followUp } = rec.state;
  if (followUp)
    rec.emit(
      'followUpPlanned',
      { step: followUp.step, dueAt: at, draftAt: draftStart(rec.state, at, rec.now), byPerson: true },
      actor,
    );
}

/** A person leaves the step out; the next one takes its place. */
export function skipFollowUp(rec: Recorder, actor: Actor): void {
  const { followUp } = rec.state;
  if (followUp) rec.emit('followUpCancelled', { step: followUp.step, reason: 'skipped' }, actor);
}
