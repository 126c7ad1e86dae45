import type { WallClock } from '@leadline/contract/conversation.ts';
import type { BusinessHours, DailyHours, Day, ZoneTable } from '@leadline/contract/hours.ts';

/**
 * Arithmetic of time zones and hours on tables that came with the policy: pure, and alike on every machine.
 * A local time is written as the UTC instant that has the same clock ("wall"), in milliseconds.
 */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WEEKDAYS: readonly Day[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Hours are looked for that far ahead: a dealership that is closed for longer has no next opening. */
const DAYS_AHEAD = 60;

/** The zone's offset from UTC at an instant. */
export function offsetAt(table: ZoneTable, at: number): number {
  const change = table.changes.findLast((one) => one.at <= at) ?? table.changes[0];
  return change?.offsetMs ?? 0;
}

/** What the clock in the zone shows at an instant. */
export function wallOf(table: ZoneTable, at: number): number {
  return at + offsetAt(table, at);
}

/** The instant of a local time. One that does not exist is taken later by the gap, one that comes twice the first time. */
export function instantOf(table: ZoneTable, wall: number): { at: number; clock: WallClock } {
  const before = offsetAt(table, wall - offsetAt(table, wall) - DAY_MS);
  const after = offsetAt(table, wall - offsetAt(table, wall) + DAY_MS);
  const found = [...new Set([before, after, offsetAt(table, wall - before), offsetAt(table, wall - after)])]
    .map((offset) => wall - offset)
    .filter((at) => wallOf(table, at) === wall)
    .sort((a, b) => a - b);
  if (found.length === 0) return { at: wall - before, clock: 'skipped' };
  return { at: found[0]!, clock: found.length > 1 ? 'repeated' : 'exact' };
}

/** A local time such as `2026-11-25T09:00` as a wall; null for anything else. */
export function parseWall(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return null;
  const wall = Date.parse(`${text}:00Z`);
  // Date.parse takes 30 February for 2 March.
  return Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 16) !== text ? null : wall;
}

/** An instant on the zone's clock, for people: `2026-11-25 09:00`. */
export function wallText(table: ZoneTable, at: number): string {
  return new Date(wallOf(table, at)).toISOString().slice(0, 16).replace('T', ' ');
}

interface Interval {
  from: number;
  to: number;
}

/** The next instant, from `at` on, at which the dealership is open; `at` itself where it is never. */
export function nextOpen(hours: BusinessHours, table: ZoneTable, at: number): number {
  return next(openIntervals(hours, table, at), at);
}

/** The next instant at which it is closed; `at` itself where it never closes. */
export function nextClosed(hours: BusinessHours, table: ZoneTable, at: number): number {
  return afterAll(openIntervals(hours, table, at), at);
}

/** The next instant within hours of each day. */
export function nextWithin(hours: DailyHours, table: ZoneTable, at: number): number {
  return next(dailyIntervals(hours, table, at), at);
}

/** The next instant outside hours of each day, such as the end of quiet hours. */
export function nextOutside(hours: DailyHours, table: ZoneTable, at: number): number {
  return afterAll(dailyIntervals(hours, table, at), at);
}

/** The instant at which so much opening time has passed; by the plain clock where the dealership is never open. */
export function afterOpenTime(hours: BusinessHours, table: ZoneTable, at: number, spanMs: number): number {
  let left = spanMs;
  for (const { from, to } of openIntervals(hours, table, at)) {
    const start = Math.max(from, at);
    if (to <= start) continue;
    if (to - start >= left) return start + left;
    left -= to - start;
  }
  return at + spanMs;
}

function next(intervals: readonly Interval[], at: number): number {
  const interval = intervals.find((one) => one.to > at);
  return interval ? Math.max(interval.from, at) : at;
}

/** The first instant from `at` on that no interval holds; adjacent ones count as one. */
function afterAll(intervals: readonly Interval[], at: number): number {
  let end = at;
  for (const { from, to } of intervals) if (from <= end && end < to) end = to;
  return end >= (intervals.at(-1)?.to ?? Infinity) ? at : end;
}

function openIntervals(hours: BusinessHours, table: ZoneTable, at: number): Interval[] {
  const closed = new Set(hours.holidays);
  return daysFrom(table, at, DAYS_AHEAD).flatMap((day) => {
    if (closed.has(new Date(day).toISOString().slice(0, 10))) return [];
    const spans = hours.days[WEEKDAYS[new Date(day).getUTCDay()]!] ?? [];
    return spans.map(({ from, to }) => interval(table, day + minutes(from), day + minutes(to)));
  });
}

function dailyIntervals({ from, to }: DailyHours, table: ZoneTable, at: number): Interval[] {
  const [start, end] = [minutes(from), minutes(to)];
  const endOfDay = end <= start ? end + DAY_MS : end;
  return daysFrom(table, at, 2).map((day) => interval(table, day + start, day + endOfDay));
}

function interval(table: ZoneTable, from: number, to: number): Interval {
  return { from: instantOf(table, from).at, to: instantOf(table, to).at };
}

/** Walls of midnight of the days around and after an instant, beginning with the day before. */
function daysFrom(table: ZoneTable, at: number, ahead: number): number[] {
  const today = Math.floor(wallOf(table, at) / DAY_MS) * DAY_MS;
  return Array.from({ length: ahead + 2 }, (_, index) => today + (index - 1) * DAY_MS);
}

function minutes(text: string): number {
  return (Number(text.slice(0, 2)) * 60 + Number(text.slice(3))) * MINUTE_MS;
}
