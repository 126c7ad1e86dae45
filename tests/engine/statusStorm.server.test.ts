import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deliver } from '@leadline/activities/deliver.ts';
import { createChannelActivities } from '@leadline/activities/reconcileChannel.ts';
import { startTestProvider, type TestProvider } from '../testProvider.ts';
import { postWebhook, startTestApi, type TestApi } from '@leadline/api/testApi.ts';
import { messageIdAt } from '@leadline/contract/ids.ts';
import { mayFollow, statusRank, type MessageStatus } from '@leadline/contract/messageStatus.ts';
import {
  addDealership,
  commitOf,
  outboundEvent,
  startTestMongo,
  TEST_AUTH_TOKEN,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import { until } from '../until.ts';
import { atOnce, seededRandom, shuffled } from '../seeded.ts';

const SEED = 20_261_127;
const CONVERSATIONS = 40;
const SENDS_EACH = 50;
const COPIES = 5;
const MISSING = 0.2;

interface Send {
  messageId: string;
  to: string;
  /** What the provider comes to say of it, in order. */
  fate: ('sent' | 'delivered' | 'undelivered')[];
  /** Which of that reaches us. */
  told: ('sent' | 'delivered' | 'undelivered')[];
}
const OURS: Record<Send['fate'][number], MessageStatus> = {
  sent: 'sent',
  delivered: 'delivered',
  undelivered: 'failed',
};

/**
 * R2 in full count: 2,000 sends through the Twilio SDK, two statuses each, five copies of each, 20 % of the statuses
 * missing, all shuffled over all messages. Nothing is reduced but the conversations: 40 with 50 messages each.
 */
describe('R2: status callbacks that come five times, out of order, or never', () => {
  let mongo: TestMongo;
  let api: TestApi;
  let dealer: TestDealership;
  let provider: TestProvider;
  beforeAll(async () => {
    mongo = await startTestMongo();
    api = await startTestApi(mongo, 'status-storm');
    dealer = await addDealership(api.store);
    provider = await startTestProvider({
      credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: TEST_AUTH_TOKEN },
    });
  }, 60_000);
  afterAll(async () => {
    await provider?.stop();
    await api?.close();
    await mongo?.stop();
  });

  /** One conversation's messages, queued. */
  async function queue(to: string, sends: Send[]): Promise<void> {
    const key = dealer.key(to);
    const { start } = await api.store.conversations.load(key);
    const events = sends.map((_, index) => outboundEvent(key, index + 1, `text ${index}`, Date.now()));
    await api.store.conversations.commit(commitOf(key, start.contactId, events));
  }

  async function handOver({ messageId, to }: Send): Promise<void> {
    const { messages } = api.store;
    const deps = { messages, channelOf: () => provider.channel, now: () => Date.now(), pause: async () => undefined };
    const request = { key: dealer.key(to), messageId, attempt: 1, expiresAt: Date.now() + 60_000 };
    expect(await deliver(deps, request)).toEqual({ outcome: 'sent' });
  }

  it('leave the right status, never undo a higher one, and the list settles what never came', async () => {
    const random = seededRandom(SEED);
    const sends: Send[] = Array.from({ length: CONVERSATIONS * SENDS_EACH }, (_, index) => {
      const to = `+1587666${String(Math.floor(index / SENDS_EACH)).padStart(4, '0')}`;
      const fate: Send['fate'] = ['sent', index % 10 === 0 ? 'undelivered' : 'delivered'];
      const messageId = messageIdAt(dealer.key(to).conversationId, (index % SENDS_EACH) + 1);
      return { messageId, to, fate, told: fate.filter(() => random() >= MISSING) };
    });
    await atOnce(4, [...Map.groupBy(sends, ({ to }) => to)], ([to, its]) => queue(to, its));
    const failing = sends.filter(({ fate }) => fate[1] === 'undelivered');
    await provider.faults({ rateNoCallback: 1, statusDelayMs: 0, failWithCode: 30003 });
    await atOnce(20, failing, handOver);
    await provider.faults({ rateNoCallback: 1, statusDelayMs: 0 });
    await atOnce(
      20,
      sends.filter((send) => !failing.includes(send)),
      handOver,
    );
    const sids = new Map((await provider.accepted()).map(({ messageId, sid }) => [messageId, sid]));
    expect(sids.size).toBe(sends.length);

    const callbacks = sends.flatMap((send) =>
      send.told.flatMap((status) => Array.from({ length: COPIES }, () => ({ send, status }))),
    );
    await atOnce(50, shuffled(callbacks, random), async ({ send: { messageId, to }, status }) => {
      const params = {
        MessageSid: sids.get(messageId)!,
        MessageStatus: status,
        AccountSid: `AC${'0'.repeat(32)}`,
        From: dealer.accountAddress,
        To: to,
        ...(status === 'undelivered' && { ErrorCode: '30003' }),
      };
      const answer = await postWebhook(api, `/webhooks/twilio/status?message=${messageId}&attempt=1`, params);
      expect(answer.status).toBe(200);
    });
    const standing = await statuses();
    for (const { messageId, told } of sends) {
      const highest = told.map((status) => OURS[status]).reduce((a, b) => (mayFollow(a, b) ? b : a), 'sending');
      expect([messageId, standing.get(messageId)]).toEqual([messageId, highest]);
    }
    await statusesOnlyRose();

    await until('the provider is done with all', async () =>
      (await provider.messages()).every(({ status }) => status.endsWith('delivered')),
    );
    const untold = sends.filter(({ told, fate }) => !told.includes(fate[1]!)).length;
    expect(await reconcile()).toBeGreaterThanOrEqual(untold);
    const settled = await statuses();
    for (const { messageId, fate } of sends)
      expect([messageId, settled.get(messageId)]).toEqual([messageId, OURS[fate[1]!]]);
    await statusesOnlyRose();
    const failures = new Set(api.engine.failures.map(({ report }) => report.messageId));
    expect(failures).toEqual(new Set(failing.map(({ messageId }) => messageId)));
    const claimed = await api.store.models.messages.distinct('providerMessageId', { dealershipId: dealer.id });
    expect(new Set(claimed)).toEqual(new Set(sids.values()));
  }, 300_000);

  async function statuses(): Promise<Map<string, MessageStatus>> {
    const messages = await api.store.models.messages.find({ dealershipId: dealer.id }, { status: 1 }).lean();
    return new Map(messages.map(({ _id, status }) => [_id, status]));
  }

  async function statusesOnlyRose(): Promise<void> {
    const entries = await api.store.models.events
      .find({ dealershipId: dealer.id, type: 'deliveryStatus' })
      .sort({ committedAt: 1, _id: 1 })
      .lean();
    for (const one of Map.groupBy(entries, ({ data }) => String(data['messageId'])).values()) {
      const ranks = one.map(({ data }) => statusRank(data['status'] as MessageStatus));
      expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
    }
  }

  async function reconcile(): Promise<number> {
    const { channelAccounts: accounts, messages, providerRecords: records } = api.store;
    const conversations = api.engine;
    const ports = createChannelActivities({
      accounts,
      messages,
      records,
      conversations,
      channelOf: () => provider.channel,
      now: () => Date.now() + 10_000,
      graceMs: 0,
    });
    const channelAccountId = dealer.accountId;
    const span = (await ports.uncheckedSpan({ channelAccountId }))!;
    let settled = 0;
    for (let cursor: string | null = null; ;) {
      const page = await ports.reconcilePage({
        channelAccountId,
        direction: 'outbound',
        ...span,
        cursor,
        requestId: 'run',
      });
      settled += page.settled;
      if (page.next === null) return settled;
      cursor = page.next;
    }
  }
});
