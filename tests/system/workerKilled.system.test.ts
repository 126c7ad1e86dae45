import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SimulatedMessage } from '@leadline/contract/simulator.ts';
import { startLeadline, type TestProduct } from '../leadline.ts';
import { until } from '../until.ts';

/** The worker is ended with SIGKILL while rounds are at every stage: nothing is lost, nothing is sent twice. */
describe('a worker that is killed', () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await startLeadline();
  }, 120_000);
  afterAll(async () => {
    await product?.stop();
  }, 60_000);

  const CUSTOMERS = Array.from({ length: 12 }, (_, index) => `+1825555${String(7000 + index)}`);
  const KILLS = 3;
  /** A send that was cut in two is looked for during 5 minutes before it is decided anew; most runs end much sooner. */
  const MOST_MS = 420_000;

  it(
    'at any moment of a round leaves each customer with one answer',
    async () => {
      const worker = product.parts.get('worker')!;
      const texting = (async () => {
        for (const from of CUSTOMERS) {
          await product.control('POST', '/inbound', { from, to: '+18255550100', body: 'is the F-150 still there?' });
          await pause(1_000);
        }
      })();
      for (let kill = 0; kill < KILLS; kill += 1) {
        await pause(4_500);
        await worker.kill();
        await worker.start();
      }
      await texting;
      await until('every customer has an answer', async () => (await answered()).size === CUSTOMERS.length, MOST_MS);
      const accepted = (await product.control<{ items: { to: string; messageId: string }[] }>('GET', '/accepted'))
        .items;
      expect(accepted.map((message) => message.to).sort()).toEqual([...CUSTOMERS].sort());
      expect(new Set(accepted.map((message) => message.messageId)).size).toBe(CUSTOMERS.length);
    },
    MOST_MS + 120_000,
  );

  async function answered(): Promise<Set<string>> {
    const { items } = await product.control<{ items: SimulatedMessage[] }>('GET', '/messages');
    return new Set(items.filter((message) => message.direction === 'toPhone').map((message) => message.to));
  }
});

/** Spreads the kills over the stages of a round; what is waited for is waited for by condition. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
