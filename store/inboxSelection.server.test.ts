import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BulkFilter } from '@leadline/contract/bulk.ts';
import type { RowUpdate } from '@leadline/contract/ports.ts';
import type { Store } from './connect.ts';
import {
  addDealership,
  commitOf,
  inboundEvent,
  openTestStore,
  startTestMongo,
  type TestDealership,
  type TestMongo,
} from './testStore.ts';

/** What an action over many conversations finds of them. */
describe('the conversations that fit a filter', () => {
  let mongo: TestMongo;
  let store: Store;
  let dealer: TestDealership;
  let other: TestDealership;
  let serial = 0;
  beforeAll(async () => {
    mongo = await startTestMongo();
    store = await openTestStore(mongo, 'selection');
    [dealer, other] = [await addDealership(store), await addDealership(store)];
    for (let index = 0; index < 7; index++) await add({ stage: 'new' });
    await add({ stage: 'engaged', people: true }, dealer, 'Jane Doe');
    await add({ stage: 'engaged' }, dealer, 'Janet Roe');
    await add({ stage: 'new', deleted: true });
    await add({ stage: 'new' }, other, 'Jane Elsewhere');
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await mongo?.stop();
  });

  async function add(
    { people = false, ...row }: Partial<RowUpdate> & { people?: boolean },
    of = dealer,
    name = '',
  ): Promise<string> {
    const key = of.key(`+1825556${String(++serial).padStart(4, '0')}`);
    const { start } = await store.conversations.load(key);
    if (name !== '') await store.contacts.rename(of.id, start.contactId, name);
    const mine = people ? { ownerId: of.userId, assigneeIds: [of.userId] } : {};
    const at = Date.now() - serial * 86_400_000;
    const events = [inboundEvent(key, 1, `the truck ${serial}`, `SM-s${serial}`, at)];
    await store.conversations.commit(commitOf(key, start.contactId, events, { ...mine, ...row }));
    return key.conversationId;
  }

  const inbox = (of = dealer) => store.inbox(of.id);
  async function idsOf(filter: object, of = dealer, limit = 3): Promise<string[]> {
    const ids: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await inbox(of).selectIds(dealer.userId, BulkFilter.parse(filter), { after, limit });
      ids.push(...page);
      if (page.length < limit) return ids;
      after = page.at(-1)!;
    }
  }

  it.each<[object, number]>([
    [{}, 9],
    [{ stage: 'new' }, 7],
    [{ view: 'mine' }, 1],
    [{ view: 'unassigned', stage: 'engaged' }, 1],
    [{ unread: true }, 9],
    [{ status: 'resolved' }, 0],
    [{ channel: 'sms', q: 'jan' }, 2],
    [{ q: 'truck' }, 9],
    [{ q: 'truck', stage: 'engaged' }, 2],
  ])('%j are found page by page in order of id, and counted', async (filter, count) => {
    const ids = await idsOf(filter);
    expect(ids).toHaveLength(count);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(await inbox().countSelected(dealer.userId, BulkFilter.parse(filter))).toBe(count);
  });

  it('are all found, though each page leaves the filter before the next is asked for', async () => {
    const moved = new Set<string>();
    const filter = BulkFilter.parse({ stage: 'new' });
    for (let after: string | null = null; ;) {
      const page = await inbox().selectIds(dealer.userId, filter, { after, limit: 3 });
      for (const id of page) {
        expect(moved.has(id)).toBe(false);
        moved.add(id);
        await store.models.conversations.updateOne({ _id: id }, { $set: { stage: 'engaged' } });
      }
      if (page.length < 3) break;
      after = page.at(-1)!;
    }
    expect(moved.size).toBe(7);
    await store.models.conversations.updateMany({ _id: { $in: [...moved] } }, { $set: { stage: 'new' } });
  });

  it('are those of one dealership, and keys are given for its own only', async () => {
    const [foreign] = await idsOf({}, other);
    expect(await idsOf({ q: 'jane' }, other)).toEqual([foreign]);
    expect(await idsOf({})).not.toContain(foreign);
    const [own] = await idsOf({ view: 'mine' });
    const keys = await inbox().keys([foreign!, own!, 'nothing']);
    expect(keys.map((key) => key.conversationId)).toEqual([own]);
    expect(keys[0]).toEqual(await inbox().key(own!));
  });
});
