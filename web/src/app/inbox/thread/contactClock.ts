import type { ConversationRow } from '@leadline/contract/rest.ts';
import { isElsewhere, placeOf } from '../../core/zones.ts';

/** "Times in St Johns", where the contact's clock shows something else than the reader's; null where not. */
export function whoseClock({ zone }: ConversationRow, now: number): string | null {
  return zone !== null && isElsewhere(zone, now) ? `Times in ${placeOf(zone)}` : null;
}
