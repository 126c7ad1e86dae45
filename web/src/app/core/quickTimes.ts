import { exactTime } from './times.ts';

/** A time that people often mean. */
export interface QuickTime {
  name: string;
  at: number;
  /** The exact time, to be sure. */
  clock: string;
}

const HOUR_MS = 3_600_000;

/** In an hour, this evening, tomorrow morning, Monday morning: by the reader's own clock, and only what is still to come. */
export function quickTimes(now: number): QuickTime[] {
  const times: [string, number][] = [
    ['In 1 hour', now + HOUR_MS],
    ['In 4 hours', now + 4 * HOUR_MS],
    ['Tomorrow 9:00', morning(now, 1)],
    ['In two days 9:00', morning(now, 2)],
    ['Monday 9:00', morning(now, daysToMonday(now))],
  ];
  return times.map(([name, at]) => ({ name, at, clock: exactTime(at) }));
}

function morning(now: number, days: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, 9).getTime();
}

/** At least a day away. */
function daysToMonday(now: number): number {
  return (8 - new Date(now).getDay()) % 7 || 7;
}
