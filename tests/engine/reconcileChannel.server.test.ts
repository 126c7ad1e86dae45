import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { RECONCILE_WORKFLOW, TASK_QUEUES } from '@leadline/contract/names.ts';
import type { ChannelActivities, ReconcilePageRequest, ReconciledPage, TimeSpan } from '@leadline/contract/ports.ts';
import { POLICY, START } from '@leadline/workflows/conversation/core/scenario.ts';
import type { ReconcileReport } from '@leadline/workflows/index.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import { startTimeSkipping, type TimeSkippingEngine } from './timeSkipping.ts';

const DAY_MS = 86_400_000;
const FROM = Date.parse('2026-11-20T00:00:00Z');

/** A provider whose list has so many pages for each direction of each day. */
class FakeChannel implements ChannelActivities {
  span: TimeSpan | null = null;
  pages = 1;
  isDown = false;
  asked: ReconcilePageRequest[] = [];
  marked: number[] = [];

  constructor() {
    this.uncheckedSpan = this.uncheckedSpan.bind(this);
    this.reconcilePage = this.reconcilePage.bind(this);
    this.markReconciled = this.markReconciled.bind(this);
  }

  async uncheckedSpan(): Promise<TimeSpan | null> {
    return this.span;
  }
  async reconcilePage(request: ReconcilePageRequest): Promise<ReconciledPage> {
    if (this.isDown) throw new Error('The provider is away.');
    this.asked.push(request);
    const page = Number(request.cursor ?? 1);
    const isInbound = request.direction === 'inbound';
    return {
      listed: 10,
      recovered: isInbound ? 2 : 0,
      settled: isInbound ? 0 : 1,
      next: page < this.pages ? String(page + 1) : null,
    };
  }
  async markReconciled({ untilAt }: { untilAt: number }): Promise<void> {
    this.marked.push(untilAt);
  }
}

describe('a run that compares a channel account with its provider', () => {
  let engine: TimeSkippingEngine;
  const channel = new FakeChannel();
  let runs = 0;
  beforeAll(async () => {
    const store = new FakeStore(START, [POLICY]);
    engine = await startTimeSkipping(store, new FakeOutside(), 10, { channel });
  }, 60_000);
  afterAll(() => engine?.stop());
  beforeEach(() => {
    Object.assign(channel, {
      span: { fromAt: FROM, untilAt: FROM + 3_600_000 },
      pages: 1,
      isDown: false,
      asked: [],
      marked: [],
    });
  });

  function start(): Promise<WorkflowHandle> {
    return engine.env.client.workflow.start(RECONCILE_WORKFLOW, {
      workflowId: `reconcile/north/account-${(runs += 1)}`,
      taskQueue: TASK_QUEUES.conversations,
      args: [{ channelAccountId: 'account' }],
    });
  }

  async function details(handle: WorkflowHandle): Promise<string> {
    const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    return metadata.currentDetails ?? '';
  }

  it('goes through both directions, says what it found, and notes how far it came', async () => {
    const handle = await start();
    expect(await handle.result()).toEqual({
      listed: 20,
      recovered: 2,
      settled: 1,
      untilAt: FROM + 3_600_000,
    } satisfies ReconcileReport);
    expect(channel.asked).toMatchObject([
      { direction: 'inbound', cursor: null, channelAccountId: 'account', requestId: handle.workflowId },
      { direction: 'outbound', cursor: null },
    ]);
    expect(channel.marked).toEqual([FROM + 3_600_000]);
    const shown = await details(handle);
    for (const row of [
      '| Messages listed | 20 |',
      '| Texts recovered | 2 |',
      '| Messages of ours settled | 1 |',
      '| Done up to | 2026-11-20T01:00:00.000Z |',
    ])
      expect(shown).toContain(row);
  });

  it('follows the pages with a pause after each', async () => {
    channel.pages = 3;
    const handle = await start();
    expect(await handle.result()).toMatchObject({ listed: 60 });
    expect(channel.asked.map(({ cursor }) => cursor)).toEqual([null, '2', '3', null, '2', '3']);
    const { events } = await handle.fetchHistory();
    expect((events ?? []).filter((event) => event.timerStartedEventAttributes)).toHaveLength(4);
  });

  it('does a long absence day by day, the oldest first, so that what is done stays done', async () => {
    channel.span = { fromAt: FROM, untilAt: FROM + 2.5 * DAY_MS };
    await (await start()).result();
    const ends = [FROM + DAY_MS, FROM + 2 * DAY_MS, FROM + 2.5 * DAY_MS];
    expect(channel.marked).toEqual(ends);
    expect(channel.asked.map(({ untilAt }) => untilAt)).toEqual(ends.flatMap((end) => [end, end]));
  });

  it('ends while the provider is away, and leaves the rest to the next run', async () => {
    channel.isDown = true;
    await expect((await start()).result()).rejects.toThrow();
    expect(channel.marked).toEqual([]);
  });

  it('has nothing to do for an account that is gone', async () => {
    channel.span = null;
    const handle = await start();
    expect(await handle.result()).toEqual({ listed: 0, recovered: 0, settled: 0, untilAt: null });
    expect(await details(handle)).toContain('is gone');
  });

  it('is bounded', async () => {
    channel.pages = 1_000_000;
    await expect((await start()).result()).rejects.toThrow();
    expect(channel.asked).toHaveLength(400);
    expect(channel.marked).toEqual([]);
  }, 60_000);
});
