import type { GateVerdict } from '@leadline/contract/decision.ts';
import type { AuthorKind } from '@leadline/contract/names.ts';
import { nextOutside, nextWithin, wallText } from './clock.ts';
import type { State } from './state.ts';

const HOUR_MS = 3_600_000;
/** Messenger's standard messaging window (Meta: messenger-platform/policy). */
const MESSENGER_WINDOW_MS = 24 * HOUR_MS;
/** With the HUMAN_AGENT tag a person may answer that long (same page). */
const MESSENGER_HUMAN_WINDOW_MS = 7 * 24 * HOUR_MS;
/** An answer is to a fresh message up to this age; Auto Pilot leaves older ones to a person, or to the day. */
export const FRESH_MS = HOUR_MS;
/** How long a provider's report that our account may not send holds back the AI. */
const ACCOUNT_PROBLEM_MS = HOUR_MS;

/**
 * Asks every gate of design section 3, in order, about a send that is about to be committed. All are asked, also after
 * one has failed, so that the record of a decision is whole.
 */
export function askGates(state: State, author: AuthorKind, now: number): GateVerdict[] {
  return [
    optOut(state),
    consent(state, author),
    channelWindow(state, author, now),
    quietHours(state, author, now),
    channelAccount(state, author, now),
  ];
}

/** The first gate that said no. */
export function firstBlocked(verdicts: readonly GateVerdict[]): GateVerdict | undefined {
  return verdicts.find((verdict) => !verdict.pass);
}

function optOut(state: State): GateVerdict {
  return { gate: 'optOut', pass: !state.optedOut, inputs: { optedOut: state.optedOut } };
}

/** Whoever wrote to us has asked for an answer, and a person answers for what they send; the rest needs the contact's agreement. */
function consent(state: State, author: AuthorKind): GateVerdict {
  return {
    gate: 'consent',
    pass: state.inboundCount > 0 || state.consent === 'express' || author === 'user',
    inputs: { consent: state.consent, inboundMessages: state.inboundCount, lastInboundAt: state.lastInboundAt },
  };
}

function channelWindow(state: State, author: AuthorKind, now: number): GateVerdict {
  const { channel } = state.key;
  if (channel !== 'messenger') return { gate: 'channelWindow', pass: true, inputs: { channel, limited: false } };
  const windowMs = author === 'user' ? MESSENGER_HUMAN_WINDOW_MS : MESSENGER_WINDOW_MS;
  const pass = state.lastInboundAt !== null && now - state.lastInboundAt < windowMs;
  return { gate: 'channelWindow', pass, inputs: { channel, windowMs, lastInboundAt: state.lastInboundAt } };
}

/**
 * Quiet hours hold back what nobody waits for, in the contact's zone. A person judges for themselves, and an answer to a
 * fresh message is exempt where the process says so.
 */
function quietHours(state: State, author: AuthorKind, now: number): GateVerdict {
  const table = state.zone?.table ?? state.dealership?.zone;
  const hours = state.dealership?.quietHours;
  if (!table || !hours) return { gate: 'quietHours', pass: true, inputs: { quietHours: 'none' } };
  const exempt = quietHoursExemption(state, author, now);
  const quiet = nextOutside(hours, table, now) > now;
  return {
    gate: 'quietHours',
    pass: !quiet || exempt !== null,
    inputs: {
      quietHours: `${hours.from} to ${hours.to}`,
      localTime: wallText(table, now),
      zone: table.zone,
      zoneFrom: state.zone?.source ?? 'dealership',
      exempt,
    },
  };
}

/** Why quiet hours do not hold back what this author sends; null: they do. */
function quietHoursExemption(state: State, author: AuthorKind, now: number): string | null {
  if (author === 'user') return 'a person sends';
  if (hasPersonsTime(state, author)) return 'a person chose the time';
  const isAnswer = author === 'autopilot' && state.policy?.window.quietHoursExempt === true;
  return isAnswer && isFresh(state, now) ? 'answer to a fresh message' : null;
}

/** Whether a person sends at once, or has moved, what the AI writes. */
export function hasPersonsTime({ rulesVersion, reply, followUp }: State, author: AuthorKind): boolean {
  const planned = author === 'autopilot' ? reply : author === 'followUp' ? followUp : null;
  return rulesVersion >= 2 && planned?.byPerson === true;
}

/** Whether the customer wrote lately, so that an answer is what they wait for. */
export function isFresh({ lastInboundAt }: State, now: number): boolean {
  return lastInboundAt !== null && now - lastInboundAt < FRESH_MS;
}

/** When quiet hours begin that what this author sends at `now` must not reach; null: they do not concern it. */
export function quietHoursBegin(state: State, author: AuthorKind, now: number): number | null {
  const table = state.zone?.table ?? state.dealership?.zone;
  const hours = state.dealership?.quietHours;
  if (!table || !hours || quietHoursExemption(state, author, now) !== null) return null;
  return nextWithin(hours, table, now);
}

/** When a send that only quiet hours hold back may leave; null where something else stops it, or nothing does. */
export function deferredUntil(state: State, verdicts: readonly GateVerdict[], now: number): number | null {
  const failed = verdicts.filter((verdict) => !verdict.pass);
  const table = state.zone?.table ?? state.dealership?.zone;
  const hours = state.dealership?.quietHours;
  if (failed.length !== 1 || failed[0]!.gate !== 'quietHours' || !table || !hours) return null;
  return nextOutside(hours, table, now);
}

/**
 * Whether the way to the customer works, as the provider's reports have it: our account may send, their number takes
 * texts. A person may try in spite of it: that is how one sees that it is mended.
 */
function channelAccount(state: State, author: AuthorKind, now: number): GateVerdict {
  const { badNumber } = state;
  const problem = hasAccountProblem(state, now) ? state.accountProblem : null;
  return {
    gate: 'channelAccount',
    pass: author === 'user' || (problem === null && badNumber === null),
    inputs: {
      account: state.key.channelAccountId,
      lastProblem: problem?.code ?? null,
      badNumber: badNumber?.code ?? null,
    },
  };
}

/** Whether the provider has lately said that our account may not send. */
export function hasAccountProblem({ accountProblem }: State, now: number): boolean {
  return accountProblem !== null && now - accountProblem.at < ACCOUNT_PROBLEM_MS;
}
