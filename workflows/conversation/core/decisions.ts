import type { Actor } from '@leadline/contract/conversation.ts';
import type { Decision, DecisionReason } from '@leadline/contract/decision.ts';
import { askGates } from './gates.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';

/** What a decision has beyond its outcome and reason. */
export type DecisionDetails = Partial<Pick<Decision, 'inbounds' | 'gates' | 'messageId' | 'model'>>;

/**
 * Records what became of inbound messages, and why: by default of all that are undecided, with the gates as they stand.
 * Only `held` leaves them undecided.
 */
export function recordDecision(
  rec: Recorder,
  outcome: Decision['outcome'],
  reason: DecisionReason,
  explanation: string,
  details: DecisionDetails = {},
  actor: Actor = BY_SYSTEM,
): void {
  rec.emit(
    'decisionMade',
    {
      inbounds: details.inbounds ?? [...rec.state.undecided],
      outcome,
      reason,
      final: outcome !== 'held',
      gates: details.gates ?? askGates(rec.state, outcome === 'answeredByPerson' ? 'user' : 'autopilot', rec.now),
      processVersionId: outcome === 'answeredByPerson' ? null : (rec.state.policy?.versionId ?? null),
      messageId: details.messageId ?? null,
      model: details.model ?? null,
      explanation,
    },
    actor,
  );
}
