import type { DeliveryFailed } from '@leadline/contract/conversation.ts';
import { consequenceOf } from '@leadline/contract/deliveryCodes.ts';
import { parseMessageId } from '@leadline/contract/ids.ts';
import type { AuthorKind } from '@leadline/contract/names.ts';
import type { DeliverOutcome, ReconcileOutcome } from '@leadline/contract/ports.ts';
import { reconcileItemId } from './agenda.ts';
import { recordDecision } from './decisions.ts';
import { hasAccountProblem } from './gates.ts';
import { optOut } from './optOut.ts';
import { armReply } from './pendingReply.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { remind } from './reminders.ts';
import type { UnknownDelivery } from './state.ts';

/** How `deliver` ended. A message that went out is no news: the provider's statuses are written beside the journal. */
export function onDeliveryOutcome(
  rec: Recorder,
  input: { messageId: string; attempt: number; author: AuthorKind; inbounds: number[]; outcome: DeliverOutcome },
): void {
  const { messageId, attempt, author, inbounds, outcome } = input;
  switch (outcome.outcome) {
    case 'sent':
      return;
    case 'failed':
      return recordFailure(rec, messageId, attempt, outcome.code);
    case 'overtaken':
      return outcome.answered ? undefined : leaveToPerson(rec, messageId, inbounds);
    case 'unknown':
      if (isDeleted(rec, messageId)) return;
      rec.emit('deliveryUnknown', { messageId, attempt, author, sentAt: outcome.at, inbounds }, { kind: 'provider' });
  }
}

/** The provider's callback says that a message did not arrive. */
export function onDeliveryFailed(rec: Recorder, report: DeliveryFailed): void {
  recordFailure(rec, report.messageId, report.attempt, report.code);
}

/** Of a conversation that was deleted: what becomes of it is no matter of the one that has begun since, but for an opt-out. */
function isDeleted({ state }: Recorder, messageId: string): boolean {
  return (parseMessageId(messageId)?.position ?? Infinity) <= state.deletedUpTo;
}

function recordFailure(rec: Recorder, messageId: string, attempt: number, code: string | null): void {
  if (isDeleted(rec, messageId)) {
    if (code !== null && consequenceOf(code) === 'optOut') optOutByProvider(rec);
    return;
  }
  // A report of an earlier attempt, or the same one again, is no news.
  const known = rec.state.failed.find((one) => one.messageId === messageId);
  if (known && (known.attempt > attempt || (known.attempt === attempt && known.open))) return;
  const wasKnown = hasAccountProblem(rec.state, rec.now);
  rec.emit('deliveryFailed', { messageId, attempt, code }, { kind: 'provider' });
  if (code !== null) drawConsequence(rec, code, wasKnown);
  reopenAnswer(rec, messageId);
}

/** A person took over before an answer left, and has not written yet: what it answered is open again. */
function leaveToPerson(rec: Recorder, messageId: string, inbounds: readonly number[]): void {
  const { status, optedOut, undecided } = rec.state;
  const open = inbounds.filter((position) => !undecided.includes(position));
  if (isDeleted(rec, messageId) || status === 'resolved' || optedOut || open.length === 0) return;
  rec.emit('answerLost', { messageId, inbounds: open }, BY_SYSTEM);
  // A reply that is armed since answers these, too.
  if (rec.state.reply) return;
  recordDecision(rec, 'held', 'person-took-over', 'A person took over before the answer left: a person answers.');
}

function drawConsequence(rec: Recorder, code: string, wasKnown: boolean): void {
  switch (consequenceOf(code)) {
    case 'optOut':
      return optOutByProvider(rec);
    case 'accountProblem':
      return wasKnown ? undefined : alert(rec, `The provider does not let our number send (code ${code}).`);
    case 'filtered':
      return alert(rec, `Carriers filtered a text as spam (code ${code}): look at its words before the next is sent.`);
    case 'badNumber':
    case 'unreachable':
    case 'none':
  }
}

function optOutByProvider(rec: Recorder): void {
  optOut(rec, 'provider', { kind: 'provider' });
  if (rec.state.undecided.length > 0)
    recordDecision(rec, 'held', 'opted-out', 'The provider says that the customer has opted out.');
}

/** An AI answer did not arrive: what it answered is open again, and a person is told, because nothing else would answer it. */
function reopenAnswer(rec: Recorder, messageId: string): void {
  const { lastOutbound, status, optedOut, reply, ownerId } = rec.state;
  if (lastOutbound?.messageId !== messageId || lastOutbound.author !== 'autopilot') return;
  if (status === 'resolved' || optedOut || reply) return;
  rec.emit('answerLost', { messageId, inbounds: [...lastOutbound.inbounds] }, BY_SYSTEM);
  const explanation = 'The answer of Auto Pilot was not delivered: a person answers.';
  recordDecision(rec, 'held', 'not-sent', explanation);
  remind(rec, { text: explanation, dueAt: rec.now, forUserId: ownerId }, BY_SYSTEM);
}

/** Tells the admins: nobody in the conversation can mend it. */
function alert(rec: Recorder, text: string): void {
  rec.emit('userNotified', { forUserId: null, text }, BY_SYSTEM);
}

/** Time to look for deliveries of which nobody knows. */
export function startReconciling(rec: Recorder, due: readonly string[]): void {
  for (const one of rec.state.unknown) {
    const itemId = reconcileItemId(one);
    if (due.includes(itemId)) rec.effect({ type: 'reconcile', itemId, messageId: one.messageId, attempt: one.attempt });
  }
}

/** What the search has found: the provider's list, or a callback that came meanwhile. */
export function onReconciled(
  rec: Recorder,
  input: { messageId: string; attempt: number; outcome: ReconcileOutcome },
  lastTry: number,
): void {
  const { messageId, attempt, outcome } = input;
  const entry = rec.state.unknown.find((one) => one.messageId === messageId && one.attempt === attempt);
  if (!entry) return;
  switch (outcome.outcome) {
    case 'sent':
      rec.emit('deliverySettled', { messageId, attempt, status: 'sent' }, { kind: 'provider' });
      return;
    case 'failed':
      return recordFailure(rec, messageId, attempt, outcome.code);
    case 'notFound':
      if (entry.tries + 1 < lastTry)
        rec.emit('deliveryChecked', { messageId, attempt, tries: entry.tries + 1 }, BY_SYSTEM);
      else giveUp(rec, entry);
  }
}

/** The provider never had it. A person is asked (the message shows "not confirmed" with Retry); an AI send is decided anew. */
function giveUp(rec: Recorder, entry: UnknownDelivery): void {
  rec.emit('deliverySettled', { messageId: entry.messageId, attempt: entry.attempt, status: 'notSent' }, BY_SYSTEM);
  const { lastOutbound, epoch, status } = rec.state;
  if (entry.author !== 'autopilot' || lastOutbound?.messageId !== entry.messageId || status === 'resolved') return;
  rec.emit('answerLost', { messageId: entry.messageId, inbounds: [...entry.inbounds] }, BY_SYSTEM);
  if (rec.state.autopilot && !rec.state.optedOut && lastOutbound.epoch === epoch) armReply(rec);
  else
    recordDecision(rec, 'held', 'not-sent', 'The answer of Auto Pilot did not reach the provider: a person answers.');
}
