import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import { shortSummary } from './summaries.ts';

/**
 * The one timer of a conversation. It is re-armed lazily: when what it waits for moves later, the running timer stays and
 * fires early, and the workflow just looks again. So a burst of messages costs one timer, not one each.
 */
export class WakeTimer {
  /** Set when the timer has fired; the loop looks at its agenda and clears it. */
  rang = false;
  private firesAt: number | null = null;
  private scope: CancellationScope | null = null;

  /** Makes sure that the workflow wakes at `at` at the latest; null: that it need not wake. `summary` is for the Temporal UI. */
  set(at: number | null, summary: string): void {
    if (at !== null && this.firesAt !== null && this.firesAt <= at) return;
    if (at === this.firesAt) return;
    this.scope?.cancel();
    this.scope = null;
    this.firesAt = at;
    if (at !== null) this.start(at, summary);
  }

  /** Like `set`, but never before the running timer: for what is far away and moves often. */
  setLazily(at: number | null, summary: string): void {
    if (this.firesAt === null && at !== null) this.set(at, summary);
  }

  private start(at: number, summary: string): void {
    const scope = new CancellationScope();
    this.scope = scope;
    scope
      .run(() => sleep(Math.max(at - Date.now(), 1), { summary: shortSummary(summary) }))
      .then(() => {
        this.firesAt = null;
        this.scope = null;
        this.rang = true;
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }
}
