import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { openStore, type Store } from './connect.ts';
import { journalCursor, journalCursorNow, type JournalWatch } from './journal.ts';
import type { JournalEntry } from './models/journal.ts';
import {
  addDealership,
  commitOf,
  inboundEvent,
  startTestMongo,
  type TestDealership,
  type TestMongo,
} from './testStore.ts';

let mongo: TestMongo;
let store: Store;
let dealer: TestDealership;
let watching: JournalWatch | null = null;
let positions = 0;
let key: ConversationKey;
let contactId: string;

beforeAll(async () => {
  mongo = await startTestMongo({ own: true });
  store = await openStore(mongo.uri, { dbName: `journal-${process.pid}`, serverSelectionTimeoutMs: 1_000 });
  dealer = await addDealership(store);
  key = dealer.key('+18255550001');
  contactId = (await store.conversations.load(key)).start.contactId;
}, 60_000);

afterEach(async () => {
  await watching?.close();
  watching = null;
});

afterAll(async () => {
  await store?.close();
  await mongo?.stop();
});

async function write(): Promise<number> {
  const position = ++positions;
  await store.conversations.commit(
    commitOf(key, contactId, [inboundEvent(key, position, 'hi', `SM-j-${position}`, Date.now())]),
  );
  return position;
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (Date.now() > end) throw new Error('The condition did not come to hold within 20 s.');
  }
}

function watch(seen: JournalEntry[], resumeAfter?: string): JournalWatch {
  watching = store.journal.watch((entries) => seen.push(...entries), resumeAfter === undefined ? {} : { resumeAfter });
  return watching;
}

describe('watch', () => {
  it('hands over what is written', async () => {
    const seen: JournalEntry[] = [];
    await watch(seen).open;
    const position = await write();
    await until(() => seen.length > 0);
    expect(seen[0]).toMatchObject({ position, dealershipId: dealer.id, type: 'messageReceived' });
    expect(seen[0]?.committedAt).toBeInstanceOf(Date);
  });

  it('begins after a cursor', async () => {
    const cursor = journalCursorNow();
    const position = await write();
    const seen: JournalEntry[] = [];
    await watch(seen, cursor).open;
    expect(seen.map((entry) => entry.position)).toContain(position);
  });

  it('misses nothing while the database is gone', async () => {
    const seen: JournalEntry[] = [];
    await watch(seen).open;
    await write();
    await mongo.kill();
    await mongo.restart();
    const position = await write();
    await until(() => seen.some((entry) => entry.position === position));
    const next = await write();
    await until(() => seen.some((entry) => entry.position === next));
  }, 60_000);
});

describe('since', () => {
  it('gives what came after a cursor, with an overlap, and says when there is more', async () => {
    const before = journalCursorNow();
    const first = await write();
    const second = await write();
    const all = await store.journal.since(dealer.id, before, 1_000);
    expect(all?.complete).toBe(true);
    expect(all?.entries.map((entry) => entry.position)).toEqual(expect.arrayContaining([first, second]));
    const last = all!.entries.at(-1)!;
    expect(
      (await store.journal.since(dealer.id, journalCursor(last), 1_000))?.entries.map((entry) => entry._id),
    ).toContain(last._id);
    expect((await store.journal.since(dealer.id, before, 1))?.complete).toBe(false);
    expect((await store.journal.since('another', before, 10))?.entries).toEqual([]);
    expect(await store.journal.since(dealer.id, 'nonsense', 10)).toBeNull();
  });
});
