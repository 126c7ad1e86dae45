import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import type { Change, ClientToServer, ReadChange, ServerToClient } from '@leadline/contract/realtime.ts';
import {
  addDealership,
  commitOf,
  inboundEvent,
  startTestMongo,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import { signInAs, startTestApi, until, type TestApi, type TestBrowser } from '../testApi.ts';

let mongo: TestMongo;
let api: TestApi;
let dealer: TestDealership;
let other: TestDealership;
let ana: TestBrowser;
let sockets: Socket[] = [];
let texts = 0;

type Client = Socket<ServerToClient, ClientToServer>;
interface Tab {
  socket: Client;
  changes: Change[];
  reads: ReadChange[];
  resume(cursor: string | null): Promise<{ cursor: string; reset: boolean }>;
}

beforeAll(async () => {
  mongo = await startTestMongo({ own: true });
  api = await startTestApi(mongo, 'realtime');
  dealer = await addDealership(api.store);
  other = await addDealership(api.store);
  ana = await signInAs(api, dealer.email);
}, 60_000);

afterEach(() => {
  for (const socket of sockets) socket.close();
  sockets = [];
});

afterAll(async () => {
  await api?.close();
  await mongo?.stop();
});

async function openTab(browser: TestBrowser, headers: Record<string, string> = {}): Promise<Tab> {
  const socket: Client = io(api.url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { Cookie: browser.cookie, ...headers },
  });
  sockets.push(socket);
  const tab: Tab = { socket, changes: [], reads: [], resume: (cursor) => socket.emitWithAck('resume', { cursor }) };
  socket.on('change', (change) => tab.changes.push(change));
  socket.on('read', (change) => tab.reads.push(change));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return tab;
}

async function customerOf(
  of: TestDealership,
  address: string,
): Promise<(position: number) => Promise<ConversationKey>> {
  const key = of.key(address);
  const { start } = await api.store.conversations.load(key);
  return async (position) => {
    const event = inboundEvent(key, position, `text ${position}`, `SM-rt-${++texts}`, Date.now());
    await api.store.conversations.commit(commitOf(key, start.contactId, [event], { inboundCount: position }));
    return key;
  };
}

describe('realtime', () => {
  it('pushes what was committed, with row, message and event, soon', async () => {
    const tab = await openTab(ana);
    const write = await customerOf(dealer, '+15875551001');
    const delays: number[] = [];
    for (let position = 1; position <= 20; position++) {
      const from = Date.now();
      await write(position);
      await until(() => tab.changes.some((change) => change.row?.position === position));
      delays.push(Date.now() - from);
    }
    const change = tab.changes[0]!;
    expect(change).toMatchObject({
      reload: false,
      row: { readInboundCount: null },
      messages: [{ text: 'text 1' }],
      events: [{ type: 'messageReceived' }],
    });
    expect(JSON.stringify(change.events)).not.toContain('text 1');
    expect(delays.toSorted((a, b) => a - b)[18]).toBeLessThan(250);
  });

  it('says reload when an event was replaced', async () => {
    const tab = await openTab(ana);
    const write = await customerOf(dealer, '+15875551002');
    await write(1);
    await write(1);
    await until(() => tab.changes.some((change) => change.reload));
  });

  it('resumes from a cursor, misses nothing and starts over from a malformed one', async () => {
    const first = await openTab(ana);
    const { cursor } = await first.resume(null);
    first.socket.close();
    const write = await customerOf(dealer, '+15875551003');
    const key = await write(1);
    await write(2);
    const second = await openTab(ana);
    expect(await second.resume(cursor)).toEqual({ cursor: expect.any(String), reset: false });
    // What the room had not pushed yet when this tab joined it may come before what was missed, as well as with it.
    const { conversationId } = key;
    expect(second.changes).toContainEqual(
      expect.objectContaining({
        conversationId,
        row: expect.objectContaining({ position: 2 }),
        messages: [expect.objectContaining({ text: 'text 1' }), expect.objectContaining({ text: 'text 2' })],
      }),
    );
    expect((await second.resume('nonsense')).reset).toBe(true);
  });

  it('shows nothing of another dealership', async () => {
    const tab = await openTab(ana);
    const { cursor } = await tab.resume(null);
    const foreign = await (await customerOf(other, '+15875551004'))(1);
    const own = await (await customerOf(dealer, '+15875551005'))(1);
    await until(() => tab.changes.some((change) => change.conversationId === own.conversationId));
    await tab.resume(cursor);
    expect(tab.changes.some((change) => change.conversationId === foreign.conversationId)).toBe(false);
  });

  it('refuses a socket without a session or from another site', async () => {
    await expect(openTab({ ...ana, cookie: `leadline=${'a'.repeat(43)}` })).rejects.toThrow('unauthenticated');
    await expect(openTab(ana, { Origin: 'https://evil.test' })).rejects.toThrow();
  });

  it('tells the other tabs of a user what one has read, and nobody else', async () => {
    const ben = await signInAs(api, `ben@${dealer.slug}.test`);
    const [mine, bens] = [await openTab(ana), await openTab(ben)];
    const key = await (await customerOf(dealer, '+15875551006'))(1);
    await ana.call('PUT', `/api/conversations/${key.conversationId}/unread`, { unread: false, inboundCount: 1 });
    await until(() => mine.reads.length > 0);
    expect(mine.reads).toEqual([{ conversationId: key.conversationId, readInboundCount: 1 }]);
    expect(bens.reads).toEqual([]);
  });

  it('cuts the sockets of a session that ends, here or in another process', async () => {
    const [first, second] = [await signInAs(api, dealer.email), await signInAs(api, dealer.email)];
    const [here, elsewhere] = [await openTab(first), await openTab(second)];
    await first.call('DELETE', '/api/session');
    await until(() => here.socket.disconnected, 2_000);
    expect(elsewhere.socket.connected).toBe(true);
    await api.store.models.users.updateOne({ _id: dealer.userId }, { $set: { disabledAt: new Date() } });
    await until(() => elsewhere.socket.disconnected, 5_000);
    await api.store.models.users.updateOne({ _id: dealer.userId }, { $set: { disabledAt: null } });
  }, 15_000);

  it('pushes on after the database was away', async () => {
    const browser = await signInAs(api, dealer.email);
    const tab = await openTab(browser);
    await mongo.kill();
    await mongo.restart();
    const write = await customerOf(dealer, '+15875551007');
    const key = await write(1);
    await until(() => tab.changes.some((change) => change.conversationId === key.conversationId));
  }, 60_000);
});
