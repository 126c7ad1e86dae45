import type { GateName } from './names.ts';

/** Why something was sent, or was not: each is an event of its conversation. */

/** One gate's verdict and what it looked at. */
export interface GateVerdict {
  gate: GateName;
  pass: boolean;
  /** The values that the gate read, for people: `{ optedOut: false }`. */
  inputs: Record<string, string | number | boolean | null>;
}

export const DECISION_OUTCOMES = ['sent', 'deferred', 'held', 'suppressed', 'handedOff', 'answeredByPerson'] as const;

/**
 * What became of inbound messages. `held` is the one that is not final: nothing answers now, and it may still be
 * answered (by a person, or when Auto Pilot is turned on).
 */
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

export const DECISION_REASONS = [
  'answered',
  'autopilot-off',
  'no-process',
  'late',
  'opted-out',
  'opt-out-request',
  'opt-in-request',
  'help-request',
  'gate',
  'person-took-over',
  'cancelled-by-person',
  'turn-cap',
  'model-hand-off',
  'model-nothing',
  'model-unavailable',
  'model-invalid',
  'flood',
  'not-sent',
  'identical-exchange',
  'outside-hours',
  'follow-up',
  'scheduled',
  'automation',
  'deferred',
  'customer-replied',
  'deleted',
] as const;
export type DecisionReason = (typeof DECISION_REASONS)[number];

export const MODEL_INTENTS = ['optOut', 'wrongNumber', 'callRequested'] as const;
export type ModelIntent = (typeof MODEL_INTENTS)[number];

/** What the model answered, without the text of the reply. */
export interface ModelAnswer {
  model: string;
  reason: string;
  confidence: number | null;
  suggestedStage: string | null;
  /** What the customer wants beyond an answer, as the model reads it. */
  intent: ModelIntent | null;
  tookMs: number;
}

export interface Decision {
  /** Positions of the inbound messages that this is about. */
  inbounds: number[];
  outcome: DecisionOutcome;
  reason: DecisionReason;
  final: boolean;
  gates: GateVerdict[];
  processVersionId: string | null;
  messageId: string | null;
  model: ModelAnswer | null;
  /** A sentence for the thread. */
  explanation: string;
}
