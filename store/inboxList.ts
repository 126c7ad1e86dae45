import type { QueryFilter } from 'mongoose';
import { AppError } from '@leadline/contract/errors.ts';
import type { ListQuery } from '@leadline/contract/rest.ts';
import type { ConversationDoc } from './models/conversation.ts';
import type { Models } from './models/index.ts';
import { compareKeys, cursorOf, parseCursor, tiesOf, timeWindows, type Sort, type TimeKey } from './pages.ts';
import type { Scope } from './scope.ts';
import { searchTerms, type SearchTerms } from './searchTokens.ts';

export type RowFilter = QueryFilter<ConversationDoc>;

/** What narrows the list, without search, order and page. */
export type ListFilter = Pick<ListQuery, 'view' | 'status' | 'channel' | 'stage' | 'assignee' | 'unread'>;

/** A search looks at this many of the newest hits, by name, by number and by text each. */
const MAX_HITS = 1_000;
/** Hits that are read at once. */
const CHUNK = 100;

/** One page of the inbox, by last activity, and the cursor of the next. */
export async function listRows(
  models: Models,
  scope: Scope,
  userId: string,
  query: ListQuery,
): Promise<{ rows: ConversationDoc[]; next: string | null }> {
  const after = query.cursor === undefined ? null : parseCursor(query.cursor);
  if (query.cursor !== undefined && !after)
    throw new AppError('invalid', 'The cursor is malformed: take it from the last page.');
  const wanted = query.limit + 1;
  const filter = filterOf(query, userId);
  const q = query.q?.trim() ?? '';
  const found =
    q === ''
      ? await rowsByTime(models, scope, filter, query.sort, after, wanted)
      : await rowsBySearch(models, scope, filter, query.sort, after, wanted, searchTerms(q));
  const rows = found.slice(0, query.limit);
  const last = rows.at(-1);
  return {
    rows,
    next: found.length > query.limit && last ? cursorOf({ at: last.lastActivityAt, id: last._id }) : null,
  };
}

/** Rows that fit a filter, apart from its search. */
export function filterOf(query: ListFilter, userId: string): RowFilter {
  const people = [
    ...(query.view === 'mine' ? [userId] : []),
    ...(query.assignee === undefined ? [] : [query.assignee]),
  ];
  return {
    ...(people.length > 0 && { people: people.length === 1 ? people[0]! : { $all: people } }),
    ...(query.view === 'unassigned' && { unassigned: true }),
    ...(query.status !== undefined && { status: query.status }),
    ...(query.channel !== undefined && { channel: query.channel }),
    ...(query.stage !== undefined && { stage: query.stage }),
    ...(query.unread === 'true' && unreadBy(userId)),
  };
}

/** Rows with an inbound message that this user has not read. */
export function unreadBy(userId: string): RowFilter {
  return { inboundCount: { $gt: 0 }, readBy: { $ne: userId } };
}

async function rowsByTime(
  models: Models,
  scope: Scope,
  filter: RowFilter,
  sort: Sort,
  after: TimeKey | null,
  wanted: number,
): Promise<ConversationDoc[]> {
  const ties = after
    ? await find(models, scope, { ...filter, ...tiesOf('lastActivityAt', sort, after) }, sort, wanted)
    : [];
  if (ties.length === wanted) return ties;
  let found: ConversationDoc[] = [];
  for (const lastActivityAt of timeWindows(sort, after, Date.now())) {
    found = await find(models, scope, { ...filter, lastActivityAt }, sort, wanted);
    if (ties.length + found.length >= wanted) break;
  }
  return [...ties, ...found].slice(0, wanted);
}

function find(models: Models, scope: Scope, filter: RowFilter, sort: Sort, limit: number): Promise<ConversationDoc[]> {
  const direction = sort === 'newest' ? -1 : 1;
  return scope.find(models.conversations, filter, {
    sort: { lastActivityAt: direction, _id: direction },
    limit,
    projection: { searchTokens: 0 },
  });
}

/** Reads the hits of a search in order until the page is full. */
async function rowsBySearch(
  models: Models,
  scope: Scope,
  filter: RowFilter,
  sort: Sort,
  after: TimeKey | null,
  wanted: number,
  terms: SearchTerms,
): Promise<ConversationDoc[]> {
  const keys = (await searchHits(models, scope, terms))
    .filter((key) => !after || compareKeys(sort, key, after) > 0)
    .toSorted((a, b) => compareKeys(sort, a, b));
  const rows: ConversationDoc[] = [];
  for (let start = 0; start < keys.length && rows.length < wanted; start += CHUNK) {
    const ids = keys.slice(start, start + CHUNK).map((key) => key.id);
    rows.push(...(await find(models, scope, { ...filter, _id: { $in: ids } }, sort, CHUNK)));
  }
  return rows.slice(0, wanted);
}

/** Looks for names, numbers and texts apart, each by one token that an index holds. */
export async function searchHits(models: Models, scope: Scope, terms: SearchTerms): Promise<TimeKey[]> {
  const hits = await Promise.all([
    byName(models, scope, terms),
    byPhone(models, scope, terms),
    byText(models, scope, terms),
  ]);
  return [...new Map(hits.flat().map((key) => [key.id, key])).values()];
}

async function byName(models: Models, scope: Scope, { name }: SearchTerms): Promise<TimeKey[]> {
  if (name.length === 0) return [];
  const hits = await rowsWithToken(models, scope, longest(name));
  return hits.filter((row) => name.every((token) => row.searchTokens.includes(token))).map(keyOf);
}

async function byPhone(models: Models, scope: Scope, { phone }: SearchTerms): Promise<TimeKey[]> {
  if (!phone) return [];
  const hits = await rowsWithToken(models, scope, phone.token);
  return hits.filter((row) => row.digits.includes(phone.digits)).map(keyOf);
}

function rowsWithToken(models: Models, scope: Scope, token: string): Promise<ConversationDoc[]> {
  const projection = { lastActivityAt: 1, searchTokens: 1, digits: 1 };
  return scope.find(
    models.conversations,
    { searchTokens: token },
    { sort: { lastActivityAt: -1 }, limit: MAX_HITS, projection },
  );
}

async function byText(models: Models, scope: Scope, { text }: SearchTerms): Promise<TimeKey[]> {
  if (text.length === 0) return [];
  const projection = { conversationId: 1, tokens: 1, at: 1 };
  const hits = await scope.find(
    models.messages,
    { tokens: longest(text) },
    { sort: { at: -1 }, limit: MAX_HITS, projection },
  );
  const ids = new Set(
    hits
      .filter((message) => text.every((word) => message.tokens.includes(word)))
      .map((message) => message.conversationId),
  );
  const rows = await scope.find(
    models.conversations,
    { _id: { $in: [...ids] } },
    { projection: { lastActivityAt: 1 } },
  );
  return rows.map(keyOf);
}

function keyOf({ _id, lastActivityAt }: ConversationDoc): TimeKey {
  return { at: lastActivityAt, id: _id };
}

/** The longest word is the rarest, more often than not. */
function longest(words: string[]): string {
  return words.reduce((a, b) => (b.length > a.length ? b : a));
}
