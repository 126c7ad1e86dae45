import { ApplicationFailure, proxyActivities, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow';
import { TASK_QUEUES } from '@leadline/contract/names.ts';
import type { ChannelActivities, ReconcileCounts, TimeSpan } from '@leadline/contract/ports.ts';

/** What a run of the schedule starts from. */
export interface ReconcileStart {
  channelAccountId: string;
}

export interface ReconcileReport extends ReconcileCounts {
  /** Up to when the provider's list has been compared; null: there is none to compare with. */
  untilAt: number | null;
}

/** One after the other, so that a run that fails has done the oldest part for good. */
const SLICE_MS = 86_400_000;
/** Twice what a number can send in a day, at one message a second. */
const MOST_PAGES = 400;
const PAUSE = '1 second';
const DIRECTIONS = ['inbound', 'outbound'] as const;

/**
 * Fetches from the provider what its webhooks have not brought: customers' texts, and what became of ours. What is there
 * already stays as it is, so that it may run at any time, beside the webhooks and beside itself.
 */
export async function reconcileChannel({ channelAccountId }: ReconcileStart): Promise<ReconcileReport> {
  const report: ReconcileReport = { listed: 0, recovered: 0, settled: 0, untilAt: null };
  const span = await activities('Read up to when the list was compared').uncheckedSpan({ channelAccountId });
  if (span === null) {
    setCurrentDetails('The channel account is gone, or has no provider whose list could be read.');
    return report;
  }
  describe(report, span);
  for (const slice of slicesOf(span)) {
    for (const direction of DIRECTIONS) await reconcileSlice(channelAccountId, direction, slice, report, span);
    await activities('Note up to when the list was compared').markReconciled({
      channelAccountId,
      untilAt: slice.untilAt,
    });
    report.untilAt = slice.untilAt;
    describe(report, span);
  }
  return report;
}

async function reconcileSlice(
  channelAccountId: string,
  direction: (typeof DIRECTIONS)[number],
  slice: TimeSpan,
  report: ReconcileReport,
  span: TimeSpan,
): Promise<void> {
  const requestId = workflowInfo().workflowId;
  let cursor: string | null = null;
  for (let page = 1; ; page += 1) {
    const summary = `Compare ${direction} messages, page ${page}`;
    const request = { channelAccountId, direction, ...slice, cursor, requestId };
    const found = await activities(summary).reconcilePage(request);
    report.listed += found.listed;
    report.recovered += found.recovered;
    report.settled += found.settled;
    describe(report, span);
    if (found.next === null) return;
    if (page === MOST_PAGES)
      throw ApplicationFailure.nonRetryable(`One day of the provider's list has more than ${MOST_PAGES} pages.`);
    cursor = found.next;
    // The provider's rate and the conversations' workers belong to the live traffic first.
    await sleep(PAUSE, { summary: 'A pause between two pages' });
  }
}

/** The oldest first. */
function slicesOf({ fromAt, untilAt }: TimeSpan): TimeSpan[] {
  const count = Math.ceil((untilAt - fromAt) / SLICE_MS);
  return Array.from({ length: count }, (_, index) => ({
    fromAt: fromAt + index * SLICE_MS,
    untilAt: Math.min(fromAt + (index + 1) * SLICE_MS, untilAt),
  }));
}

/** For the Temporal UI; counts only, nothing of a customer. */
function describe({ listed, recovered, settled, untilAt }: ReconcileReport, span: TimeSpan): void {
  const rows = [
    ['From', new Date(span.fromAt).toISOString()],
    ['To', new Date(span.untilAt).toISOString()],
    ['Done up to', untilAt === null ? 'nothing yet' : new Date(untilAt).toISOString()],
    ['Messages listed', String(listed)],
    ['Texts recovered', String(recovered)],
    ['Messages of ours settled', String(settled)],
  ];
  setCurrentDetails(['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n'));
}

/** Each page is bounded; an outage of the provider ends the run, and the schedule's next run begins where it stood. */
function activities(summary: string): ChannelActivities {
  return proxyActivities<ChannelActivities>({
    taskQueue: TASK_QUEUES.outside,
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '4 minutes',
    retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
    summary,
  });
}
