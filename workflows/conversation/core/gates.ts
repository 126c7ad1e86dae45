import type { GateVerdict } from '@leadline/contract/conversation.ts';
import type { AuthorKind } from '@leadline/contract/names.ts';
import type { State } from './state.ts';

const HOUR_MS = 3_600_000;
/** Messenger's standard messaging window (Meta: messenger-platform/policy). */
const MESSENGER_WINDOW_MS = 24 * HOUR_MS;
/** With the HUMAN_AGENT tag a person may answer that long (same page). */
const MESSENGER_HUMAN_WINDOW_MS = 7 * 24 * HOUR_MS;
/** How long a provider's report that our account may not send holds back the AI. */
const ACCOUNT_PROBLEM_MS = HOUR_MS;

/**
 * Asks every gate of design section 3, in order, about a send that is about to be committed. All are asked, also after
 * one has failed, so that the record of a decision is whole.
 */
export function askGates(state: State, author: AuthorKind, now: number): GateVerdict[] {
  return [
    optOut(state),
    consent(state),
    channelWindow(state, author, now),
    quietHours(author),
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

/** Whoever wrote to us has asked for an answer; a person may also open a conversation with a contact who agreed elsewhere. */
function consent(state: State): GateVerdict {
  return {
    gate: 'consent',
    pass: true,
    inputs: { inboundMessages: state.inboundCount, lastInboundAt: state.lastInboundAt },
  };
}

function channelWindow(state: State, author: AuthorKind, now: number): GateVerdict {
  const { channel } = state.key;
  if (channel !== 'messenger') return { gate: 'channelWindow', pass: true, inputs: { channel, limited: false } };
  const windowMs = author === 'user' ? MESSENGER_HUMAN_WINDOW_MS : MESSENGER_WINDOW_MS;
  const pass = state.lastInboundAt !== null && now - state.lastInboundAt < windowMs;
  return { gate: 'channelWindow', pass, inputs: { channel, windowMs, lastInboundAt: state.lastInboundAt } };
}

/** Quiet hours hold back what nobody asked for; an answer and a person's own message go out. */
function quietHours(author: AuthorKind): GateVerdict {
  return {
    gate: 'quietHours',
    pass: true,
    inputs: { exempt: author === 'user' ? 'a person sends' : 'answer to a message' },
  };
}

/** A person may try an account that had a problem: that is how one sees that it is mended. */
function channelAccount(state: State, author: AuthorKind, now: number): GateVerdict {
  const problem = state.accountProblem;
  const recent = problem !== null && now - problem.at < ACCOUNT_PROBLEM_MS;
  return {
    gate: 'channelAccount',
    pass: author === 'user' || !recent,
    inputs: { account: state.key.channelAccountId, lastProblem: recent ? problem.code : null },
  };
}
