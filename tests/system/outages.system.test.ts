import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { z } from 'zod/mini';
import { Faults, type SendFromPhoneResult, type SimulatedMessage } from '@leadline/contract/simulator.ts';
import { openStore, type Store } from '@leadline/store/connect.ts';
import { startLeadline, type TestProduct } from '../leadline.ts';
import { until } from '../until.ts';

type Sent = z.infer<typeof SendFromPhoneResult>;
const LINE = '+18255550100';

/** Temporal, MongoDB, or both are gone: nothing that was answered with 200 is lost, and nothing stale is sent. */
describe('while parts are gone', () => {
  let product: TestProduct;
  let store: Store;
  let serial = 8000;
  beforeAll(async () => {
    product = await startLeadline();
    store = await openStore(product.mongoUri);
  }, 120_000);
  afterAll(async () => {
    await store?.close();
    await product?.stop();
  }, 60_000);
  beforeEach(() => faults({}));

  const newPhone = (): string => `+1825555${String((serial += 1))}`;
  const text = (from: string, body = 'is the F-150 still there?'): Promise<Sent> =>
    product.control('POST', '/inbound', { from, to: LINE, body });
  const faults = (twilio: Partial<Faults['twilio']>): Promise<unknown> =>
    product.control('PUT', '/faults', Faults.parse({ twilio, openai: { delayMs: 50 } }));
  const received = (from: string): Promise<number> =>
    store.models.messages.countDocuments({ address: from, direction: 'inbound' });
  const answers = async (to: string): Promise<number> =>
    (await product.control<{ items: SimulatedMessage[] }>('GET', '/messages')).items.filter(
      (message) => message.direction === 'toPhone' && message.to === to,
    ).length;

  it('50 copies of one webhook at once are one message and one AI turn', async () => {
    await faults({ webhookCopies: 50 });
    const from = newPhone();
    const { webhookStatuses } = await text(from);
    expect(new Set(webhookStatuses)).toEqual(new Set([200]));
    await until('the answer has come', async () => (await answers(from)) > 0, 40_000);
    expect(await received(from)).toBe(1);
    expect(await answers(from)).toBe(1);
  }, 60_000);

  it('R5: without Temporal, webhooks are taken, delivered when it is back, and get no stale answer', async () => {
    const temporal = product.parts.get('temporal')!;
    const phones = Array.from({ length: 10 }, newPhone);
    await temporal.kill();
    const statuses = await Promise.all(phones.map(async (from) => (await text(from)).webhookStatuses));
    expect(statuses.flat()).toEqual(phones.map(() => 200));
    expect(await store.spool.count()).toBe(phones.length);
    await temporal.start();
    const backAt = Date.now();
    await until('the spool is empty', async () => (await store.spool.count()) === 0, 60_000);
    await until(
      'every message stands',
      async () => (await Promise.all(phones.map(received))).every((count) => count === 1),
      60_000 - (Date.now() - backAt),
    );
    const decisions = await store.models.events.find({ type: 'decisionMade', 'data.reason': 'late' }).lean();
    expect(decisions.length).toBe(phones.length);
    expect(await Promise.all(phones.map(answers))).toEqual(phones.map(() => 0));
  }, 150_000);

  it('R6: without MongoDB, webhooks are taken, the app says what it waits for, and all is there afterwards', async () => {
    const mongo = product.parts.get('mongo')!;
    const phones = Array.from({ length: 5 }, newPhone);
    await mongo.kill();
    for (const from of phones) expect((await text(from)).webhookStatuses).toEqual([200]);
    const ready = await fetch(`${product.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('mongo');
    await mongo.start();
    await until(
      'every message stands and is answered',
      async () => (await Promise.all(phones.map(answers))).every((count) => count === 1),
      90_000,
    );
    expect(await Promise.all(phones.map(received))).toEqual(phones.map(() => 1));
  }, 150_000);

  it('without both, webhooks are answered with 503 at once', async () => {
    const [mongo, temporal] = [product.parts.get('mongo')!, product.parts.get('temporal')!];
    await Promise.all([mongo.kill(), temporal.kill()]);
    const from = newPhone();
    const startedAt = Date.now();
    expect((await text(from)).webhookStatuses).toEqual([503]);
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    await Promise.all([mongo.start(), temporal.start()]);
    await until('texts are taken again', async () => (await text(from)).webhookStatuses[0] === 200, 60_000);
  }, 120_000);
});
