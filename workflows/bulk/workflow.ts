import {
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  defineQuery,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { BulkProgress, BulkSelection } from '@leadline/contract/bulk.ts';
import type { Bulk, BulkActivities, BulkOutcome } from '@leadline/contract/ports.ts';

/** What an action over many conversations starts from; `carried` is where a run that is continued as new goes on. */
export interface BulkActionStart {
  bulk: Bulk;
  selection: BulkSelection;
  /** Conversations that were chosen, or that fitted the filter when it began. */
  total: number;
  carried?: { progress: BulkProgress; after: string };
  /** Continue as new after that many batches, before Temporal suggests it: for tests. */
  continueAfterBatches?: number;
}

/** So many at a time, with a pause: a big selection must not hold up the customers' messages. */
const BATCH = 20;
/** Ids that a filter is asked for at once: few enough to be fresh, enough not to look through all rows for each batch. */
const PAGE = 200;
const PAUSE = '500 milliseconds';

const { selectConversations } = proxyActivities<BulkActivities>({
  startToCloseTimeout: '30 seconds',
  summary: 'Look for the next conversations that fit the filter',
});
const { applyToConversations } = proxyActivities<BulkActivities>({
  startToCloseTimeout: '5 minutes',
  // One update takes 10 s at most, so a worker that is silent for longer is gone.
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  // What a batch has done until it was cancelled must be counted.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  summary: 'Do it in a batch of conversations',
});

/**
 * Does one action in many conversations, batch by batch in order of id, and counts what became of it. Cancelling leaves
 * done what is done: the progress, which can be asked for ever after, says how far it came.
 */
export async function bulkAction(start: BulkActionStart): Promise<BulkProgress> {
  const progress = start.carried?.progress ?? emptyProgress(start.total);
  setHandler(defineQuery<BulkProgress>('progress'), () => progress, {
    description: 'How many conversations are done, were refused and why, and could not be reached.',
  });
  CancellationScope.current().cancelRequested.catch(() => {
    progress.cancelled = true;
    describe(start, progress);
  });
  try {
    await doAll(start, progress);
  } catch (error) {
    if (isCancellation(error)) finish(start, progress);
    throw error;
  }
  finish(start, progress);
  if (progress.cancelled) throw new CancelledFailure('A person has cancelled it; what is done stays done.');
  return progress;
}

async function doAll(start: BulkActionStart, progress: BulkProgress): Promise<void> {
  const { bulk, continueAfterBatches = Infinity } = start;
  let after = start.carried?.after ?? null;
  let page: Page = { ids: [], isLast: false };
  describe(start, progress);
  for (let batches = 1; ; batches += 1) {
    if (page.ids.length === 0) page = await nextPage(start, after);
    const ids = page.ids.slice(0, BATCH);
    page = { ...page, ids: page.ids.slice(BATCH) };
    if (ids.length > 0) count(progress, await applyToConversations({ bulk, ids }));
    describe(start, progress);
    after = ids.at(-1) ?? after;
    if (after === null || (page.isLast && page.ids.length === 0)) return;
    await sleep(PAUSE, { summary: 'A pause between two batches' });
    if (workflowInfo().continueAsNewSuggested || batches >= continueAfterBatches)
      await continueAsNew<typeof bulkAction>({ ...start, carried: { progress, after } });
  }
}

interface Page {
  ids: string[];
  isLast: boolean;
}

/** Both ways go by id, so that nothing is skipped or done twice while the action moves conversations out of the filter. */
async function nextPage({ bulk, selection }: BulkActionStart, after: string | null): Promise<Page> {
  if ('ids' in selection)
    return { ids: selection.ids.filter((id) => after === null || id > after).sort(), isLast: true };
  const { ids } = await selectConversations({ bulk, filter: selection.filter, after, limit: PAGE });
  return { ids, isLast: ids.length < PAGE };
}

function count(progress: BulkProgress, { done, failed, refused }: BulkOutcome): void {
  progress.done += done;
  progress.failed += failed;
  for (const { code, sentence, count: times } of refused) {
    const before = progress.refusedByReason[code]?.count ?? 0;
    progress.refusedByReason[code] = { count: before + times, sentence };
  }
  // More may have come to fit the filter since it was counted.
  progress.total = Math.max(progress.total, handled(progress));
}

function handled({ done, failed, refusedByReason }: BulkProgress): number {
  return Object.values(refusedByReason).reduce((sum, reason) => sum + reason.count, done + failed);
}

function finish(start: BulkActionStart, progress: BulkProgress): void {
  progress.isDone = true;
  // Fewer may have fitted the filter when their turn came.
  if (!progress.cancelled) progress.total = handled(progress);
  describe(start, progress);
}

function emptyProgress(total: number): BulkProgress {
  return { total, done: 0, failed: 0, refusedByReason: {}, isDone: false, cancelled: false };
}

/** Shows an operator how far it is: derived from the progress alone, and nothing of a customer in it. */
function describe({ bulk, selection }: BulkActionStart, progress: BulkProgress): void {
  const rows = [
    ['Action', bulk.action.type],
    ['For', 'filter' in selection ? 'all that fit a filter' : 'chosen conversations'],
    ['By', bulk.userId],
    ['Progress', `${handled(progress)} of ${progress.total}`],
    ['Done', String(progress.done)],
    ['Could not be reached', String(progress.failed)],
    ...Object.values(progress.refusedByReason).map((reason) => [`Refused: ${reason.sentence}`, String(reason.count)]),
    ['State', stateText(progress)],
  ];
  setCurrentDetails(['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n'));
}

function stateText({ cancelled, isDone }: BulkProgress): string {
  if (cancelled) return isDone ? 'cancelled' : 'being cancelled';
  return isDone ? 'done' : 'under way';
}
