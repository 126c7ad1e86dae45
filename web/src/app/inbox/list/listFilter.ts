import type { BulkFilter } from '@leadline/contract/bulk.ts';
import { CHANNELS, STATUSES, type Channel, type ConversationStatus } from '@leadline/contract/names.ts';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import { unreadCount } from '../rows.ts';

/** What the list shows. All of it is in the address, so that it can be shared and the back button works. */
export interface ListFilter {
  view: 'mine' | 'all' | 'unassigned';
  /** A team member whose conversations are shown. */
  assignee: string | null;
  status: ConversationStatus | null;
  channel: Channel | null;
  stage: string | null;
  unread: boolean;
  q: string;
  sort: 'newest' | 'oldest';
}

/** The filter as query parameters; null for what is as usual. */
export type FilterQuery = Record<keyof ListFilter, string | null>;

export const NO_FILTER: ListFilter = {
  view: 'all',
  assignee: null,
  status: null,
  channel: null,
  stage: null,
  unread: false,
  q: '',
  sort: 'newest',
};

/** Reads the filter from the address; what makes no sense there is as if it were not. */
export function filterFrom(query: Partial<Record<keyof ListFilter, string | undefined>>): ListFilter {
  return {
    view: oneOf(['mine', 'unassigned'] as const, query.view) ?? 'all',
    assignee: query.assignee || null,
    status: oneOf(STATUSES, query.status),
    channel: oneOf(CHANNELS, query.channel),
    stage: query.stage || null,
    unread: query.unread === 'true',
    q: query.q ?? '',
    sort: query.sort === 'oldest' ? 'oldest' : 'newest',
  };
}

/** The filter as the address and the API take it. */
export function queryOf(filter: ListFilter): FilterQuery {
  return {
    view: filter.view === 'all' ? null : filter.view,
    assignee: filter.assignee,
    status: filter.status,
    channel: filter.channel,
    stage: filter.stage,
    unread: filter.unread ? 'true' : null,
    q: filter.q.trim() || null,
    sort: filter.sort === 'oldest' ? 'oldest' : null,
  };
}

/** The filter as an action over all that fit it takes it. */
export function bulkFilterOf({ view, assignee, status, channel, stage, unread, q }: ListFilter): BulkFilter {
  return {
    view,
    unread,
    ...(assignee !== null && { assignee }),
    ...(status !== null && { status }),
    ...(channel !== null && { channel }),
    ...(stage !== null && { stage }),
    ...(q.trim() !== '' && { q: q.trim() }),
  };
}

/** Whether anything but the channel, the search and the order is narrowed. */
export function isNarrowed(filter: ListFilter): boolean {
  return (
    filter.view !== 'all' ||
    filter.assignee !== null ||
    filter.status !== null ||
    filter.stage !== null ||
    filter.unread
  );
}

/** Whether a row belongs into the list, apart from the search, which only the server can answer for texts. */
export function matches(row: ConversationRow, filter: ListFilter, userId: string): boolean {
  const people = [row.ownerId, ...row.assigneeIds];
  if (filter.view === 'mine' && !people.includes(userId)) return false;
  if (filter.view === 'unassigned' && (row.ownerId !== null || row.assigneeIds.length > 0)) return false;
  if (filter.assignee !== null && !people.includes(filter.assignee)) return false;
  if (filter.status !== null && row.status !== filter.status) return false;
  if (filter.channel !== null && row.channel !== filter.channel) return false;
  if (filter.stage !== null && row.stage !== filter.stage) return false;
  return !filter.unread || row.readInboundCount === null || unreadCount(row) > 0;
}

/** Whether a search finds the row by its name or number: each typed word begins a word, or the digits are in the number. */
export function isFoundByContact(row: ConversationRow, q: string): boolean {
  const digits = q.replace(/\D/g, '');
  if (digits.length >= 3 && /^[\d\s()+.\-/]+$/.test(q) && row.contact.address.replace(/\D/g, '').includes(digits))
    return true;
  const typed = wordsOf(q);
  const name = wordsOf(row.contact.name);
  return typed.length > 0 && typed.every((word) => name.some((part) => part.startsWith(word)));
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function oneOf<const T extends string>(values: readonly T[], value: string | undefined): T | null {
  return values.find((one) => one === value) ?? null;
}
