import type { QueryFilter } from 'mongoose';
import { AppError } from '@leadline/contract/errors.ts';
import type { ListQuery } from '@leadline/contract/rest.ts';
import type { ConversationDoc } from './models/conversation.ts';
import type { Models } from './models/index.ts';
import { beyond, cursorOf, parseCursor, timeWindows, type TimeKey } from './pages.ts';
import type { Scope } from './scope.ts';
import { searchTerms, type SearchTerms } from './searchTokens.ts';

type RowFilter = QueryFilter<ConversationDoc>;

/** A search for a word in messages looks at this many of the newest hits. */
const TEXT_HITS = 200;

/** One page of the inbox, by last activity, and the cursor of the next. */
export async function listRows(
  models: Models,
  scope: Scope,
  userId: string,
  query: ListQuery,
): Promise<{ rows: ConversationDoc[]; next: string | null }> {
  const after = query.cursor === undefined ? null : parseCursor(query.cursor);
  if (query.cursor !== undefined && !after) throw new AppError('invalid', 'The cursor is malformed: take it from the last page.');
  const wanted = query.limit + 1;
  const filter = filterOf(query, userId);
  const q = query.q?.trim() ?? '';
  const found = q === '' ? await rowsByTime(models, scope, filter, query.sort, after, wanted) : await rowsBySearch(models, scope, filter, query.sort, after, wanted, searchTerms(q));
  const rows = found.slice(0, query.limit);
  const last = rows.at(-1);
  return { rows, next: found.length > query.limit && last ? cursorOf({ at: last.lastActivityAt, id: last._id }) : null };
}

function filterOf(query: ListQuery, userId: string): RowFilter {
  const people = [...(query.view === 'mine' ? [userId] : []), ...(query.assignee === undefined ? [] : [query.assignee])];
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

async function rowsByTime(models: Models, scope: Scope, filter: RowFilter, sort: ListQuery['sort'], after: TimeKey | null, wanted: number): Promise<ConversationDoc[]> {
  let found: ConversationDoc[] = [];
  for (const lastActivityAt of timeWindows(sort, after, Date.now())) {
    found = await find(models, scope, { ...filter, lastActivityAt }, sort, after, wanted);
    if (found.length === wanted) break;
  }
  return found;
}

/** Names, numbers and texts are looked up apart, each by its own index, and merged: a page holds the first of all of them. */
async function rowsBySearch(
  models: Models,
  scope: Scope,
  filter: RowFilter,
  sort: ListQuery['sort'],
  after: TimeKey | null,
  wanted: number,
  terms: SearchTerms,
): Promise<ConversationDoc[]> {
  const ways: RowFilter[] = [];
  if (terms.name.length > 0) ways.push({ searchTokens: { $all: terms.name } });
  if (terms.phone) ways.push({ searchTokens: terms.phone.token, digits: { $regex: terms.phone.digits } });
  if (terms.text.length > 0) ways.push({ _id: { $in: await conversationsWithText(models, scope, terms.text) } });
  const found = await Promise.all(ways.map((way) => find(models, scope, { ...filter, ...way }, sort, after, wanted)));
  const rows = [...new Map(found.flat().map((row) => [row._id, row])).values()];
  return rows.toSorted((a, b) => (sort === 'newest' ? compare(b, a) : compare(a, b))).slice(0, wanted);
}

function compare(a: ConversationDoc, b: ConversationDoc): number {
  return a.lastActivityAt.getTime() - b.lastActivityAt.getTime() || (a._id < b._id ? -1 : 1);
}

async function conversationsWithText(models: Models, scope: Scope, words: string[]): Promise<string[]> {
  let ids: string[] = [];
  for (const at of timeWindows('newest', null, Date.now())) {
    const hits = await scope.find(models.messages, { tokens: { $all: words }, at }, { sort: { at: -1 }, limit: TEXT_HITS, projection: { conversationId: 1 } });
    ids = hits.map((hit) => hit.conversationId);
    if (hits.length === TEXT_HITS) break;
  }
  return [...new Set(ids)];
}

function find(models: Models, scope: Scope, filter: RowFilter, sort: ListQuery['sort'], after: TimeKey | null, limit: number): Promise<ConversationDoc[]> {
  const direction = sort === 'newest' ? -1 : 1;
  return scope.find(
    models.conversations,
    { ...filter, ...beyond('lastActivityAt', sort, after) },
    { sort: { lastActivityAt: direction, _id: direction }, limit, projection: { searchTokens: 0 } },
  );
}
