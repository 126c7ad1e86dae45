import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import type { RowUpdate } from '@leadline/contract/ports.ts';
import type { State } from '@leadline/workflows/conversation/core/state.ts';

/** A commit on its way to the database. */
export interface SimulatedCommit {
  firstPosition: number;
  fenceAt: number;
  events: ConversationEvent[];
  row: RowUpdate;
  state?: State;
}

/** The database by the commit protocol: a fence, and the last attempt wins. */
export class SimulatedStore {
  journal: ConversationEvent[] = [];
  row: RowUpdate | null = null;
  state: State | null = null;
  private fenceAt = 0;

  /** Provider ids that stand already are answered; then, and for an attempt that was overtaken, nothing is written. */
  commit({
    firstPosition,
    fenceAt,
    events,
    row,
    state,
  }: SimulatedCommit): 'committed' | 'stale' | { duplicates: string[] } {
    if (fenceAt < this.fenceAt) return 'stale';
    const kept = this.journal.filter((event) => event.position < firstPosition);
    const known = new Set(kept.flatMap(providerIdOf));
    const duplicates = events.flatMap(providerIdOf).filter((id) => known.has(id));
    if (duplicates.length > 0) return { duplicates };
    this.fenceAt = fenceAt;
    this.journal = [...kept, ...events];
    this.row = row;
    if (state) this.state = state;
    return 'committed';
  }
}

function providerIdOf(event: ConversationEvent): string[] {
  return event.type === 'messageReceived' ? [event.data.providerMessageId] : [];
}
