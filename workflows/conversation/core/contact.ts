import type { ContactChanged } from '@leadline/contract/conversation.ts';
import type { LoadedConversation } from '@leadline/contract/ports.ts';
import type { DealershipPolicy, Policy } from '@leadline/contract/process.ts';
import { selectProcess } from './autopilot.ts';
import { recordDecision } from './decisions.ts';
import { optOut } from './optOut.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';

/** The contact's card has changed, here or in another conversation with the same contact. */
export function onContactChanged(rec: Recorder, change: ContactChanged): void {
  const { state } = rec;
  if (state.recentChangeIds.includes(change.changeId)) return;
  const { changeId, consent, zone } = change;
  rec.emit('contactChanged', { changeId, consent, zone }, BY_SYSTEM);
  takeOptOut(rec, change.optedOut, change.at);
}

function takeOptOut(rec: Recorder, optedOut: boolean, at: number): void {
  if (optedOut && (!rec.state.optedOut || at > rec.state.optedOutAt)) {
    optOut(rec, 'contact', BY_SYSTEM, at);
    if (rec.state.undecided.length > 0)
      recordDecision(rec, 'held', 'opted-out', 'The customer opted out in another conversation.');
  }
  if (!optedOut && rec.state.optedOut && at >= rec.state.optedOutAt)
    rec.emit('optedIn', { source: 'contact' }, BY_SYSTEM);
}

/** A run goes on after a sleep: no signal reached it meanwhile, so it takes over what the database says. */
export function onWoken(rec: Recorder, start: LoadedConversation['start']): void {
  const { optedOut, consent, zone, dealership, policy } = start;
  const isNews =
    optedOut !== rec.state.optedOut ||
    consent !== rec.state.consent ||
    zone.table.changes.at(-1)?.at !== rec.state.zone?.table.changes.at(-1)?.at ||
    dealership.version !== rec.state.dealership?.version ||
    zone.table.zone !== rec.state.zone?.table.zone;
  if (isNews) rec.emit('conversationWoken', { optedOut, consent, zone, dealership }, BY_SYSTEM);
  if (optedOut !== rec.state.optedOut) takeOptOut(rec, optedOut, rec.now);
  if (policy && policy.processId === rec.state.policy?.processId) selectProcess(rec, policy, BY_SYSTEM);
}

/** A process or the dealership's settings have been published anew. */
export function onPublished(
  rec: Recorder,
  input: { processId: string | null; policy?: Policy | null; dealership?: DealershipPolicy },
): void {
  const { policy, dealership } = input;
  if (dealership && dealership.version > (rec.state.dealership?.version ?? 0))
    rec.emit('dealershipChanged', { dealership }, BY_SYSTEM);
  if (policy && policy.processId === rec.state.policy?.processId) selectProcess(rec, policy, BY_SYSTEM);
}
