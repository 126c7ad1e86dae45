import type { Actor, EventData } from '@leadline/contract/conversation.ts';
import { cancelReply } from './pendingReply.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { cancelAllScheduled } from './schedules.ts';

/** The customer wants nothing more from us: at once, and all that was pending is taken back (design section 3). */
export function optOut(rec: Recorder, source: EventData['optedOut']['source'], actor: Actor): void {
  cancelReply(rec, source === 'contact' || source === 'provider' ? 'opted-out' : 'opt-out-request', BY_SYSTEM);
  cancelAllScheduled(rec, 'opted-out');
  if (!rec.state.optedOut) rec.emit('optedOut', { source }, actor);
  if (source !== 'contact') tellSiblings(rec, true);
}

/** They want to hear from us again. */
export function optIn(rec: Recorder, actor: Actor): void {
  if (!rec.state.optedOut) return;
  rec.emit('optedIn', { source: 'keyword' }, actor);
  tellSiblings(rec, false);
}

/** An opt-out is from the dealership, not from one of its numbers. */
function tellSiblings(rec: Recorder, optedOut: boolean): void {
  const { consent, key, position } = rec.state;
  const changeId = `${key.conversationId}-${position}`;
  rec.effect({ type: 'tellSiblings', change: { changeId, optedOut, consent, zone: null, requestId: changeId } });
}
