import type { Cause } from '@leadline/contract/conversation.ts';
import { dueItems, RECONCILE_AFTER_MS } from './agenda.ts';
import { onDraft, onDraftFailed, startDraft } from './autopilot.ts';
import { onDeliveryFailed, onDeliveryOutcome, onReconciled, startReconciling } from './delivery.ts';
import { onInbound } from './inbound.ts';
import type { Decided, Input } from './inputs.ts';
import { onUpdate } from './person.ts';
import { BY_SYSTEM, Recorder } from './recorder.ts';
import type { State } from './state.ts';

/**
 * What an input leads to, at `now`: events, and effects to start once these are committed. Pure: the same arguments give
 * the same answer, on any machine, in a replay and in a simulation. Throws nothing: what may not be is a refusal.
 */
export function decide(state: State, input: Input, now: number): Decided {
  const rec = new Recorder(state, now, causeOf(input, now));
  apply(rec, input);
  return rec.decided();
}

function apply(rec: Recorder, input: Input): void {
  switch (input.type) {
    case 'started':
      rec.emit('conversationStarted', input.start, BY_SYSTEM);
      return;
    case 'inboundMessage':
      return onInbound(rec, input.message);
    case 'deliveryFailed':
      return onDeliveryFailed(rec, input.report);
    case 'tick':
      return onTick(rec, input.inHand);
    case 'draftReady':
      return onDraft(rec, input);
    case 'draftFailed':
      return onDraftFailed(rec, input);
    case 'deliveryOutcome':
      return onDeliveryOutcome(rec, input);
    case 'reconcileOutcome':
      return onReconciled(rec, input, RECONCILE_AFTER_MS.length);
    default:
      return onUpdate(rec, input);
  }
}

function onTick(rec: Recorder, inHand: readonly string[]): void {
  const due = dueItems(rec.state, inHand, rec.now);
  if (due.some((id) => id.startsWith('reply-'))) startDraft(rec);
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
      return { kind: 'input', id: 'started', requestId: null };
    case 'tick':
      return { kind: 'input', id: `tick/${now}`, requestId: null };
    case 'draftReady':
    case 'draftFailed':
      return { kind: 'input', id: `draft/${input.burst}/${input.upTo}`, requestId: null };
    case 'deliveryOutcome':
    case 'reconcileOutcome':
      return { kind: 'input', id: `${input.messageId}/${input.attempt}`, requestId: null };
    default:
      return { kind: 'input', id: input.id, requestId: input.args.requestId };
  }
}
