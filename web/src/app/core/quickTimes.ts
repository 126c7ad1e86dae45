import { wallAt, instantAt } from './zones.ts';
import { exactTime } from './times.ts';

/** A time that people often mean. */
export interface QuickTime {
  name: string;
  at: number;
  /** The same on the clock of the zone: `2026-11-25T09:00`. */
  wall: string;
  /** The exact time there, to be sure. */
  clock: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** In an hour, tomorrow morning, Monday morning: on the clock of a zone (null: this device's), and only what is still to come. */
export function quickTimes(now: number, zone: string | null = null): QuickTime[] {
  const times: [string, number][] = [
    ['In 1 hour', now + HOUR_MS],
    ['In 4 hours', now + 4 * HOUR_MS],
    ['Tomorrow 9:00', morning(now, 1, zone)],
    ['In two days 9:00', morning(now, 2, zone)],
    ['Monday 9:00', morning(now, daysToMonday(now, zone), zone)],
  ];
  return times.map(([name, at]) => ({ name, at, wall: wallAt(at, zone), clock: exactTime(at, zone) }));
}

function morning(now: number, days: number, zone: string | null): number {
  const day = new Date(Date.parse(`${wallAt(now, zone).slice(0, 10)}T00:00Z`) + days * DAY_MS);
  return instantAt(`${day.toISOString().slice(0, 10)}T09:00`, zone);
}

/** At least a day away. */
function daysToMonday(now: number, zone: string | null): number {
  return (8 - new Date(`${wallAt(now, zone)}Z`).getUTCDay()) % 7 || 7;
}
