import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postWebhook, textFrom } from '@leadline/api/testApi.ts';
import { until } from '../until.ts';
import { atOnce, seededRandom, shuffled } from '../seeded.ts';
import { startWholeEngine, type WholeEngine } from './wholeEngine.ts';

const SEED = 20_261_126;
const CUSTOMERS = 100;
const TEXTS_EACH = 10;
const COPIES = 10;

interface Sent {
  params: Record<string, string>;
  /** When its first copy was sent, and when one was first answered. */
  sentAt: number;
  answeredAt: number;
}

/**
 * R1 in full count: 1,000 texts, each webhook ten times, shuffled, 50 at a time, its parameters in another order each time.
 * They come from 100 customers, so that there is an order to keep. Twilio's webhooks bring no time: the order is that of arrival.
 */
describe('R1: webhooks that come ten times and out of order', () => {
  let whole: WholeEngine;
  beforeAll(async () => {
    whole = await startWholeEngine('inbound-storm');
    // None of the replies falls due within the test.
    const { store, dealer } = whole;
    const { processId } = await store.processes.publish(dealer.id, {
      schema: 1,
      name: 'Slow',
      prompt: {
        persona: { name: 'Sam', role: 'sales assistant', tone: 'friendly' },
        instructions: 'Answer.',
        facts: [],
        guardrails: { neverSay: [], maxCharacters: 320 },
      },
      window: { quietMs: 7_200_000, minMs: 3_600_000, maxMs: 14_400_000, jitter: 0 },
      limits: { aiTurnsPerDay: 10 },
    });
    await store.dealerships.setDefaults(dealer.id, { defaultProcessId: processId });
  }, 60_000);
  afterAll(() => whole?.stop(), 60_000);

  it('are one message each, in the order in which they were first taken, and one AI turn for each burst', async () => {
    const { store, dealer } = whole;
    const random = seededRandom(SEED);
    const texts: Sent[] = Array.from({ length: CUSTOMERS * TEXTS_EACH }, (_, index) => {
      const from = `+1587555${String(index % CUSTOMERS).padStart(4, '0')}`;
      return { params: textFrom(from, dealer, `text ${index}`), sentAt: Infinity, answeredAt: Infinity };
    });
    const webhooks = shuffled(
      texts.flatMap((text) => Array.from({ length: COPIES }, () => text)),
      random,
    );
    const statuses = new Map<number, number>();
    await atOnce(50, webhooks, async (text) => {
      const params = Object.fromEntries(shuffled(Object.entries(text.params), random));
      text.sentAt = Math.min(text.sentAt, Date.now());
      const { status } = await postWebhook(whole, '/webhooks/twilio/sms', params);
      text.answeredAt = Math.min(text.answeredAt, Date.now());
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    expect([...statuses]).toEqual([[200, webhooks.length]]);
    const received = () => store.models.messages.countDocuments({ direction: 'inbound' });
    await until('every text stands', async () => (await received()) >= texts.length, 120_000);
    // A message that came after all copies says, when it stands, that each conversation has taken all of them.
    const last = Array.from({ length: CUSTOMERS }, (_, index) =>
      textFrom(`+1587555${String(index).padStart(4, '0')}`, dealer, 'last'),
    );
    await atOnce(50, last, async (params) => {
      await postWebhook(whole, '/webhooks/twilio/sms', params);
    });
    await until('the last texts stand', async () => (await received()) >= texts.length + CUSTOMERS, 120_000);

    const messages = await store.models.messages.find({ text: /^text/ }).lean();
    expect(messages.map(({ providerMessageId }) => providerMessageId).sort()).toEqual(
      texts.map(({ params }) => params['MessageSid']!).sort(),
    );
    expect(await received()).toBe(texts.length + CUSTOMERS);
    const bySid = new Map(texts.map((text) => [text.params['MessageSid']!, text]));
    let ordered = 0;
    for (const conversation of Map.groupBy(messages, (message) => message.conversationId).values()) {
      expect(conversation).toHaveLength(TEXTS_EACH);
      for (const earlier of conversation) {
        for (const later of conversation) {
          if (bySid.get(earlier.providerKey)!.answeredAt >= bySid.get(later.providerKey)!.sentAt) continue;
          ordered += 1;
          expect([earlier.position < later.position, earlier.at <= later.at]).toEqual([true, true]);
        }
      }
    }
    expect(ordered).toBeGreaterThan(texts.length);
    const rows = await store.models.conversations.find({ dealershipId: dealer.id }).lean();
    expect(rows).toHaveLength(CUSTOMERS);
    for (const row of rows) {
      expect(row.inboundCount).toBe(TEXTS_EACH + 1);
      expect(row.agenda.filter(({ kind }) => kind === 'autopilotReply')).toHaveLength(1);
    }
    expect(await whole.store.spool.count()).toBe(0);
  }, 300_000);
});
