import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { postWebhook } from '@leadline/channels/outgoingWebhook/post.ts';
import type { WebhookRequest } from '@leadline/contract/ports.ts';
import type { NewWebhookEndpoint, WebhookDeliveryView } from '@leadline/contract/webhooks.ts';
import type { Store } from '@leadline/store/connect.ts';
import { newId } from '@leadline/store/ids.ts';
import {
  addDealership,
  openTestStore,
  startTestMongo,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import { callWebhook, type CallWebhookDeps } from './callWebhook.ts';
import { WebhookPlaces } from './webhookPlaces.ts';

const MINUTE = 60_000;

/** With the real database, and a receiver on a port of its own. */
describe('a call of a webhook', () => {
  let mongo: TestMongo;
  let store: Store;
  let dealer: TestDealership;
  let server: Server;
  let base: string;
  let endpoint: NewWebhookEndpoint;
  let received: { id: string; signature: string; body: string }[] = [];
  let answers: number[] = [];
  let serial = 0;

  beforeAll(async () => {
    mongo = await startTestMongo();
    store = await openTestStore(mongo, 'webhooks');
    dealer = await addDealership(store);
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const header = (name: string): string => String(request.headers[name]);
        received.push({ id: header('leadline-event-id'), signature: header('leadline-signature'), body });
        response.writeHead(answers.shift() ?? 200, { Location: `${base}/elsewhere` }).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    endpoint = await store.inbox(dealer.id).webhooks.add({ id: newId(), name: 'CRM', url: `${base}/hook` });
  }, 60_000);
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await store?.close();
    await mongo?.stop();
  });
  beforeEach(() => {
    received = [];
    answers = [];
  });

  const deps = (more: Partial<CallWebhookDeps> = {}): CallWebhookDeps => ({
    deliveries: store.webhookDeliveries,
    post: (call) => postWebhook(call, { mayBePrivate: true }),
    places: new WebhookPlaces(),
    now: () => Date.now(),
    ...more,
  });
  async function request(more: Partial<WebhookRequest> = {}): Promise<WebhookRequest> {
    const key = dealer.key(`+1825555${String((serial += 1)).padStart(4, '0')}`);
    const { start } = await store.conversations.load(key);
    await store.contacts.rename(dealer.id, start.contactId, 'Mia Wong');
    return {
      key,
      eventId: `${key.conversationId}-7-${endpoint.id}`,
      endpointId: endpoint.id,
      contactId: start.contactId,
      createdAt: Date.now(),
      giveUpAt: Date.now() + 14 * MINUTE,
      rule: { id: 'crm', name: 'Tell the CRM' },
      conversation: { stage: 'engaged', status: 'open', ownerId: dealer.userId, tags: ['vip'] },
      ...more,
    };
  }
  const delivery = async (eventId: string): Promise<WebhookDeliveryView | undefined> =>
    (await store.inbox(dealer.id).webhooks.deliveries(endpoint.id))!.find((one) => one.id === eventId);

  it('tells of the rule, the conversation and the contact, signed with the endpoint’s secret', async () => {
    const wanted = await request();
    expect(await callWebhook(deps(), wanted)).toEqual({ outcome: 'delivered' });
    const [call] = received;
    expect(JSON.parse(call!.body)).toEqual({
      id: wanted.eventId,
      type: 'automation.ruleRan',
      createdAt: new Date(wanted.createdAt).toISOString(),
      data: {
        rule: { id: 'crm', name: 'Tell the CRM' },
        conversation: {
          id: wanted.key.conversationId,
          channel: 'sms',
          stage: 'engaged',
          status: 'open',
          ownerId: dealer.userId,
          tags: ['vip'],
        },
        contact: { id: wanted.contactId, name: 'Mia Wong', phone: wanted.key.address },
      },
    });
    const [, seconds, given] = /^t=(\d+),v1=(\w+)$/.exec(call!.signature)!;
    expect(given).toBe(createHmac('sha256', endpoint.secret).update(`${seconds}.${call!.body}`).digest('hex'));
    expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(60);
    expect(await delivery(wanted.eventId)).toMatchObject({
      conversationId: wanted.key.conversationId,
      ruleId: 'crm',
      attempts: 1,
      lastStatusCode: 200,
      lastError: null,
      deliveredAt: expect.any(String),
      givenUpAt: null,
    });
  });

  it('that failed is tried again, later each time, with the same id, and not after it was delivered', async () => {
    const wanted = await request();
    answers = [500, 302, 200];
    await expect(callWebhook(deps(), wanted)).rejects.toMatchObject({
      type: 'WebhookNotTaken',
      message: '“CRM” answered 500.',
      nonRetryable: false,
      nextRetryDelay: 5_000,
    });
    expect(await delivery(wanted.eventId)).toMatchObject({ attempts: 1, lastStatusCode: 500, deliveredAt: null });
    await expect(callWebhook(deps(), wanted)).rejects.toMatchObject({ nextRetryDelay: 10_000 });
    expect(await callWebhook(deps(), wanted)).toEqual({ outcome: 'delivered' });
    expect(await callWebhook(deps(), wanted)).toEqual({ outcome: 'delivered' });
    expect(received.map(({ id }) => id)).toEqual([wanted.eventId, wanted.eventId, wanted.eventId]);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(await delivery(wanted.eventId)).toMatchObject({ attempts: 3, lastStatusCode: 200, lastError: null });
  });

  it('that is answered 410 is given up, for good', async () => {
    const wanted = await request();
    answers = [410];
    const givenUp = { outcome: 'givenUp', reason: '“CRM” answered 410: it takes no more events.' };
    expect(await callWebhook(deps(), wanted)).toEqual(givenUp);
    expect(await callWebhook(deps(), wanted)).toEqual(givenUp);
    expect(received).toHaveLength(1);
    expect(await delivery(wanted.eventId)).toMatchObject({
      lastStatusCode: 410,
      lastError: givenUp.reason,
      deliveredAt: null,
      givenUpAt: expect.any(String),
    });
  });

  it('is given up when no further try would begin in time', async () => {
    const wanted = await request({ giveUpAt: Date.now() + 7_000 });
    answers = [503, 503];
    await expect(callWebhook(deps(), wanted)).rejects.toThrow('answered 503');
    expect(await callWebhook(deps(), wanted)).toEqual({
      outcome: 'givenUp',
      reason: '“CRM” answered 503. It was tried 2 times.',
    });
    expect(await delivery(wanted.eventId)).toMatchObject({ attempts: 2, givenUpAt: expect.any(String) });
  });

  it('to a private address is given up at once, and nobody is connected to', async () => {
    const wanted = await request();
    const post: CallWebhookDeps['post'] = (call) => postWebhook(call, { mayBePrivate: false });
    expect(await callWebhook(deps({ post }), wanted)).toMatchObject({ outcome: 'givenUp' });
    const named = await store.inbox(dealer.id).webhooks.add({
      id: newId(),
      name: 'Inside',
      url: base.replace('http:', 'https:').replace('127.0.0.1', 'localhost'),
    });
    const again = await request({ endpointId: named.id });
    expect(await callWebhook(deps({ post }), again)).toEqual({
      outcome: 'givenUp',
      reason: '“Inside”: A webhook must go to an address of the public internet.',
    });
    expect(received).toEqual([]);
  });

  it('to an endpoint that was removed, or is another dealership’s, is given up', async () => {
    const other = await addDealership(store);
    const foreign = await store.inbox(other.id).webhooks.add({ id: newId(), name: 'Theirs', url: `${base}/theirs` });
    for (const endpointId of ['gone', foreign.id]) {
      const wanted = await request({ endpointId });
      expect(await callWebhook(deps(), wanted)).toEqual({
        outcome: 'givenUp',
        reason: 'Its endpoint has been removed.',
      });
    }
    expect(received).toEqual([]);
  });

  it('waits for a place when its endpoint hangs, and others do not', async () => {
    const places = new WebhookPlaces();
    const hanging: (() => void)[] = [];
    const post: CallWebhookDeps['post'] = () =>
      new Promise((resolve) => hanging.push(() => resolve({ outcome: 'answered', statusCode: 200 })));
    const calls = await Promise.all(Array.from({ length: 8 }, () => request()));
    const running = calls.map((one) => callWebhook(deps({ places, post }), one));
    const late = await request();
    await expect(callWebhook(deps({ places }), late)).rejects.toMatchObject({ nextRetryDelay: 2_000 });
    expect(await delivery(late.eventId)).toBeUndefined();
    const other = await store.inbox(dealer.id).webhooks.add({ id: newId(), name: 'Other', url: `${base}/other` });
    const elsewhere = await request({ endpointId: other.id });
    expect(await callWebhook(deps({ places }), elsewhere)).toEqual({ outcome: 'delivered' });
    while (hanging.length < 8) await new Promise((resolve) => setImmediate(resolve));
    for (const end of hanging) end();
    await Promise.all(running);
    expect(await callWebhook(deps({ places }), late)).toEqual({ outcome: 'delivered' });
  });
});
