import {
  ApplicationFailure,
  isCancellation,
  log,
  proxyLocalActivities,
  rootCause,
  sleep,
  type LocalActivityOptions,
} from '@temporalio/workflow';
import { ActivityFailure } from '@temporalio/common';
import { DUPLICATE_INBOUND, type CommitRequest, type ConversationActivities } from '@leadline/contract/ports.ts';
import { commitSummary } from './summaries.ts';

const LOCAL: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  // The database may be gone for long: nothing is decided without it, and nothing is lost. Up to the threshold the task is
  // held open, which costs three events every 8 s; after it a timer waits, so that an outage of days fits into a history.
  retry: { initialInterval: '100 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
  localRetryThreshold: '10 seconds',
};

/** What a conversation reads of the database. */
export const database = proxyLocalActivities<Omit<ConversationActivities, 'commit'>>(LOCAL);

/** A commit that cannot be made in this time is given up, and decided anew: what was decided then may not be right later. */
const COMMIT_WITHIN = '10 seconds';
/** Between two tries to commit: time for an attempt that has overtaken this one, or for a database to come back. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** What came of a commit. Of `duplicates` the database has the messages already, from before the run's memory of them. */
export type Written =
  | { outcome: 'written' }
  | { outcome: 'notWritten' }
  | { outcome: 'duplicates'; providerMessageIds: readonly unknown[] };

/** Writes what a run decides. */
export class Commits {
  private pauseMs = FIRST_PAUSE_MS;

  /** What is not written is to be decided anew; a pause has passed then. */
  async write(request: CommitRequest): Promise<Written> {
    try {
      await commit(request);
      this.pauseMs = FIRST_PAUSE_MS;
      return { outcome: 'written' };
    } catch (error) {
      if (isCancellation(error)) throw error;
      const cause = error instanceof ActivityFailure ? error.cause : error;
      if (cause instanceof ApplicationFailure && cause.type === DUPLICATE_INBOUND)
        return { outcome: 'duplicates', providerMessageIds: cause.details ?? [] };
      await this.pauseAfter(error, request);
      return { outcome: 'notWritten' };
    }
  }

  /** Another attempt has overtaken this one, or the database is away. */
  private async pauseAfter(error: unknown, { firstPosition }: CommitRequest): Promise<void> {
    const { pauseMs } = this;
    this.pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    log.warn('A commit was not made; deciding anew.', { position: firstPosition - 1, why: rootCause(error) });
    await sleep(pauseMs, { summary: 'A commit was not made: decide anew after a pause' });
  }
}

/** A commit that says in the Temporal UI what it writes. */
function commit(request: CommitRequest): Promise<void> {
  const summary = commitSummary(request.events);
  const options = { ...LOCAL, scheduleToCloseTimeout: COMMIT_WITHIN, summary };
  return proxyLocalActivities<ConversationActivities>(options).commit(request);
}
