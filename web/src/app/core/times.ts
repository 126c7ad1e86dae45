/** How instants and spans are written. All instants are milliseconds since 1970, shown in the reader's own zone. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** From then on a weekday would be taken for the one before it. */
const WEEK_S = 6 * 86_400;

const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const DAY_WITH_YEAR = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const LONG_DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

interface Formats {
  clock: Intl.DateTimeFormat;
  weekday: Intl.DateTimeFormat;
  day: Intl.DateTimeFormat;
  exact: Intl.DateTimeFormat;
}
const formats = new Map<string | null, Formats>();

/** Made once for each zone, because making them is slow; null is this device's own. */
function formatsOf(zone: string | null): Formats {
  const known = formats.get(zone);
  if (known) return known;
  const place = zone === null ? {} : { timeZone: zone };
  const made = {
    clock: new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', ...place }),
    weekday: new Intl.DateTimeFormat(undefined, { weekday: 'short', ...place }),
    day: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', ...place }),
    exact: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', ...place }),
  };
  formats.set(zone, made);
  return made;
}

/** "2:31 PM" */
export function clockTime(at: number, zone: string | null = null): string {
  return formatsOf(zone).clock.format(at);
}

/** The whole instant, for tooltips and tables. */
export function exactTime(at: number, zone: string | null = null): string {
  return formatsOf(zone).exact.format(at);
}

/** "Mar 3, 2026" */
export function dateText(at: number): string {
  return DAY_WITH_YEAR.format(at);
}

/** How long ago: "now", "2m", "5h", "3d", then the date. */
export function ago(at: number, now: number): string {
  const passed = Math.max(now - at, 0);
  if (passed < MINUTE_MS) return 'now';
  if (passed < HOUR_MS) return `${Math.floor(passed / MINUTE_MS)}m`;
  if (passed < DAY_MS) return `${Math.floor(passed / HOUR_MS)}h`;
  if (passed < 7 * DAY_MS) return `${Math.floor(passed / DAY_MS)}d`;
  return sameYear(at, now) ? DAY.format(at) : DAY_WITH_YEAR.format(at);
}

/** How long until: "0:42" below an hour, then "3h 05m"; a day and more ahead it is the time there, "Tue 9:00 AM",
 * and from six days on the date, "Mar 14, 9:00 AM". Never negative. */
export function countdown(at: number, now: number, zone: string | null = null): string {
  const left = Math.max(Math.ceil((at - now) / 1000), 0);
  if (left >= WEEK_S) return `${formatsOf(zone).day.format(at)}, ${clockTime(at, zone)}`;
  if (left >= DAY_MS / 1000) return `${formatsOf(zone).weekday.format(at)} ${clockTime(at, zone)}`;
  if (left >= HOUR_MS / 1000) return `${Math.floor(left / 3600)}h ${pad(Math.floor((left % 3600) / 60))}m`;
  return `${Math.floor(left / 60)}:${pad(left % 60)}`;
}

/** Something planned is late after this: what does it stands still. */
const LATE_MS = 60_000;

/** Whether something planned should long have happened. */
export function isLate(at: number, now: number): boolean {
  return now - at > LATE_MS;
}

/** Whether an instant has come, to the second that a countdown shows. */
export function hasCome(at: number, now: number): boolean {
  return at <= now;
}

/** Heading of a day in a thread: "Today", "Yesterday", "Monday, 3 March". */
export function dayName(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return sameYear(at, now) ? LONG_DAY.format(at) : DAY_WITH_YEAR.format(at);
}

/** Midnight before an instant. */
export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
