import { emptyState, type Restorable, type State } from './state.ts';

/** A clean conversation; what orders runs and old replies goes on. */
export function deleted(state: State, deletedUpTo: number, at: number): State {
  const { key, rulesVersion, epoch, burst, recentUpdates } = state;
  const restorable = restorableOf(state, at);
  return { ...emptyState(key), rulesVersion, deletedUpTo, epoch, burst, recentUpdates, restorable };
}

function restorableOf(state: State, at: number): Restorable {
  const { stage, ownerId, assigneeIds, tags, priority, deletedUpTo, lastActivityAt } = state;
  const { autopilot, followUpsOn, policy, waitingSinceAt } = state;
  const { inboundCount, outboundCount, lastInboundAt, lastInboundPosition } = state;
  const switches = { autopilot, followUpsOn, policy };
  const counts = { inboundCount, outboundCount, lastInboundAt, lastInboundPosition, lastActivityAt, waitingSinceAt };
  return { at, deletedUpTo, stage, tags, priority, ownerId, assigneeIds, ...switches, ...counts };
}

/** Together with what has come since the deletion. */
export function restored(state: State): State {
  const { restorable } = state;
  if (!restorable) return state;
  const { at: _at, ...before } = restorable;
  return {
    ...state,
    ...before,
    status: 'open',
    inboundCount: before.inboundCount + state.inboundCount,
    outboundCount: before.outboundCount + state.outboundCount,
    waitingSinceAt: before.waitingSinceAt ?? state.waitingSinceAt,
    reply: before.autopilot ? state.reply : null,
    lastInboundAt: state.lastInboundAt ?? before.lastInboundAt,
    lastInboundPosition: Math.max(before.lastInboundPosition, state.lastInboundPosition),
    lastActivityAt: Math.max(before.lastActivityAt, state.lastActivityAt),
    restorable: null,
  };
}
