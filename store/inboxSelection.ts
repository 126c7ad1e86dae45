import type { BulkFilter } from '@leadline/contract/bulk.ts';
import { filterOf, searchHits, type RowFilter } from './inboxList.ts';
import type { Models } from './models/index.ts';
import type { Scope } from './scope.ts';
import { searchTerms } from './searchTokens.ts';

/** Hits of a search that are read at once. */
const CHUNK = 100;

/**
 * Ids of the conversations that fit a filter, in order of id: an action that takes them out of the filter moves none of
 * the others, so that going on after the last one neither skips nor repeats any.
 */
export async function selectIds(
  models: Models,
  scope: Scope,
  userId: string,
  filter: BulkFilter,
  { after, limit }: { after: string | null; limit: number },
): Promise<string[]> {
  const fits = fitting(filter, userId);
  const found = await hitsOf(models, scope, filter);
  if (found === null) return idsOf(models, scope, after === null ? fits : { ...fits, _id: { $gt: after } }, limit);
  const left = found.filter((id) => after === null || id > after);
  const ids: string[] = [];
  for (let start = 0; start < left.length && ids.length < limit; start += CHUNK) {
    const chunk = { ...fits, _id: { $in: left.slice(start, start + CHUNK) } };
    ids.push(...(await idsOf(models, scope, chunk, limit - ids.length)));
  }
  return ids;
}

/** How many fit a filter now. */
export async function countSelected(models: Models, scope: Scope, userId: string, filter: BulkFilter): Promise<number> {
  const fits = fitting(filter, userId);
  const found = await hitsOf(models, scope, filter);
  return scope.count(models.conversations, found === null ? fits : { ...fits, _id: { $in: found } });
}

function fitting({ unread, ...filter }: BulkFilter, userId: string): RowFilter {
  return { ...filterOf({ ...filter, unread: unread ? 'true' : 'false' }, userId), deleted: { $ne: true } };
}

/** What the filter's search finds, in order of id; null when it has none. */
async function hitsOf(models: Models, scope: Scope, { q = '' }: BulkFilter): Promise<string[] | null> {
  if (q.trim() === '') return null;
  return (await searchHits(models, scope, searchTerms(q))).map((key) => key.id).sort();
}

async function idsOf(models: Models, scope: Scope, filter: RowFilter, limit: number): Promise<string[]> {
  const rows = await scope.find(models.conversations, filter, { sort: { _id: 1 }, limit, projection: { _id: 1 } });
  return rows.map((row) => row._id);
}
