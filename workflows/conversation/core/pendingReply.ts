import type { Actor } from '@leadline/contract/conversation.ts';
import type { DecisionReason } from '@leadline/contract/decision.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { responseWindow } from './responseWindow.ts';

/** Arms a reply to all undecided messages, or moves the armed one, whose draft is then out of date. */
export function armReply(rec: Recorder): { dueAt: number } | null {
  const { policy, reply } = rec.state;
  if (!policy || rec.state.undecided.length === 0) return null;
  const burst = reply?.burst ?? rec.state.burst + 1;
  const window = responseWindow(rec.state, policy, burst, reply?.openedAt ?? rec.now, rec.now);
  rec.emit('replyArmed', { burst, ...window, inbounds: [...rec.state.undecided] }, BY_SYSTEM);
  return { dueAt: window.dueAt };
}

/** Takes the armed reply back, for certain: a draft that comes later finds nothing to answer. */
export function cancelReply(rec: Recorder, reason: DecisionReason, actor: Actor): { dueAt: number } | null {
  const { reply } = rec.state;
  if (!reply) return null;
  rec.emit('replyCancelled', { dueAt: reply.dueAt, reason }, actor);
  return { dueAt: reply.dueAt };
}
