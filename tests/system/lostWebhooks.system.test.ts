import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { reconcileScheduleId } from '@leadline/contract/ids.ts';
import { Faults, type SendFromPhoneResult, type SimulatedMessage } from '@leadline/contract/simulator.ts';
import { openStore, type Store } from '@leadline/store/connect.ts';
import type { z } from 'zod/mini';
import { startLeadline, type TestProduct } from '../leadline.ts';
import { until } from '../until.ts';

const LINE = '+18255550100';

/** The provider's webhooks do not reach us: its list brings what they would have said, when the schedule runs. */
describe('what the provider knows and no webhook has told', () => {
  let product: TestProduct;
  let store: Store;
  let connection: Connection;
  let schedule: ReturnType<Client['schedule']['getHandle']>;
  let serial = 6000;
  beforeAll(async () => {
    // In life a text is left to its webhook for some minutes; these tests do not wait for that.
    product = await startLeadline({ RECONCILE_GRACE_MS: '0' });
    store = await openStore(product.mongoUri);
    connection = await Connection.connect({ address: product.temporalAddress });
    const account = (await store.channelAccounts.all()).find((one) => one.address === LINE)!;
    schedule = new Client({ connection }).schedule.getHandle(reconcileScheduleId(account.dealershipSlug, account.id));
    // It runs when these tests say so. The worker makes it right after its start.
    const isPaused = (): Promise<boolean> =>
      schedule.pause().then(
        () => true,
        () => false,
      );
    await until('the schedule is there', isPaused);
  }, 120_000);
  afterEach(() => faults({}));
  afterAll(async () => {
    await connection?.close();
    await store?.close();
    await product?.stop();
  }, 60_000);

  const newPhone = (): string => `+1825555${String((serial += 1))}`;
  const text = (from: string): Promise<z.infer<typeof SendFromPhoneResult>> =>
    product.control('POST', '/inbound', { from, to: LINE, body: 'is the F-150 still there?' });
  const faults = (twilio: Partial<Faults['twilio']>): Promise<unknown> =>
    product.control('PUT', '/faults', Faults.parse({ twilio, openai: { delayMs: 50 } }));
  const inbounds = (from: string) => store.models.messages.find({ address: from, direction: 'inbound' }).lean();
  const answers = async (): Promise<SimulatedMessage[]> =>
    (await product.control<{ items: SimulatedMessage[] }>('GET', '/messages')).items.filter(
      (message) => message.direction === 'toPhone',
    );

  it('texts come in, marked as late and left to people; a text that had its webhook is answered once', async () => {
    const [lost, heard] = [Array.from({ length: 5 }, newPhone), newPhone()];
    await faults({ rateNoWebhook: 1 });
    for (const from of lost) expect((await text(from)).webhookStatuses).toEqual([]);
    await faults({});
    expect((await text(heard)).webhookStatuses).toEqual([200]);
    await until('the text with a webhook stands', async () => (await inbounds(heard)).length === 1);
    expect((await Promise.all(lost.map(inbounds))).flat()).toEqual([]);
    await schedule.trigger();
    await until(
      'every lost text is in the inbox',
      async () => (await Promise.all(lost.map(inbounds))).every(({ length }) => length === 1),
      30_000,
    );
    await schedule.trigger();
    await until('the text that had its webhook is answered', async () => (await answers()).length > 0, 40_000);
    const found = (await Promise.all(lost.map(inbounds))).flat();
    expect(found.map(({ late }) => late)).toEqual(lost.map(() => true));
    expect(await inbounds(heard)).toMatchObject([{ late: false }]);
    const conversations = found.map(({ conversationId }) => conversationId);
    const decisions = await store.models.events
      .find({ conversationId: { $in: conversations }, type: 'decisionMade' })
      .lean();
    expect(decisions.map(({ data }) => data['reason'])).toEqual(lost.map(() => 'late'));
    // The answer to the other text was armed after these came in: one to them would have left by now.
    expect((await answers()).map(({ to }) => to)).toEqual([heard]);
    expect(await store.models.messages.countDocuments({ address: { $in: lost }, direction: 'outbound' })).toBe(0);
  }, 120_000);

  it('a send whose answer and callbacks were lost is settled with what became of it', async () => {
    const from = newPhone();
    await faults({ rateDropAfter: 1, rateNoCallback: 1, statusDelayMs: 10 });
    await text(from);
    const sent = () => store.models.messages.findOne({ address: from, direction: 'outbound' }).lean();
    await until('nobody knows what became of the answer', async () => (await sent())?.status === 'unknown', 40_000);
    expect(await sent()).toMatchObject({ providerMessageId: null });
    await schedule.trigger();
    // `delivered` is in the list alone: the conversation's own search for its message says `sent`.
    await until('the answer is settled', async () => (await sent())?.status === 'delivered', 30_000);
    const here = (await answers()).filter(({ to }) => to === from);
    expect(here.map(({ sid }) => sid)).toEqual([(await sent())!.providerMessageId]);
  }, 120_000);
});
