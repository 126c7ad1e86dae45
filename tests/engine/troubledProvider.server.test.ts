import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../until.ts';
import { startWholeEngine, type WholeEngine } from './wholeEngine.ts';

const CUSTOMERS = 40;
/** A call to the provider may take this long: long enough for many commits, were they not to wait for it. */
const PROVIDER_TIMEOUT_MS = 6_000;

/**
 * R7: the provider answers 30 % of the calls with 429 and lets 10 % run into a time-out, half of those after it took the
 * message; then it is gone altogether. Reduced: 80 sends, time-outs of 6 s, an outage of as long as it takes to write
 * 40 of them. What the provider lost in a time-out stays in doubt for 5 minutes, which are not waited for.
 */
describe('R7: a provider in trouble', () => {
  let whole: WholeEngine;
  beforeAll(async () => {
    whole = await startWholeEngine('troubled-provider', PROVIDER_TIMEOUT_MS);
  }, 60_000);
  afterAll(() => whole?.stop(), 60_000);

  const phones = Array.from({ length: CUSTOMERS }, (_, index) => `+1587888${String(index).padStart(4, '0')}`);
  const outbound = () => whole.store.models.messages.find({ direction: 'outbound' }).lean();

  /** A person answers these customers; resolves once all of it is committed. */
  async function answer(customers: string[], text: string): Promise<void> {
    const { engine, dealer } = whole;
    await Promise.all(
      customers.map((phone, index) => {
        const args = { userId: dealer.userId, requestId: 'test', text, fromDraftId: null };
        return engine.update(dealer.key(phone), 'sendMessage', args, `${text}-${index}`);
      }),
    );
  }

  it('gets nothing twice, and has everything once it is back, or we say that we do not know', async () => {
    const { provider, store, dealer } = whole;
    await Promise.all(phones.map((phone) => provider.text(phone, dealer.accountAddress, 'is it there?')));
    const received = () => store.models.messages.countDocuments({ direction: 'inbound' });
    await until('the customers’ texts stand', async () => (await received()) === CUSTOMERS, 30_000);

    await provider.faults({ rate429: 0.3, rateHangBefore: 0.05, rateHangAfter: 0.05, statusDelayMs: 20 });
    await answer(phones, 'first');
    await until(
      'each was handed over, or is known to be in doubt',
      async () => (await outbound()).every(({ status }) => status !== 'queued' && status !== 'sending'),
      // Now and then five fail in a row, and all wait for 10 s.
      180_000,
    );

    await provider.goDown();
    await answer(phones, 'second');
    const second = () => store.models.messages.find({ direction: 'outbound', text: 'second' }).lean();
    expect((await second()).map(({ providerMessageId }) => providerMessageId)).toEqual(phones.map(() => null));
    await provider.comeBack();
    await provider.faults({ statusDelayMs: 20 });
    const isKnown = ({ status, providerMessageId }: { status: string; providerMessageId: string | null }): boolean =>
      status === 'unknown' || (status === 'delivered' && providerMessageId !== null);
    await until('all is sent or reported', async () => (await outbound()).every(isKnown), 180_000);

    const messages = await outbound();
    expect(messages).toHaveLength(2 * CUSTOMERS);
    const held = Map.groupBy(await provider.accepted(), ({ messageId }) => messageId);
    for (const copies of held.values()) expect(copies).toHaveLength(1);
    for (const { _id, status, providerMessageId } of messages) {
      const sid = held.get(_id)?.[0]!.sid ?? null;
      if (status === 'delivered') expect([_id, providerMessageId]).toEqual([_id, sid]);
    }
    const doubted = await store.models.events.distinct('data.messageId', { type: 'deliveryUnknown' });
    const unknown = messages.filter(({ status }) => status === 'unknown').map(({ _id }) => _id);
    expect(unknown.filter((id) => !doubted.includes(id))).toEqual([]);
    // A connection that broke under a call leaves it in doubt; one that was refused does not.
    const sentLater = (await second()).filter(({ status }) => status === 'delivered');
    expect(sentLater.length).toBeGreaterThan(CUSTOMERS / 2);
  }, 420_000);

  it('that lets every call hang holds up no commit: of a person, or of a customer’s text', async () => {
    const { provider, store, dealer } = whole;
    const some = phones.slice(0, 15);
    await provider.faults({ rateHangBefore: 1 });
    await answer(some, 'into the void');
    const hanging = () => store.models.messages.find({ text: 'into the void' }).lean();
    await until('every send hangs', async () => (await hanging()).every(({ status }) => status === 'sending'));
    await answer(some, 'meanwhile');
    await Promise.all(some.map((phone) => provider.text(phone, dealer.accountAddress, 'hello?')));
    const received = () => store.models.messages.countDocuments({ text: 'hello?' });
    await until('the customers’ texts stand', async () => (await received()) === some.length);
    expect((await hanging()).map(({ status }) => status)).toEqual(some.map(() => 'sending'));
    expect(await store.models.messages.distinct('status', { text: 'meanwhile' })).toEqual(['queued']);
  }, 60_000);

  it('is spared the sends that follow: one at a time tries whether it is back, the others wait, and leave when it is', async () => {
    const { provider, store } = whole;
    const waiting = () => store.models.messages.find({ text: 'meanwhile' }).lean();
    const tried = async () => (await waiting()).filter(({ status }) => status === 'unknown');
    await until('one has tried in vain', async () => (await tried()).length > 0, 120_000);
    const others = (await waiting()).filter(({ status }) => status !== 'unknown');
    // Four may follow before the fifth has failed, and one tries whether the provider is back.
    expect(others.length).toBeGreaterThanOrEqual(10);
    for (const { status } of others) expect(['queued', 'sending']).toContain(status);
    await provider.faults({ statusDelayMs: 20 });
    const isKnown = ({ status }: { status: string }): boolean => status === 'delivered' || status === 'unknown';
    await until('the others have arrived', async () => (await waiting()).every(isKnown), 120_000);
    // Another may have tried in vain before the provider was back.
    expect((await tried()).length).toBeLessThanOrEqual(6);
  }, 240_000);
});
