import * as z from 'zod/mini';

/**
 * Hours of a week and of a day, and time zones as data. What a conversation holds of a zone is the instants at which its
 * offset changes, so that its arithmetic is pure and replays alike whatever ICU data a worker has.
 */

const HHMM = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 09:00'));
const EndHHMM = z.string().check(z.regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time such as 18:00'));

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Day = (typeof DAYS)[number];

const Span = z
  .strictObject({ from: HHMM, to: EndHHMM })
  .check(z.refine((span) => span.from < span.to, { error: 'must end after it begins', path: ['to'] }));

/** Opening hours; a day that is not named is closed. */
export const BusinessHours = z.strictObject({
  days: z.partialRecord(z.enum(DAYS), z.array(Span).check(z.maxLength(4))),
  /** Dates (`2026-12-25`) on which the dealership is closed. */
  holidays: z.array(z.iso.date()).check(z.maxLength(60)),
});
export type BusinessHours = z.infer<typeof BusinessHours>;

/** Hours of each day; `to` before `from` means past midnight. */
export const DailyHours = z.strictObject({ from: HHMM, to: EndHHMM });
export type DailyHours = z.infer<typeof DailyHours>;

/** A zone's offsets from UTC; the first holds from the beginning of the table on. Compiled by `zoneTable`. */
export interface ZoneTable {
  zone: string;
  changes: { at: number; offsetMs: number }[];
}

const DAY_MS = 86_400_000;
const TABLE_MS = 730 * DAY_MS;

/** The zone's offset changes from `from` on, for two years; null for a name that is no zone. Uses the machine's own zone data. */
export function zoneTable(zone: string, from: number): ZoneTable | null {
  const offset = offsetReader(zone);
  if (!offset) return null;
  const changes = [{ at: from, offsetMs: offset(from) }];
  for (let at = from; at < from + TABLE_MS; at += DAY_MS) {
    const before = offset(at);
    if (offset(at + DAY_MS) !== before) changes.push(changeBetween(at, at + DAY_MS, before, offset));
  }
  return { zone, changes };
}

/** Halves the day until the second of the change is found. */
function changeBetween(from: number, to: number, before: number, offset: (at: number) => number) {
  let [low, high] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle * 1000) === before) low = middle;
    else high = middle;
  }
  return { at: high * 1000, offsetMs: offset(high * 1000) };
}

/** The zone's offset from UTC at an instant, in milliseconds; 0 for a name that is no zone. For code outside of workflows. */
export function offsetOf(zone: string, at: number): number {
  return offsetReader(zone)?.(at) ?? 0;
}

function offsetReader(zone: string): ((at: number) => number) | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch {
    return null;
  }
  return (at) => {
    const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours, minutes] = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(name) ?? [];
    if (hours === undefined) return 0;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  };
}
