import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Models } from './models/index.ts';
import type { JournalEntry } from './models/journal.ts';
import { cursorOf, parseCursor, type TimeKey } from './pages.ts';

/** The journal as it grows: what realtime and, later, outgoing webhooks are fed from. */
export interface Journal {
  /**
   * Hands every new entry of all dealerships to `handler`, soon after it was written, in batches. Survives errors of the
   * database: it opens the stream anew and re-reads from where it was, so an entry may come twice.
   */
  watch(handler: (entries: JournalEntry[]) => void, options?: WatchOptions): JournalWatch;
  /** Entries of a dealership after a cursor, oldest first, with an overlap: some may be known already. Null: the cursor is malformed. */
  since(
    dealershipId: string,
    cursor: string,
    limit: number,
  ): Promise<{ entries: JournalEntry[]; complete: boolean } | null>;
}

export interface WatchOptions {
  /** Begin after this cursor instead of now. */
  resumeAfter?: string;
  /** Told of each failure, for the log. */
  onError?: (error: unknown) => void;
}

export interface JournalWatch {
  /** Resolves once the stream is open for the first time. */
  readonly open: Promise<void>;
  close(): Promise<void>;
}

/**
 * Entries are written by many processes with clocks of their own, and become visible when their transaction commits:
 * reading on from a cursor goes back by this much.
 */
const OVERLAP_MS = 10_000;
const REOPEN_MS = 500;
/** Nobody sees so short a wait, and under load one read of the stream brings many entries instead of one. */
const GATHER_MS = 60;
const READ_AGAIN_AT_ONCE = 1_000;

/** The cursor of an entry: clients hand it back to `since`. */
export function journalCursor(entry: Pick<JournalEntry, '_id' | 'committedAt'>): string {
  return cursorOf({ at: entry.committedAt, id: entry._id });
}

/** The cursor of this moment. */
export function journalCursorNow(): string {
  return cursorOf({ at: new Date(), id: '0' });
}

export function createJournal(models: Models): Journal {
  return {
    watch: (handler, options = {}) => watch(models, handler, options),
    async since(dealershipId, cursor, limit) {
      const key = parseCursor(cursor);
      if (!key) return null;
      const entries = await entriesFrom(models, overlapping(key), limit + 1, { dealershipId });
      return { entries: entries.slice(0, limit), complete: entries.length <= limit };
    },
  };
}

function overlapping({ at }: TimeKey): Date {
  return new Date(at.getTime() - OVERLAP_MS);
}

/** Entries from an instant on. An entry is known by its id, so that the next page may begin at the last one's instant. */
function entriesFrom(
  models: Models,
  from: Date,
  limit: number,
  filter: { dealershipId?: string } = {},
): Promise<JournalEntry[]> {
  return models.events
    .find({ ...filter, committedAt: { $gte: from } })
    .sort({ committedAt: 1, _id: 1 })
    .limit(limit)
    .lean();
}

function watch(
  models: Models,
  handler: (entries: JournalEntry[]) => void,
  { resumeAfter, onError }: WatchOptions,
): JournalWatch {
  const closing = new AbortController();
  let last: TimeKey = (resumeAfter === undefined ? null : parseCursor(resumeAfter)) ?? { at: new Date(), id: '0' };
  let stream: ReturnType<typeof openStream> | null = null;
  const firstOpen = Promise.withResolvers<void>();

  const take = (entries: JournalEntry[]): void => {
    if (entries.length === 0) return;
    for (const { _id, committedAt } of entries) if (committedAt >= last.at) last = { at: committedAt, id: _id };
    handler(entries);
  };

  const readAgain = async (): Promise<void> => {
    let from = overlapping(last);
    for (let limit = READ_AGAIN_AT_ONCE; ;) {
      const entries = await entriesFrom(models, from, limit);
      take(entries);
      if (entries.length < limit) return;
      const end = entries.at(-1)!.committedAt;
      // All of them of one instant: then more of that instant are asked for.
      limit = end > from ? READ_AGAIN_AT_ONCE : limit * 2;
      from = end;
    }
  };

  const follow = async (reread: boolean): Promise<void> => {
    const opened = openStream(models);
    stream = opened;
    const first = opened.next();
    // The stream stands once the server has answered: only then may the gap before it be read.
    await Promise.race([once(opened, 'resumeTokenChanged'), first]);
    if (reread) await readAgain();
    firstOpen.resolve();
    for (let next = first; ; next = opened.next()) {
      const changes = [await next];
      while (opened.bufferedCount() > 0) changes.push(await opened.next());
      take(changes.flatMap(entryOf));
      await pause(GATHER_MS, undefined, { signal: closing.signal });
    }
  };

  const run = async (): Promise<void> => {
    for (let reread = resumeAfter !== undefined; !closing.signal.aborted; reread = true) {
      await follow(reread).catch((error: unknown) => {
        if (!closing.signal.aborted) onError?.(error);
      });
      await stream?.close().catch(() => undefined);
      if (!closing.signal.aborted) await pause(REOPEN_MS);
    }
  };
  const running = run();
  return {
    open: firstOpen.promise,
    async close() {
      closing.abort();
      await stream?.close().catch(() => undefined);
      await running;
    },
  };
}

function entryOf(change: ReturnType<typeof openStream> extends AsyncIterable<infer C> ? C : never): JournalEntry[] {
  return change.operationType === 'insert' ? [change.fullDocument as unknown as JournalEntry] : [];
}

function openStream(models: Models) {
  return models.events.collection.watch([{ $match: { operationType: 'insert' } }]);
}
