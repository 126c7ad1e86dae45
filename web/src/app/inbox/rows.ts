import { inject, Service, signal } from '@angular/core';
import { ConversationView, type ConversationRow } from '@leadline/contract/rest.ts';
import { Api } from '../core/api.ts';

/** Every conversation row that this page has seen, each in its newest state. The one place where rows change. */
@Service()
export class Rows {
  private readonly api = inject(Api);
  private readonly byId = signal<ReadonlyMap<string, ConversationRow>>(new Map());
  private readonly learning = new Set<string>();

  readonly all = this.byId.asReadonly();

  get(id: string): ConversationRow | undefined {
    return this.byId().get(id);
  }

  /** Takes rows of the server in; an older state than the known one changes nothing, unless it `replaces` what was committed. */
  take(rows: readonly ConversationRow[], replaces = false): void {
    this.byId.update((known) => {
      const next = new Map(known);
      for (const row of rows) {
        const before = known.get(row.id);
        if (before && !replaces && isOlder(row, before)) continue;
        // Pushed rows do not know the reader.
        next.set(row.id, { ...row, readInboundCount: row.readInboundCount ?? before?.readInboundCount ?? null });
      }
      return next;
    });
  }

  /** Shows at once what has been asked for; the server's next row stands above it. */
  patch(id: string, change: Partial<ConversationRow>): void {
    this.byId.update((known) => {
      const row = known.get(id);
      return row ? new Map(known).set(id, { ...row, ...change }) : known;
    });
  }

  remove(id: string): void {
    this.byId.update((known) => {
      const next = new Map(known);
      return next.delete(id) ? next : known;
    });
  }

  /** Asks how much of a row this reader has read, where only the server knows. */
  async learnRead(id: string): Promise<void> {
    const row = this.get(id);
    if (!row || row.readInboundCount !== null || this.learning.has(id)) return;
    this.learning.add(id);
    try {
      const { row: whole } = await this.api.get(`/conversations/${id}`, ConversationView);
      this.take([whole]);
      if (this.get(id)?.readInboundCount === null) this.patch(id, { readInboundCount: whole.readInboundCount });
    } catch {
      // It stays unmarked until it is read or loaded with the list.
    } finally {
      this.learning.delete(id);
    }
  }
}

/** A commit that replaced another may have a lower position, but never an earlier instant. */
function isOlder(row: ConversationRow, than: ConversationRow): boolean {
  if (row.committedAt !== than.committedAt) return row.committedAt < than.committedAt;
  return row.position < than.position;
}

/** Inbound messages that the reader has not read; 0 while that is unknown. */
export function unreadCount(row: ConversationRow): number {
  return row.readInboundCount === null ? 0 : Math.max(row.inboundCount - row.readInboundCount, 0);
}
