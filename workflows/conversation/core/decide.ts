import type { Cause } from '@leadline/contract/conversation.ts';
import { dueItems, followUpItemId, RECONCILE_AFTER_MS } from './agenda.ts';
import { onReplyDraft, onReplyDraftFailed, startDraft } from './autopilot.ts';
import { onContactChanged, onPublished, onWoken } from './contact.ts';
import { onDeliveryFailed, onDeliveryOutcome, onReconciled, startReconciling } from './delivery.ts';
import { keepFollowUp, onFollowUpDraft, onFollowUpFailed, startFollowUp } from './followUps.ts';
import { onInbound } from './inbound.ts';
import type { Decided, Input } from './inputs.ts';
import { onUpdate } from './person.ts';
import { BY_SYSTEM, Recorder } from './recorder.ts';
import { ringReminders } from './reminders.ts';
import { noteProblem, runRules } from './rules.ts';
import { sendScheduled } from './schedules.ts';
import { breachSla, keepSla } from './sla.ts';
import type { State } from './state.ts';
import { onWebhookGivenUp } from './webhooks.ts';
import { wakeFromSnooze } from './work.ts';

/**
 * What an input leads to, at `now`: events, and effects to start once these are committed. Pure: the same arguments give
 * the same answer, on any machine, in a replay and in a simulation. Throws nothing: what may not be is a refusal.
 */
export function decide(state: State, input: Input, now: number): Decided {
  const rec = new Recorder(state, now, causeOf(input, now));
  apply(rec, input);
  if (!rec.isRefused && rec.state.started) {
    runRules(rec, input.type === 'tick' ? dueItems(state, input.inHand, now) : []);
    keepSla(rec);
    keepFollowUp(rec);
  }
  return rec.decided();
}

function apply(rec: Recorder, input: Input): void {
  switch (input.type) {
    case 'started':
      rec.emit('conversationStarted', input.start, BY_SYSTEM);
      return noteProblem(rec);
    case 'woken':
      return onWoken(rec, input.start);
    case 'inboundMessage':
      return onInbound(rec, input.message);
    case 'deliveryFailed':
      return onDeliveryFailed(rec, input.report);
    case 'callEnded': {
      const { requestId: _requestId, ...call } = input.call;
      if (!rec.state.recentChangeIds.includes(call.callId)) rec.emit('callEnded', call, BY_SYSTEM);
      return;
    }
    case 'contactChanged':
      return onContactChanged(rec, input.change);
    case 'processPublished':
      return onPublished(rec, input);
    case 'tick':
      return onTick(rec, input.inHand);
    case 'draftReady':
      return isFollowUp(rec, input.itemId)
        ? onFollowUpDraft(rec, input.result)
        : onReplyDraft(rec, input.itemId, input.result);
    case 'draftFailed':
      return isFollowUp(rec, input.itemId)
        ? onFollowUpFailed(rec, input.detail)
        : onReplyDraftFailed(rec, input.itemId, input.reason, input.detail);
    case 'deliveryOutcome':
      return onDeliveryOutcome(rec, input);
    case 'reconcileOutcome':
      return onReconciled(rec, input, RECONCILE_AFTER_MS.length);
    case 'webhookGivenUp':
      return onWebhookGivenUp(rec, input);
    default:
      return onUpdate(rec, input);
  }
}

function isFollowUp({ state }: Recorder, itemId: string): boolean {
  return state.followUp !== null && followUpItemId(state.followUp) === itemId;
}

function onTick(rec: Recorder, inHand: readonly string[]): void {
  const due = dueItems(rec.state, inHand, rec.now);
  wakeFromSnooze(rec, due);
  ringReminders(rec, due);
  breachSla(rec, due);
  sendScheduled(rec, due);
  if (due.some((id) => id.startsWith('reply-'))) startDraft(rec);
  startFollowUp(rec, due);
  startReconciling(rec, due);
}

/** What an event of this input is traced back to: the provider's id, the update's id, or the kind of work that ended. */
function causeOf(input: Input, now: number): Cause {
  switch (input.type) {
    case 'inboundMessage':
      return { kind: 'input', id: input.message.providerMessageId, requestId: input.message.requestId };
    case 'deliveryFailed':
      return {
        kind: 'input',
        id: `${input.report.messageId}/${input.report.attempt}`,
        requestId: input.report.requestId,
      };
    case 'started':
    case 'woken':
      return { kind: 'input', id: input.type, requestId: null };
    case 'callEnded':
      return { kind: 'input', id: input.call.callId, requestId: input.call.requestId };
    case 'contactChanged':
      return { kind: 'input', id: input.change.changeId, requestId: input.change.requestId };
    case 'processPublished':
      return { kind: 'input', id: `published/${input.processId ?? 'settings'}`, requestId: input.requestId };
    case 'tick':
      return { kind: 'input', id: `tick/${now}`, requestId: null };
    case 'draftReady':
    case 'draftFailed':
      return { kind: 'input', id: `draft/${input.itemId}`, requestId: null };
    case 'deliveryOutcome':
    case 'reconcileOutcome':
      return { kind: 'input', id: `${input.messageId}/${input.attempt}`, requestId: null };
    case 'webhookGivenUp':
      return { kind: 'input', id: input.eventId, requestId: null };
    default:
      return { kind: 'input', id: input.id, requestId: input.args.requestId };
  }
}
