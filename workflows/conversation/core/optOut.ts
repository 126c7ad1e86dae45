import type { Actor, EventData } from '@leadline/contract/conversation.ts';
import { cancelReply } from './pendingReply.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { cancelAllScheduled } from './schedules.ts';

/** The customer wants nothing more from us: at once, and all that was pending is taken back (design section 3). */
export function optOut(
  rec: Recorder,
  source: EventData['optedOut']['source'],
  actor: Actor,
  since: number = rec.now,
): void {
  cancelReply(rec, source === 'contact' || source === 'provider' ? 'opted-out' : 'opt-out-request', BY_SYSTEM);
  cancelAllScheduled(rec, 'opted-out');
  if (!rec.state.optedOut || since > rec.state.optedOutAt) rec.emit('optedOut', { source, since }, actor);
  if (source !== 'contact') tellSiblings(rec, true, since);
}

/** They want to hear from us again; what they asked before they opted out comes too late. */
export function optIn(rec: Recorder, actor: Actor, askedAt: number): void {
  if (!rec.state.optedOut || askedAt < rec.state.optedOutAt) return;
  rec.emit('optedIn', { source: 'keyword' }, actor);
  tellSiblings(rec, false, askedAt);
}

/** An opt-out is from the dealership, not from one of its numbers. */
function tellSiblings(rec: Recorder, optedOut: boolean, at: number): void {
  const { consent, contactId, key, position } = rec.state;
  const changeId = `${key.conversationId}-${position}`;
  const change = { changeId, at, optedOut, consent, zone: null, requestId: changeId };
  rec.effect({ type: 'tellSiblings', contactId, change });
}
