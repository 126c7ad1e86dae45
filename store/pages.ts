import type { ClientSession, Model, QueryFilter } from 'mongoose';

/**
 * Pages without `skip` and within bounded ranges: a database may read the whole range that a query names, whatever its
 * limit (the embedded one does). So a range is asked for that should hold a page, and widened until it does. The embedded
 * one also leaves an index aside as soon as a query names a field more than it has, or holds an `$or`.
 */
const GROWTH = 4;
/** Positions asked for first, for each item of a page. */
const POSITIONS_PER_ITEM = 6;

export interface BackwardsPage<T> {
  /** Below this position. */
  before: number;
  limit: number;
  /** Leaves others out; not part of the query, which then is served by the index of positions alone. */
  only?: (document: T) => boolean;
  session?: ClientSession;
}

/** The last documents of a conversation below a position, newest first. `filter` names dealership and conversation. */
export async function pageBackwards<T extends { position: number | null }>(
  model: Model<T>,
  filter: QueryFilter<T>,
  { before, limit, only, session }: BackwardsPage<T>,
): Promise<T[]> {
  for (let width = limit * POSITIONS_PER_ITEM; ; width *= GROWTH) {
    const start = Math.max(before - width, 1);
    const query = model
      .find({ ...filter, position: { $lt: before, $gte: start } }, null, session ? { session } : {})
      .sort({ position: -1 });
    const found = (await (only ? query : query.limit(limit)).lean()) as T[];
    const wanted = only ? found.filter(only).slice(0, limit) : found;
    if (wanted.length === limit || start === 1) return wanted;
  }
}

const DAY_MS = 86_400_000;
const FIRST_WINDOW_DAYS = 7;
const WINDOWS = 6;

export type Sort = 'newest' | 'oldest';

/** A place in a list that is sorted by time: the last row that was shown. */
export interface TimeKey {
  at: Date;
  id: string;
}

/**
 * Ranges of time to look for a page in, narrow first; the last has no end. They lie beyond `after`: rows of that very
 * instant are asked for apart (`tiesOf`). Newest first they reach back from there (or now); oldest first they reach on,
 * or up from the beginning.
 */
export function timeWindows(sort: Sort, after: TimeKey | null, now: number): Record<string, Date>[] {
  const widths = Array.from({ length: WINDOWS }, (_, index) => FIRST_WINDOW_DAYS * GROWTH ** index * DAY_MS);
  if (sort === 'newest') {
    const from = after?.at.getTime() ?? now;
    // Without a cursor nothing bounds the top: clocks differ, and the newest row may be of the next millisecond.
    const top = after ? { $lt: after.at } : {};
    return [...widths.map((width) => ({ ...top, $gte: new Date(from - width) })), { ...top, $gte: new Date(0) }];
  }
  if (after) {
    const from = after.at.getTime();
    return [...widths.map((width) => ({ $gt: after.at, $lte: new Date(from + width) })), { $gt: after.at }];
  }
  return [...widths.toReversed().map((width) => ({ $lte: new Date(now - width) })), { $gte: new Date(0) }];
}

/** Rows of the same instant as the last one that was shown, which come after it. */
export function tiesOf(field: string, sort: Sort, { at, id }: TimeKey): Record<string, unknown> {
  return { [field]: at, _id: sort === 'newest' ? { $lt: id } : { $gt: id } };
}

/** Orders by (time, id). */
export function compareKeys(sort: Sort, a: TimeKey, b: TimeKey): number {
  const ascending = a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return sort === 'newest' ? -ascending : ascending;
}

/** A cursor as clients see it: opaque. */
export function cursorOf({ at, id }: TimeKey): string {
  return Buffer.from(`${at.getTime()}/${id}`).toString('base64url');
}

/** The end of the year 9999: no database stores more. */
const LAST_INSTANT = Date.UTC(9999, 11, 31);

/** The key of a cursor; null for one that is malformed. */
export function parseCursor(cursor: string): TimeKey | null {
  const match = /^(\d{1,15})\/([\w.-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const at = Number(match?.[1] ?? Infinity);
  return match && at <= LAST_INSTANT ? { at: new Date(at), id: match[2]! } : null;
}
