import type { Actor, EventData } from '@leadline/contract/conversation.ts';
import { cancelReply } from './autopilot.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';

/** Stage of contacts who must not be written to. */
const DO_NOT_CONTACT = 'dnc';

/** The customer wants nothing more from us: at once, and all that was pending is taken back (design section 3). */
export function optOut(rec: Recorder, source: EventData['optedOut']['source'], actor: Actor): void {
  cancelReply(rec, source === 'keyword' ? 'opt-out-request' : 'opted-out', BY_SYSTEM);
  if (!rec.state.optedOut) rec.emit('optedOut', { source }, actor);
  const from = rec.state.stage;
  if (from !== DO_NOT_CONTACT) rec.emit('stageSet', { stage: DO_NOT_CONTACT, from }, BY_SYSTEM);
}
