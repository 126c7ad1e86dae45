import { inject, Service, signal } from '@angular/core';
import {
  BulkActionStarted,
  BulkActionView,
  type BulkAction,
  type BulkProgress,
  type BulkSelection,
} from '@leadline/contract/bulk.ts';
import * as z from 'zod/mini';
import { Api, ApiError } from '../../core/api.ts';
import { Toasts } from '../../core/toasts.ts';

const ASK_AGAIN_MS = 1000;
/** A reload of the page finds the action again. */
const KEPT = 'leadline.bulkAction';
const Kept = z.object({ id: z.string(), label: z.string() });

/** One action over many conversations, as the screen follows it. */
export interface Run {
  id: string;
  /** What is done, in words. */
  label: string;
  progress: BulkProgress;
  /** Why its progress is not known just now; it goes on by itself. */
  problem: string | null;
}

/** Starts an action over many conversations, and follows it to its end. The rows themselves change by the socket. */
@Service()
export class BulkRun {
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  private readonly run = signal<Run | null>(null);
  private followedId: string | null = null;

  /** The last one, until somebody dismisses its result. */
  readonly current = this.run.asReadonly();

  constructor() {
    const kept = z.safeParse(Kept, JSON.parse(sessionStorage.getItem(KEPT) ?? 'null'));
    if (kept.success) void this.follow(kept.data.id, kept.data.label);
  }

  get isUnderWay(): boolean {
    return this.run()?.progress.isDone === false;
  }

  /** False when it was refused, which has been told. */
  async start(action: BulkAction, selection: BulkSelection, label: string): Promise<boolean> {
    try {
      const { id, total } = await this.api.send('POST', '/bulkActions', { action, selection }, BulkActionStarted);
      const progress = { total, done: 0, failed: 0, refusedByReason: {}, isDone: false, cancelled: false };
      this.run.set({ id, label, progress, problem: null });
      sessionStorage.setItem(KEPT, JSON.stringify({ id, label }));
      void this.follow(id, label);
      return true;
    } catch (error) {
      this.toasts.fail(error);
      return false;
    }
  }

  /** What is done stays done. */
  async cancel(): Promise<void> {
    const run = this.run();
    if (!run) return;
    try {
      await this.api.send('DELETE', `/bulkActions/${run.id}`, undefined, z.unknown());
      this.run.update((now) => now && { ...now, progress: { ...now.progress, cancelled: !now.progress.isDone } });
    } catch (error) {
      this.toasts.fail(error);
    }
  }

  dismiss(): void {
    this.followedId = null;
    this.run.set(null);
    sessionStorage.removeItem(KEPT);
  }

  private async follow(id: string, label: string): Promise<void> {
    this.followedId = id;
    for (;;) {
      try {
        const { id: _id, ...progress } = await this.api.get(`/bulkActions/${id}`, BulkActionView);
        if (this.followedId !== id) return;
        this.run.set({ id, label, progress, problem: null });
        if (progress.isDone) return;
      } catch (error) {
        if (this.followedId !== id) return;
        // The server knows it no more.
        if (!(error instanceof ApiError && error.isTemporary)) return this.dismiss();
        this.run.update((run) => run && { ...run, problem: `${error.message} The action goes on by itself.` });
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}
