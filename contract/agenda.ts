/** What will happen in a conversation by itself, and what one can do about it. */

export const AGENDA_KINDS = [
  'autopilotReply',
  'reconcileDelivery',
  'followUp',
  'scheduledMessage',
  'reminder',
  'unsnooze',
  'slaBreach',
  'noReply',
] as const;
export type AgendaKind = (typeof AGENDA_KINDS)[number];

export const AGENDA_OPERATIONS = ['actNow', 'cancel', 'skip', 'move', 'edit', 'complete'] as const;
export type AgendaOperation = (typeof AGENDA_OPERATIONS)[number];

/** One thing that will happen. */
export interface AgendaItem {
  id: string;
  kind: AgendaKind;
  at: number;
  /** What will happen, in words. */
  title: string;
  /** `drafting`: the model is at work on it now. */
  phase: 'waiting' | 'drafting';
  /** Position of the event that put it here. */
  cause: number;
  /** The same instant on the clock of `zone`, such as `2026-11-25 09:00`. */
  wall: string;
  zone: string;
  /** Why it is there, in words. */
  why: string;
  operations: AgendaOperation[];
}
