import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod/mini';
import type { SendFromPhoneResult } from '@leadline/contract/simulator.ts';
import { openStore, type Store } from '@leadline/store/connect.ts';
import type { PartName } from '@leadline/temporal/product.ts';
import { startLeadline, type TestProduct } from '../leadline.ts';
import { until } from '../until.ts';

/**
 * R3 of quality.md, shortened from ten minutes at 20 messages a second to one at two: every part is killed with SIGKILL
 * while texts come in. What was answered with 200 is there once, and no customer gets an answer twice.
 */
describe('R3: parts that are killed under load', () => {
  let product: TestProduct;
  let store: Store;
  beforeAll(async () => {
    product = await startLeadline();
    store = await openStore(product.mongoUri);
  }, 120_000);
  afterAll(async () => {
    await store?.close();
    await product?.stop();
  }, 60_000);

  const CUSTOMERS = Array.from({ length: 100 }, (_, index) => `+1825555${String(6000 + index)}`);
  const KILLED: PartName[] = ['worker', 'api', 'temporal', 'mongo', 'worker', 'temporal', 'api'];
  /** A send that was cut in two is looked for during 5 minutes before it is decided anew; most runs end much sooner. */
  const MOST_MS = 420_000;

  it(
    'lose nothing that was taken, and send nothing twice',
    async () => {
      const taken: string[] = [];
      const texting = (async () => {
        for (const from of CUSTOMERS) {
          const body = { from, to: '+18255550100', body: 'is the F-150 still there?' };
          // While the API is away nothing is taken: then Twilio knows of the text, and so does its list.
          const answer = await product
            .control<z.infer<typeof SendFromPhoneResult>>('POST', '/inbound', body)
            .catch(() => ({ webhookStatuses: [] as number[] }));
          if (answer.webhookStatuses.includes(200)) taken.push(from);
          await pause(500);
        }
      })();
      for (const name of KILLED) {
        await pause(5_000);
        await product.parts.get(name)!.kill();
        await pause(1_000);
        await product.parts.get(name)!.start();
      }
      await texting;
      expect(taken.length).toBeGreaterThan(CUSTOMERS.length / 2);
      await until('every text that was taken is decided', () => isSettled(taken), MOST_MS);
      const texts = await store.models.messages
        .find({ address: { $in: taken }, direction: 'inbound' }, { address: 1 })
        .lean();
      expect(texts.map((text) => text.address).sort()).toEqual([...taken].sort());
      const accepted = (await product.control<{ items: { to: string; messageId: string }[] }>('GET', '/accepted'))
        .items;
      expect(new Set(accepted.map((message) => message.to)).size).toBe(accepted.length);
      expect(new Set(accepted.map((message) => message.messageId)).size).toBe(accepted.length);
    },
    MOST_MS + 120_000,
  );

  /**
   * Each text has its answer under way or its reason on record, and no send is in doubt. One that the provider has taken is
   * in none: what its callbacks said while the API was away, `reconcileChannel` reads from the provider's list.
   */
  async function isSettled(taken: string[]): Promise<boolean> {
    const rows = await store.models.conversations
      .find({ 'contact.address': { $in: taken } }, { agenda: 1, waitingSinceAt: 1 })
      .lean();
    if (rows.length < taken.length || (await store.spool.count()) > 0) return false;
    const inDoubt = await store.models.messages.countDocuments({
      address: { $in: taken },
      direction: 'outbound',
      $or: [{ status: { $in: ['queued', 'unknown'] } }, { status: 'sending', providerMessageId: null }],
    });
    const waiting = rows.filter(({ agenda }) => agenda.some(({ kind }) => kind === 'autopilotReply'));
    return inDoubt === 0 && waiting.length === 0;
  }
});

/** Spreads the kills over the load; what is waited for is waited for by condition. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
