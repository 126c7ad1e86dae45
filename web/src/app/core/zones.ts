import { offsetOf } from '@leadline/contract/hours.ts';

/** Clocks of other places. A zone of null is this device's own. */

/** What the clock shows there at an instant, to the minute: `2026-11-25T09:00`. */
export function wallAt(at: number, zone: string | null): string {
  return new Date(at + offsetOf(nameOf(zone), at)).toISOString().slice(0, 16);
}

/** The instant of a local time there; one that does not exist, or comes twice, is settled by the server. */
export function instantAt(wall: string, zone: string | null): number {
  const name = nameOf(zone);
  const shown = Date.parse(`${wall}Z`);
  const guess = shown - offsetOf(name, shown);
  return shown - offsetOf(name, guess);
}

/** Whether the clocks there show something else than this device's. */
export function isElsewhere(zone: string | null, now: number): boolean {
  return zone !== null && offsetOf(zone, now) !== offsetOf(nameOf(null), now);
}

/** The place of a zone, as one says it: "St Johns". */
export function placeOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** The zone's name; this device's own for null. */
export function nameOf(zone: string | null): string {
  return zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}
