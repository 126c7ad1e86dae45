import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { createBulkActivities } from '@leadline/activities/bulk.ts';
import { createEngine, type Engine } from '@leadline/api/engine.ts';
import type { BulkAction, BulkProgress, BulkSelection } from '@leadline/contract/bulk.ts';
import { AppError } from '@leadline/contract/errors.ts';
import { bulkWorkflowId } from '@leadline/contract/ids.ts';
import { BULK_WORKFLOW, TASK_QUEUES } from '@leadline/contract/names.ts';
import type { UpdateConversation } from '@leadline/contract/ports.ts';
import type { Store } from '@leadline/store/connect.ts';
import { KEY, POLICY, START } from '@leadline/workflows/conversation/core/scenario.ts';
import type { BulkActionStart } from '@leadline/workflows/index.ts';
import { until } from '../until.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import { startTimeSkipping, type TimeSkippingEngine } from './timeSkipping.ts';

const FILTER: BulkSelection = { filter: { view: 'all', unread: false, status: 'open' } };
let serial = 0;

/** One action over many conversations on a server, which speaks to real conversations as the API does. */
describe('an action over many conversations', () => {
  let engine: TimeSkippingEngine;
  let api: Engine;
  const store = new FakeStore({ ...START, autopilot: false }, [POLICY]);
  /** What the inbox would find, in order of id. */
  let ids: string[] = [];
  /** Takes conversations out of the filter, as an action may. */
  let fits: (id: string) => boolean = () => true;
  /** Stands before each update; an error is thrown to the activity. */
  let before: (id: string) => Promise<void> | void = () => undefined;

  const inbox = {
    keys: async (asked: string[]) =>
      asked.filter((id) => ids.includes(id)).map((conversationId) => ({ ...KEY, conversationId })),
    selectIds: async (_userId: string, _filter: object, page: { after: string | null; limit: number }) =>
      ids.filter((id) => fits(id) && id > (page.after ?? '')).slice(0, page.limit),
  };
  /** Speaks to a conversation; a test may put something else there. */
  let reach: UpdateConversation;
  const update: UpdateConversation = async (key, name, args, updateId) => {
    await before(key.conversationId);
    return reach(key, name, args, updateId);
  };

  beforeAll(async () => {
    engine = await startTimeSkipping(store, new FakeOutside(), 100, {
      bulkOn: (env) => {
        api = createEngine({
          address: env.connection.options.address,
          namespace: env.namespace ?? 'default',
          payloadKeys: [],
        });
        return createBulkActivities({ inbox: () => inbox } as unknown as Pick<Store, 'inbox'>, update);
      },
    });
  }, 60_000);
  afterAll(async () => {
    await api?.close();
    await engine?.stop();
  });

  beforeEach(() => {
    serial += 1;
    fits = () => true;
    before = () => undefined;
    reach = (...request) => api.update(...request);
    choose(25);
  });

  /** Conversations of this test only. */
  function choose(count: number): void {
    ids = Array.from({ length: count }, (_, index) => `${serial.toString(16)}${index.toString(16).padStart(31, '0')}`);
  }

  async function start(action: BulkAction, selection: BulkSelection, more: Partial<BulkActionStart> = {}) {
    const bulk = { ...KEY, id: serial.toString(16).padStart(32, '0'), userId: 'leo', requestId: 'r', action };
    const { id, dealershipId, dealershipSlug, userId, requestId } = bulk;
    const args: [BulkActionStart] = [
      {
        bulk: { id, dealershipId, dealershipSlug, userId, requestId, action },
        selection,
        total: 'ids' in selection ? selection.ids.length : ids.length,
        ...more,
      },
    ];
    const workflowId = bulkWorkflowId(dealershipSlug, id);
    const handle = await engine.env.client.workflow.start(BULK_WORKFLOW, {
      workflowId,
      taskQueue: TASK_QUEUES.conversations,
      args,
    });
    return { handle, id };
  }

  const progressOf = (handle: WorkflowHandle): Promise<BulkProgress> => handle.query<BulkProgress>('progress');
  const eventsOf = (type: string): number =>
    ids.reduce((sum, id) => sum + store.journal(id).filter((event) => event.type === type).length, 0);

  it('does it in every conversation that was chosen, once, and says so for ever after', async () => {
    const { handle, id } = await start({ type: 'setStage', stage: 'sold' }, { ids });
    expect(await handle.result()).toEqual({
      total: 25,
      done: 25,
      failed: 0,
      refusedByReason: {},
      isDone: true,
      cancelled: false,
    });
    for (const one of ids) expect(store.journal(one).filter((event) => event.type === 'stageSet')).toHaveLength(1);
    expect(store.journal(ids[0]!).at(-1)).toMatchObject({
      actor: { kind: 'user', userId: 'leo' },
      cause: { id: `bulk/${id}`, requestId: 'r' },
    });
    expect(await api.bulkProgress(KEY.dealershipSlug, id)).toMatchObject({ done: 25, isDone: true });
    expect(await api.bulkProgress('southside', id)).toBeNull();
  }, 60_000);

  it('goes on in new runs with the progress that it has, by a filter that its own action changes', async () => {
    choose(70);
    fits = (id) => !store.journal(id).some((event) => event.type === 'stageSet');
    const { handle } = await start({ type: 'setStage', stage: 'sold' }, FILTER, { continueAfterBatches: 1 });
    const first = (await handle.describe()).runId;
    expect(await handle.result()).toMatchObject({ total: 70, done: 70, isDone: true });
    expect((await handle.describe()).runId).not.toBe(first);
    expect(eventsOf('stageSet')).toBe(70);
  }, 60_000);

  it('asks for more pages until the last, and ends where the filter finds nothing', async () => {
    choose(430);
    reach = async (key) => {
      reached.push(key.conversationId);
      return {} as never;
    };
    const reached: string[] = [];
    const { handle } = await start({ type: 'addTag', tag: 'spring' }, FILTER);
    expect(await handle.result()).toMatchObject({ total: 430, done: 430 });
    expect(reached.toSorted()).toEqual(ids);
    choose(0);
    serial += 1;
    const nothing = await start({ type: 'addTag', tag: 'spring' }, FILTER);
    expect(await nothing.handle.result()).toMatchObject({ total: 0, done: 0, isDone: true });
  }, 60_000);

  it('counts those that refuse by their reason, and those of nobody', async () => {
    await Promise.all(ids.slice(0, 3).map((id) => api.update({ ...KEY, conversationId: id }, 'resolve', by, 'before')));
    const foreign = `e${'0'.repeat(31)}`;
    const { handle } = await start({ type: 'resolve' }, { ids: [...ids, foreign] });
    expect(await handle.result()).toMatchObject({
      total: 26,
      done: 22,
      failed: 0,
      refusedByReason: {
        'already-resolved': { count: 3, sentence: 'This conversation is resolved already.' },
        'not-found': { count: 1 },
      },
    });
    expect(store.journal(foreign)).toEqual([]);
  }, 60_000);

  it('is cancelled in the middle: what is done stays done, and is counted', async () => {
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    before = () => {
      asked += 1;
      return asked > 22 ? gate.promise : undefined;
    };
    choose(60);
    const { handle, id } = await start({ type: 'setStage', stage: 'sold' }, { ids });
    const ended = handle.result().catch((error: unknown) => error);
    await until('the second batch is under way', () => asked > 22);
    expect(await progressOf(handle)).toMatchObject({ total: 60, done: 20, isDone: false, cancelled: false });
    await api.cancelBulk(KEY.dealershipSlug, id);
    await until('it knows', async () => (await progressOf(handle)).cancelled);
    gate.resolve();
    await ended;
    const progress = await progressOf(handle);
    expect(progress).toMatchObject({ total: 60, isDone: true, cancelled: true });
    expect(progress.done).toBeGreaterThan(20);
    expect(progress.done).toBeLessThan(60);
    expect(eventsOf('stageSet')).toBe(progress.done);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    // Another click on Cancel finds it ended.
    await api.cancelBulk(KEY.dealershipSlug, id);
  }, 60_000);

  it('repeats nothing when a batch is tried again', async () => {
    const tries = new Map<string, number>();
    before = (id) => {
      tries.set(id, (tries.get(id) ?? 0) + 1);
      if (id === ids[7] && tries.get(id) === 1) throw new AppError('unavailable', 'Not in time.');
    };
    const { handle } = await start({ type: 'setStage', stage: 'sold' }, { ids });
    expect(await handle.result()).toMatchObject({ done: 25, failed: 0 });
    expect([...tries.values()].reduce((sum, count) => sum + count)).toBe(26);
    expect(eventsOf('stageSet')).toBe(25);
  }, 60_000);

  it('takes the update of one action once, whoever asks again', async () => {
    const key = { ...KEY, conversationId: ids[0]! };
    const first = await api.update(key, 'resolve', by, 'bulk/x');
    expect(await api.update(key, 'resolve', by, 'bulk/x')).toEqual(first);
    expect(eventsOf('resolved')).toBe(1);
  }, 60_000);

  it('stays far inside the limits of a history with 2,000 conversations', async () => {
    choose(2_000);
    reach = async () => ({}) as never;
    const { handle } = await start({ type: 'addTag', tag: 'spring' }, FILTER);
    expect(await handle.result()).toMatchObject({ total: 2_000, done: 2_000, failed: 0 });
    const { historyLength } = await handle.describe();
    expect(historyLength).toBeLessThan(5_000);
  }, 60_000);

  it('is started once for a repeated request, also after it has ended', async () => {
    const bulk = {
      id: 'ab'.repeat(16),
      dealershipId: 'd1',
      dealershipSlug: KEY.dealershipSlug,
      userId: 'leo',
      requestId: 'r',
      action: { type: 'addTag', tag: 'vip' } as const,
    };
    const request = { bulk, selection: { ids }, total: ids.length };
    await api.startBulk(request);
    await api.startBulk(request);
    await engine.env.client.workflow.getHandle(bulkWorkflowId(KEY.dealershipSlug, bulk.id)).result();
    await api.startBulk(request);
    expect(await api.bulkProgress(KEY.dealershipSlug, bulk.id)).toMatchObject({ done: 25, isDone: true });
    expect(eventsOf('tagsSet')).toBe(25);
  }, 60_000);
});

const by = { userId: 'ana', requestId: 'r' };
