import { slaItemId } from './agenda.ts';
import { afterOpenTime } from './clock.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';

/** Brings the clock of the response that we owe in line with the state: starts it when the customer waits, stops it when not. */
export function keepSla(rec: Recorder): void {
  const { state } = rec;
  const owed = state.waitingSinceAt !== null && state.status !== 'resolved' && !state.optedOut;
  if (state.sla && !owed) rec.emit('slaMet', { target: state.sla.target, late: state.sla.breached }, BY_SYSTEM);
  if (!state.sla && owed) start(rec, state.waitingSinceAt);
}

function start(rec: Recorder, since: number): void {
  const { dealership, outboundCount } = rec.state;
  if (!dealership?.sla) return;
  const target = outboundCount === 0 ? 'first' : 'next';
  const spanMs = target === 'first' ? dealership.sla.firstResponseMs : dealership.sla.nextResponseMs;
  const dueAt = afterOpenTime(dealership.businessHours, dealership.zone, since, spanMs);
  rec.emit('slaStarted', { target, since, dueAt }, BY_SYSTEM);
}

/** The target was missed: said once, to the owner, and handed on where the dealership wants that. */
export function breachSla(rec: Recorder, due: readonly string[]): void {
  const { sla, dealership, ownerId, assigneeIds } = rec.state;
  if (!sla || !due.includes(slaItemId(sla))) return;
  rec.emit('slaBreached', { target: sla.target, dueAt: sla.dueAt }, BY_SYSTEM);
  rec.emit('userNotified', { forUserId: ownerId, text: 'A customer has waited longer than our target.' }, BY_SYSTEM);
  const reassignTo = dealership?.sla?.reassignTo ?? null;
  if (reassignTo === null || reassignTo === ownerId) return;
  rec.emit(
    'assigned',
    { ownerId: reassignTo, userIds: [...new Set([reassignTo, ...assigneeIds])], takeOver: false },
    BY_SYSTEM,
  );
}
