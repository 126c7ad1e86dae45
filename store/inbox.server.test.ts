import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { ListQuery } from '@leadline/contract/rest.ts';
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

let mongo: TestMongo;
let store: Store;
let dealer: TestDealership;
let other: TestDealership;
let messages = 0;
const DAY_MS = 86_400_000;

beforeAll(async () => {
  mongo = await startTestMongo();
  store = await openTestStore(mongo, 'inbox');
}, 60_000);

beforeEach(async () => {
  dealer = await addDealership(store);
  other = await addDealership(store);
});

afterAll(async () => {
  await store?.close();
  await mongo?.stop();
});

async function conversation(
  address: string,
  options: { name?: string; text?: string; at?: number; row?: Partial<RowUpdate>; of?: TestDealership } = {},
): Promise<ConversationKey> {
  const { name = '', text = 'hi', at = Date.now(), row = {}, of = dealer } = options;
  const key = of.key(address);
  const { start } = await store.conversations.load(key);
  if (name !== '') await store.contacts.rename(of.id, start.contactId, name);
  await store.conversations.commit(
    commitOf(key, start.contactId, [inboundEvent(key, 1, text, `SM-${++messages}`, at)], row),
  );
  return key;
}

function list(query: Record<string, unknown> = {}, userId = dealer.userId) {
  return store.inbox(dealer.id).list(userId, ListQuery.parse(query));
}

async function idsOf(query: Record<string, unknown>): Promise<string[]> {
  return (await list(query)).items.map((row) => row.id);
}

describe('list', () => {
  it('pages without loss or repetition over equal times, both ways', async () => {
    const at = Date.now() - 40 * DAY_MS;
    const all = new Set<string>();
    for (let index = 0; index < 11; index++) {
      all.add(
        (await conversation(`+1825555${1000 + index}`, { at: index < 7 ? at : at + index * DAY_MS * 3 }))
          .conversationId,
      );
    }
    for (const sort of ['newest', 'oldest'] as const) {
      const seen: { id: string; lastActivityAt: string }[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ sort, limit: 3, ...(cursor !== undefined && { cursor }) });
        seen.push(...page.items);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen.map((row) => row.id)).toHaveLength(11);
      expect(new Set(seen.map((row) => row.id))).toEqual(all);
      const times = seen.map((row) => row.lastActivityAt);
      expect(times).toEqual(sort === 'newest' ? times.toSorted().toReversed() : times.toSorted());
    }
  });

  it('refuses a malformed cursor', async () => {
    await expect(list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('filters by people, status, stage and channel', async () => {
    const mine = await conversation('+18255552001', {
      row: { ownerId: dealer.userId, assigneeIds: [dealer.userId], status: 'new' },
    });
    const theirs = await conversation('+18255552002', {
      row: { ownerId: dealer.otherUserId, assigneeIds: [dealer.otherUserId, dealer.userId], stage: 'engaged' },
    });
    const nobodys = await conversation('+18255552003');
    const ids = (...keys: ConversationKey[]) => keys.map((key) => key.conversationId).toSorted();
    const sorted = async (query: Record<string, unknown>) => (await idsOf(query)).toSorted();
    expect(await sorted({ view: 'mine' })).toEqual(ids(mine, theirs));
    expect(await sorted({ view: 'unassigned' })).toEqual(ids(nobodys));
    expect(await sorted({ assignee: dealer.otherUserId })).toEqual(ids(theirs));
    expect(await sorted({ view: 'mine', assignee: dealer.otherUserId })).toEqual(ids(theirs));
    expect(await sorted({ status: 'new' })).toEqual(ids(mine));
    expect(await sorted({ stage: 'engaged' })).toEqual(ids(theirs));
    expect(await sorted({ channel: 'messenger' })).toEqual([]);
    expect(await sorted({})).toEqual(ids(mine, theirs, nobodys));
  });

  it('knows what each user has read', async () => {
    const key = await conversation('+18255553001');
    const inbox = store.inbox(dealer.id);
    expect(await idsOf({ unread: 'true' })).toEqual([key.conversationId]);
    expect(await inbox.counts(dealer.userId)).toEqual({ byChannel: { sms: 1 }, unread: 1 });
    await inbox.mark(dealer.userId, key.conversationId, { unread: false, inboundCount: 0 });
    expect(await idsOf({ unread: 'true' })).toEqual([key.conversationId]);
    await inbox.mark(dealer.userId, key.conversationId, { unread: false, inboundCount: 1 });
    expect(await idsOf({ unread: 'true' })).toEqual([]);
    expect(await inbox.counts(dealer.userId)).toEqual({ byChannel: {}, unread: 0 });
    expect((await list({ unread: 'true' }, dealer.otherUserId)).items).toHaveLength(1);
    expect((await list()).items[0]?.readInboundCount).toBe(1);
  });
});

describe('search', () => {
  it('finds a number by any run of three digits, in any format', async () => {
    const key = await conversation('+18255559025', { name: 'Jane Doe' });
    await conversation('+14035551111', { name: 'Tom Rook' });
    for (const q of ['(825)-555-9025', '8255559025', '9025', '+1 825 555 9025', '1-825', '559', '825.555']) {
      expect({ q, ids: await idsOf({ q }) }).toEqual({ q, ids: [key.conversationId] });
    }
    expect(await idsOf({ q: '9026' })).toEqual([]);
    expect(await idsOf({ q: '5559025111' })).toEqual([]);
  });

  it('finds a name by the beginnings of its words, without regard to case and accents', async () => {
    const key = await conversation('+18255554001', { name: "José O'Brien-Smith" });
    for (const q of ['jose', 'JO', "o'br", 'smi jos', 'brien'])
      expect({ q, ids: await idsOf({ q }) }).toEqual({ q, ids: [key.conversationId] });
    for (const q of ['mith', 'ose', 'jose x', '!!']) expect({ q, ids: await idsOf({ q }) }).toEqual({ q, ids: [] });
  });

  it('finds a conversation by words of its messages, and a changed name at once', async () => {
    const key = await conversation('+18255555001', { text: 'Is the 2021 F-150 still there?' });
    await conversation('+18255555002', { text: 'The Civic, please' });
    expect(await idsOf({ q: 'f-150' })).toEqual([key.conversationId]);
    expect(await idsOf({ q: '2021' })).toEqual([key.conversationId]);
    expect(await idsOf({ q: 'civic 2021' })).toEqual([]);
    const view = await store.inbox(dealer.id).conversation(dealer.userId, key.conversationId);
    await store.contacts.rename(dealer.id, view!.contact.id, 'Renamed Person');
    expect(await idsOf({ q: 'renam' })).toEqual([key.conversationId]);
  });

  it('pages what it finds, and combines with filters', async () => {
    for (let index = 0; index < 5; index++)
      await conversation(`+1825555600${index}`, { name: 'Pat Lee', row: { stage: index < 3 ? 'engaged' : 'new' } });
    const first = await list({ q: 'pat', limit: 2 });
    const second = await list({ q: 'pat', limit: 2, cursor: first.next });
    const third = await list({ q: 'pat', limit: 2, cursor: second.next });
    expect(new Set([...first.items, ...second.items, ...third.items].map((row) => row.id)).size).toBe(5);
    expect(third.next).toBeNull();
    expect(await idsOf({ q: 'lee', stage: 'engaged' })).toHaveLength(3);
  });
});

describe('scope', () => {
  it('shows nothing of another dealership, whatever is asked', async () => {
    const foreign = await conversation('+18255557001', {
      name: 'Foreign Canary',
      text: 'canary',
      of: other,
      row: { ownerId: dealer.userId, assigneeIds: [dealer.userId] },
    });
    const inbox = store.inbox(dealer.id);
    const id = foreign.conversationId;
    for (const query of [{}, { q: 'canary' }, { q: '7001' }, { view: 'mine' }, { unread: 'true' }])
      expect(await idsOf(query)).toEqual([]);
    expect(await inbox.conversation(dealer.userId, id)).toBeNull();
    expect(await inbox.key(id)).toBeNull();
    expect(await inbox.agenda(id)).toBeNull();
    expect(await inbox.rows([id])).toEqual([]);
    expect(await inbox.messagesById([`${id}-1`])).toEqual([]);
    for (const read of [inbox.messages, inbox.events, inbox.decisions])
      expect(await read(id, { before: null, limit: 10 })).toBeNull();
    expect(await inbox.mark(dealer.userId, id, { unread: false })).toBeNull();
    expect((await inbox.counts(dealer.userId)).unread).toBe(0);
    expect((await inbox.users()).map((user) => user.id).toSorted()).toEqual(
      [dealer.userId, dealer.otherUserId].toSorted(),
    );
    expect((await inbox.channelAccounts()).map((account) => account.id)).toEqual([dealer.accountId]);
    expect((await inbox.processes()).map((process) => process.id)).toEqual([dealer.processId]);
    expect(await store.processes.policy(dealer.id, other.processId)).toBeNull();
    expect((await store.models.conversations.findById(id).lean())?.readBy).toEqual([]);
  });

  it('keeps secrets out of JSON and out of what is read by default', async () => {
    const account = await store.models.channelAccounts.findById(dealer.accountId);
    const user = await store.models.users.findById(dealer.userId).select('+passwordHash');
    expect(account?.credentials).toBeUndefined();
    expect(user?.passwordHash).toMatch(/^\$argon2id\$/);
    expect(JSON.stringify([account, user, await store.inbox(dealer.id).channelAccounts()])).not.toMatch(
      /argon2|token-of/,
    );
    expect(await store.models.dealerships.findById(dealer.id).lean()).not.toHaveProperty('idKey');
  });
});

describe('history', () => {
  it('pages backwards through messages and events', async () => {
    const key = dealer.key('+18255558001');
    const { start } = await store.conversations.load(key);
    const events = Array.from({ length: 25 }, (_, index) =>
      inboundEvent(key, index + 1, `text ${index + 1}`, `SM-h-${index}`, Date.now() + index),
    );
    await store.conversations.commit(commitOf(key, start.contactId, events));
    const inbox = store.inbox(dealer.id);
    const first = await inbox.messages(key.conversationId, { before: null, limit: 10 });
    expect(first?.items.map((message) => message.position)).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
    expect(first?.next).toBe('16');
    const last = await inbox.messages(key.conversationId, { before: 6, limit: 10 });
    expect(last).toMatchObject({ next: null });
    expect(last?.items).toHaveLength(5);
    expect(
      (await inbox.events(key.conversationId, { before: 3, limit: 10 }))?.items.map((event) => event.position),
    ).toEqual([2, 1]);
  });
});
