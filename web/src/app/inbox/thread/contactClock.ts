import type { ConversationRow } from '@leadline/contract/rest.ts';
import { clockTime } from '../../core/times.ts';
import { isElsewhere, placeOf, wallAt } from '../../core/zones.ts';

/** "Times in St Johns", where the contact's clock shows something else than the reader's; null where not. */
export function whoseClock({ zone }: ConversationRow, now: number): string | null {
  return zone !== null && isElsewhere(zone, now) ? `Times in ${placeOf(zone)}` : null;
}

/** "8:00 AM", when the quiet hours end that are on at an instant where the contact is; null where none are. */
export function quietUntil({ quietHours, zone }: ConversationRow, at: number): string | null {
  if (!quietHours) return null;
  const { from, to } = quietHours;
  const clock = wallAt(at, zone).slice(11);
  const isQuiet = from < to ? clock >= from && clock < to : clock >= from || clock < to;
  return isQuiet ? clockTime(Date.parse(`2026-01-01T${to}Z`), 'UTC') : null;
}
