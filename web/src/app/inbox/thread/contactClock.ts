import type { ConversationRow } from '@leadline/contract/rest.ts';
import { firstName } from '../../core/contactNames.ts';
import { isElsewhere, placeOf } from '../../core/zones.ts';

/** "Times are Jane’s (St Johns)", where the contact's clock shows something else than the reader's; null where not. */
export function whoseClock({ zone, contact }: ConversationRow, now: number): string | null {
  return zone !== null && isElsewhere(zone, now) ? `Times are ${firstName(contact)}’s (${placeOf(zone)})` : null;
}
