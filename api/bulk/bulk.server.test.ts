import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  addDealership,
  commitOf,
  inboundEvent,
  startTestMongo,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import { signInAs, startTestApi, type TestApi, type TestBrowser } from '../testApi.ts';

/** Actions over many conversations, over HTTP; the workflow itself is tested elsewhere. */
describe('bulk actions', () => {
  let mongo: TestMongo;
  let api: TestApi;
  let dealer: TestDealership;
  let other: TestDealership;
  let ben: TestBrowser;
  let stranger: TestBrowser;
  let ids: string[];
  let customers = 0;

  beforeAll(async () => {
    mongo = await startTestMongo();
    api = await startTestApi(mongo, 'bulk');
    [dealer, other] = [await addDealership(api.store), await addDealership(api.store)];
    // Of the role `sales`: whoever may see conversations may act on them.
    ben = await signInAs(api, `ben@${dealer.slug}.test`);
    stranger = await signInAs(api, other.email);
    ids = [await add(dealer), await add(dealer), await add(dealer)];
    await add(other);
  }, 60_000);
  beforeEach(() => {
    api.engine.bulkStarts.length = 0;
    api.engine.isDown = false;
  });
  afterAll(async () => {
    await api?.close();
    await mongo?.stop();
  });

  async function add(of: TestDealership): Promise<string> {
    const key = of.key(`+1587556${String(++customers).padStart(4, '0')}`);
    const { start } = await api.store.conversations.load(key);
    const events = [inboundEvent(key, 1, 'hi', `SM-bulk-${customers}`, Date.now())];
    await api.store.conversations.commit(commitOf(key, start.contactId, events));
    return key.conversationId;
  }

  const post = (body: unknown, headers: Record<string, string> = {}, who = ben) =>
    who.call('POST', '/api/bulkActions', body, headers);
  const resolve = { type: 'resolve' };
  const mine = (id: string): string => `${dealer.slug}/${id}`;

  it('begin for the dealership and the user who asks, each conversation once', async () => {
    const action = { type: 'setStage', stage: 'engaged' };
    const { status, body } = await post({ action, selection: { ids: [...ids, ids[0]] } });
    expect(status).toBe(202);
    expect(body).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), total: 3 });
    expect(api.engine.bulkStarts).toMatchObject([
      {
        bulk: { id: body.id, dealershipId: dealer.id, dealershipSlug: dealer.slug, userId: dealer.otherUserId, action },
        selection: { ids: ids.toSorted() },
        total: 3,
      },
    ]);
  });

  it('go by the filter of the list, which names nobody else’s conversations', async () => {
    const { body } = await post({ action: resolve, selection: { filter: { status: 'open', q: '+1587556' } } });
    expect(body.total).toBe(3);
    expect(api.engine.bulkStarts[0]!.selection).toEqual({
      filter: { view: 'all', unread: false, status: 'open', q: '+1587556' },
    });
    expect((await post({ action: resolve, selection: { filter: {} } }, {}, stranger)).body.total).toBe(1);
  });

  it('are the same for the same key of the same user', async () => {
    const key = { 'Idempotency-Key': 'once' };
    const [first, again] = [
      await post({ action: resolve, selection: { ids } }, key),
      await post({ action: resolve, selection: { ids } }, key),
    ];
    expect(again.body.id).toBe(first.body.id);
    const theirs = await post({ action: resolve, selection: { ids } }, key, stranger);
    expect(theirs.body.id).not.toBe(first.body.id);
  });

  it.each<[string, unknown, string]>([
    ['no action', { selection: { ids: ['0'.repeat(32)] } }, 'action'],
    ['an unknown action', { action: { type: 'shout' }, selection: { filter: {} } }, 'action'],
    ['nothing chosen', { action: { type: 'resolve' }, selection: { ids: [] } }, 'selection'],
    ['too many', { action: { type: 'resolve' }, selection: { ids: Array(1001).fill('0'.repeat(32)) } }, 'selection'],
    ['what is no id', { action: { type: 'resolve' }, selection: { ids: ['x'] } }, 'selection'],
    ['both ways', { action: { type: 'resolve' }, selection: { ids: ['0'.repeat(32)], filter: {} } }, 'selection'],
    ['an unknown stage', { action: { type: 'setStage', stage: 'moon' }, selection: { filter: {} } }, 'action.stage'],
    ['a stranger', { action: { type: 'assign', userIds: ['x'] }, selection: { filter: {} } }, 'action.userIds'],
    [
      'an unknown process',
      { action: { type: 'selectProcess', processId: 'x' }, selection: { filter: {} } },
      'action.processId',
    ],
  ])('refuse %s, and say which field is wrong', async (_what, body, path) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toContain(path);
    expect(api.engine.bulkStarts).toEqual([]);
  });

  it('refuse a user and a process of another dealership', async () => {
    const selection = { ids };
    expect((await post({ action: { type: 'assign', userIds: [other.userId] }, selection })).status).toBe(400);
    expect((await post({ action: { type: 'selectProcess', processId: other.processId }, selection })).status).toBe(400);
  });

  it('say how far they are, to their own dealership only', async () => {
    const { id } = (await post({ action: resolve, selection: { ids } })).body;
    const progress = {
      total: 3,
      done: 1,
      failed: 0,
      refusedByReason: { 'already-resolved': { count: 1, sentence: 'This conversation is resolved already.' } },
      isDone: false,
      cancelled: false,
    };
    api.engine.bulks.set(mine(id), progress);
    expect((await ben.call('GET', `/api/bulkActions/${id}`)).body).toEqual({ id, ...progress });
    expect((await stranger.call('GET', `/api/bulkActions/${id}`)).status).toBe(404);
    expect((await ben.call('GET', '/api/bulkActions/nonsense')).status).toBe(404);
  });

  it('are cancelled by their own dealership only', async () => {
    const { id } = (await post({ action: resolve, selection: { ids } })).body;
    expect((await stranger.call('DELETE', `/api/bulkActions/${id}`)).status).toBe(404);
    expect(api.engine.cancelledBulks).toEqual([]);
    expect((await ben.call('DELETE', `/api/bulkActions/${id}`)).status).toBe(204);
    expect(api.engine.cancelledBulks).toEqual([mine(id)]);
  });

  it('are told of an outage', async () => {
    api.engine.isDown = true;
    expect((await post({ action: resolve, selection: { ids } })).status).toBe(503);
  });
});
