import type { Model, QueryFilter } from 'mongoose';

/**
 * Pages without `skip` and within bounded ranges: a database may read the whole range that a query names, whatever its
 * limit (the embedded one does). So a range is asked for that should hold a page, and widened until it does.
 */
const GROWTH = 4;
/** Positions asked for first, for each item of a page. */
const POSITIONS_PER_ITEM = 6;

/** The last `limit` documents of a conversation below the position `before` (null: from the end), newest first. */
export async function pageBackwards<T extends { position: number | null }>(
  model: Model<T>,
  filter: QueryFilter<T>,
  before: number | null,
  limit: number,
  endPosition?: number,
): Promise<T[]> {
  const end = before ?? (endPosition ?? 0) + 1;
  for (let width = limit * POSITIONS_PER_ITEM; ; width *= GROWTH) {
    const start = Math.max(end - width, 0);
    const range = { position: { $lt: end, $gte: start } };
    const found = (await model.find({ $and: [filter, range] } as QueryFilter<T>).sort({ position: -1 }).limit(limit).lean()) as T[];
    if (found.length === limit || start === 0) return found;
  }
}

const DAY_MS = 86_400_000;
const FIRST_WINDOW_DAYS = 7;
const WINDOWS = 6;

/** A place in a list that is sorted by time: the last row that was shown. */
export interface TimeKey {
  at: Date;
  id: string;
}

/**
 * Ranges of time to look for a page in, narrow first; the last has no end. Newest first they reach back from `after` (or
 * now); oldest first they reach on from `after`, or up from the beginning.
 */
export function timeWindows(sort: 'newest' | 'oldest', after: TimeKey | null, now: number): Record<string, Date>[] {
  const widths = Array.from({ length: WINDOWS }, (_, index) => FIRST_WINDOW_DAYS * GROWTH ** index * DAY_MS);
  if (sort === 'newest') {
    const from = after?.at.getTime() ?? now;
    // Without a cursor nothing bounds the top: clocks differ, and the newest row may be of the next millisecond.
    const top = after ? { $lte: after.at } : {};
    return [...widths.map((width) => ({ ...top, $gte: new Date(from - width) })), { ...top, $gte: new Date(0) }];
  }
  if (after) {
    const from = after.at.getTime();
    return [...widths.map((width) => ({ $gte: after.at, $lte: new Date(from + width) })), { $gte: after.at }];
  }
  return [...widths.toReversed().map((width) => ({ $lte: new Date(now - width) })), { $gte: new Date(0) }];
}

/** The condition that leaves out what a list sorted by (`field`, `_id`) has shown already. */
export function beyond(field: string, sort: 'newest' | 'oldest', after: TimeKey | null): Record<string, unknown> {
  if (!after) return {};
  const operator = sort === 'newest' ? '$lt' : '$gt';
  return { $or: [{ [field]: { [operator]: after.at } }, { [field]: after.at, _id: { [operator]: after.id } }] };
}

/** A cursor as clients see it: opaque. */
export function cursorOf({ at, id }: TimeKey): string {
  return Buffer.from(`${at.getTime()}/${id}`).toString('base64url');
}

/** The key of a cursor; null for one that is malformed. */
export function parseCursor(cursor: string): TimeKey | null {
  const match = /^(\d{1,15})\/([\w.-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return match ? { at: new Date(Number(match[1])), id: match[2]! } : null;
}
