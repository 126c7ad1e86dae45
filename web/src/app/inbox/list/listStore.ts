import { computed, inject, Service, signal } from '@angular/core';
import type { Change } from '@leadline/contract/realtime.ts';
import { ConversationRow, Counts } from '@leadline/contract/rest.ts';
import { Api, messageOf, pageOf } from '../../core/api.ts';
import { Realtime } from '../../core/realtime.ts';
import { Session } from '../../core/session.ts';
import { Rows } from '../rows.ts';
import { isFoundByContact, matches, NO_FILTER, queryOf, type ListFilter } from './listFilter.ts';

const PAGE = 50;
const COUNTS_AFTER_MS = 400;
const ListPage = pageOf(ConversationRow);

type Phase = { is: 'loading' } | { is: 'ready' } | { is: 'failed'; why: string };

/** The list of conversations under the current filter, kept right by what the socket says. */
@Service()
export class ListStore {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly rowsById = inject(Rows);

  private readonly currentFilter = signal<ListFilter>(NO_FILTER);
  /** Ids that the server gave for this filter, and those that came in since. */
  private readonly ids = signal<ReadonlySet<string>>(new Set());
  private readonly cursor = signal<string | null>(null);
  private readonly currentPhase = signal<Phase>({ is: 'loading' });
  private readonly moreProblem = signal<string | null>(null);
  private readonly isLoadingMore = signal(false);
  private readonly currentCounts = signal<Counts | null>(null);
  private readonly openId = signal<string | null>(null);
  private run = 0;
  private countsTimer: ReturnType<typeof setTimeout> | null = null;

  readonly filter = this.currentFilter.asReadonly();
  readonly phase = this.currentPhase.asReadonly();
  readonly counts = this.currentCounts.asReadonly();
  /** Why the next page did not come. */
  readonly problemWithMore = this.moreProblem.asReadonly();
  readonly hasMore = computed(() => this.cursor() !== null);

  /** In the order of the screen. */
  readonly rows = computed<ConversationRow[]>(() => {
    const [all, filter, userId, openId] = [this.rowsById.all(), this.filter(), this.session.userId(), this.openId()];
    const rows: ConversationRow[] = [];
    for (const id of this.ids()) {
      const row = all.get(id);
      // Reading an unread conversation must not take it away under one's hands.
      if (row && matches(row, id === openId ? { ...filter, unread: false } : filter, userId)) rows.push(row);
    }
    const direction = filter.sort === 'newest' ? -1 : 1;
    return rows.sort((a, b) => direction * compare(a, b));
  });

  constructor() {
    inject(Realtime).listen({
      change: (change) => this.applyChange(change),
      read: ({ conversationId, readInboundCount }) => {
        this.rowsById.patch(conversationId, { readInboundCount });
        this.refreshCounts();
      },
      reload: () => void this.reload(),
    });
  }

  /** Shows the conversations of a filter from the top. */
  async show(filter: ListFilter): Promise<void> {
    const run = ++this.run;
    this.currentFilter.set(filter);
    this.ids.set(new Set());
    this.cursor.set(null);
    this.moreProblem.set(null);
    this.currentPhase.set({ is: 'loading' });
    this.refreshCounts();
    try {
      const page = await this.fetch(null, PAGE);
      if (run !== this.run) return;
      this.rowsById.take(page.items);
      this.ids.set(new Set(page.items.map((row) => row.id)));
      this.cursor.set(page.next);
      this.currentPhase.set({ is: 'ready' });
    } catch (error) {
      if (run === this.run) this.currentPhase.set({ is: 'failed', why: messageOf(error) });
    }
  }

  retry(): void {
    void this.show(this.filter());
  }

  /** Loads the next page, if there is one. */
  async loadMore(): Promise<void> {
    const cursor = this.cursor();
    if (cursor === null || this.isLoadingMore()) return;
    const run = this.run;
    this.isLoadingMore.set(true);
    this.moreProblem.set(null);
    try {
      const page = await this.fetch(cursor, PAGE);
      if (run !== this.run) return;
      this.rowsById.take(page.items);
      this.ids.update((ids) => new Set([...ids, ...page.items.map((row) => row.id)]));
      this.cursor.set(page.next);
    } catch (error) {
      if (run === this.run) this.moreProblem.set(messageOf(error));
    } finally {
      this.isLoadingMore.set(false);
    }
  }

  /** Names the open conversation. */
  setOpen(id: string | null): void {
    this.openId.set(id);
  }

  /** Tab numbers, a moment later: news come in bursts. */
  refreshCounts(): void {
    this.countsTimer ??= setTimeout(async () => {
      this.countsTimer = null;
      const counts = await this.api.get('/counts', Counts).catch(() => null);
      if (counts) this.currentCounts.set(counts);
    }, COUNTS_AFTER_MS);
  }

  /** The one way in which news change the list. Applying the same again changes nothing. */
  applyChange({ conversationId, row, reload }: Change): void {
    if (row === null) {
      this.rowsById.remove(conversationId);
    } else {
      this.rowsById.take([row], reload);
      if (this.belongs(this.rowsById.get(conversationId) ?? row)) {
        this.ids.update((ids) => (ids.has(row.id) ? ids : new Set([...ids, row.id])));
        void this.rowsById.learnRead(row.id);
      }
    }
    this.refreshCounts();
  }

  /** After a gap: everything that is shown, again, without taking it away meanwhile. */
  private async reload(): Promise<void> {
    if (this.currentPhase().is === 'loading') return;
    if (this.currentPhase().is === 'failed') return this.retry();
    const run = ++this.run;
    const wanted = Math.max(this.ids().size, PAGE);
    const rows: ConversationRow[] = [];
    let cursor: string | null = null;
    try {
      do {
        const page: { items: ConversationRow[]; next: string | null } = await this.fetch(cursor, Math.min(wanted, 100));
        if (run !== this.run) return;
        rows.push(...page.items);
        cursor = page.next;
      } while (cursor !== null && rows.length < wanted);
    } catch {
      return; // The connection has gone again; its return asks once more.
    }
    this.rowsById.take(rows);
    this.ids.set(new Set(rows.map((row) => row.id)));
    this.cursor.set(cursor);
    this.refreshCounts();
  }

  private belongs(row: ConversationRow): boolean {
    const filter = this.filter();
    if (this.ids().has(row.id) || !matches(row, filter, this.session.userId())) return false;
    if (filter.q.trim() !== '' && !isFoundByContact(row, filter.q)) return false;
    if (this.cursor() === null) return true;
    // Beyond the last loaded row it comes with its page.
    const last = this.rows().at(-1);
    return !last || (filter.sort === 'newest' ? compare(row, last) > 0 : compare(row, last) < 0);
  }

  private fetch(cursor: string | null, limit: number) {
    return this.api.get('/conversations', ListPage, { ...queryOf(this.filter()), cursor, limit });
  }
}

function compare(a: ConversationRow, b: ConversationRow): number {
  if (a.lastActivityAt !== b.lastActivityAt) return a.lastActivityAt < b.lastActivityAt ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
