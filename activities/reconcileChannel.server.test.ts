import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversationKey, DeliveryFailed, InboundMessage } from '@leadline/contract/conversation.ts';
import { messageIdAt } from '@leadline/contract/ids.ts';
import type { ChannelActivities, ReconcileCounts } from '@leadline/contract/ports.ts';
import type { Store } from '@leadline/store/connect.ts';
import {
  addDealership,
  commitOf,
  inboundEvent,
  openTestStore,
  outboundEvent,
  startTestMongo,
  TEST_AUTH_TOKEN,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import { deliver } from './deliver.ts';
import { createChannelActivities } from './reconcileChannel.ts';
import { startTestProvider, type TestProvider } from '../tests/testProvider.ts';

let mongo: TestMongo;
let store: Store;
let dealer: TestDealership;
let provider: TestProvider;
let phones = 0;
const newPhone = (): string => `+1587555${String((phones += 1)).padStart(4, '0')}`;
/** Later than anything in these tests: no message is too young. */
const later = (): number => Date.now() + 10_000;

/** Takes what it is told as a conversation does: each provider's message once. */
class TakingConversations {
  readonly inbounds: { key: ConversationKey; message: InboundMessage }[] = [];
  readonly failures: DeliveryFailed[] = [];
  /** The signal is taken, and the answer to it is lost, so often. */
  lost = 0;

  inbound = async (key: ConversationKey, message: InboundMessage): Promise<void> => {
    await takeIn(key, message);
    this.inbounds.push({ key, message });
    if (this.lost-- > 0) throw new Error('Temporal took it, and the connection broke.');
  };
  deliveryFailed = async (_key: ConversationKey, report: DeliveryFailed): Promise<void> => {
    this.failures.push(report);
  };
}
let conversations: TakingConversations;

async function takeIn(key: ConversationKey, { text, providerMessageId, providerAt }: InboundMessage): Promise<void> {
  const { start } = await store.conversations.load(key);
  const position = 1 + (await store.models.messages.countDocuments({ conversationId: key.conversationId }));
  const event = inboundEvent(key, position, text, providerMessageId, providerAt ?? Date.now());
  await store.conversations.commit({ ...commitOf(key, start.contactId, [event]), fenceAt: Date.now() });
}

beforeAll(async () => {
  mongo = await startTestMongo();
  store = await openTestStore(mongo, 'reconcile-channel');
  dealer = await addDealership(store);
  provider = await startTestProvider({
    credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: TEST_AUTH_TOKEN },
    timeoutMs: 500,
  });
  conversations = new TakingConversations();
}, 60_000);
afterEach(async () => {
  conversations = new TakingConversations();
  await provider.faults({});
});
afterAll(async () => {
  await provider?.stop();
  await store?.close();
  await mongo?.stop();
});

function activities(options: { graceMs?: number; pageSize?: number } = {}): ChannelActivities {
  return createChannelActivities({
    accounts: store.channelAccounts,
    messages: store.messages,
    records: store.providerRecords,
    channelOf: () => provider.channel,
    conversations,
    now: later,
    graceMs: 0,
    ...options,
  });
}

/** As the workflow goes through the pages, without its pauses. */
async function reconcile(ports = activities()): Promise<ReconcileCounts> {
  const channelAccountId = dealer.accountId;
  const span = (await ports.uncheckedSpan({ channelAccountId }))!;
  const sum = { listed: 0, recovered: 0, settled: 0 };
  for (const direction of ['inbound', 'outbound'] as const) {
    let cursor: string | null = null;
    do {
      const page = await ports.reconcilePage({ channelAccountId, direction, ...span, cursor, requestId: 'run' });
      sum.listed += page.listed;
      sum.recovered += page.recovered;
      sum.settled += page.settled;
      cursor = page.next;
    } while (cursor !== null);
  }
  return sum;
}

async function queued(
  text: string,
): Promise<{ key: ConversationKey; messageId: string; attempt: number; expiresAt: number }> {
  const key = dealer.key(newPhone());
  const { start } = await store.conversations.load(key);
  await store.conversations.commit(commitOf(key, start.contactId, [outboundEvent(key, 1, text, Date.now())]));
  return { key, messageId: messageIdAt(key.conversationId, 1), attempt: 1, expiresAt: Date.now() + 60_000 };
}

function send(request: Awaited<ReturnType<typeof queued>>): ReturnType<typeof deliver> {
  const { messages } = store;
  return deliver(
    { messages, channelOf: () => provider.channel, now: () => Date.now(), pause: async () => undefined },
    request,
  );
}

const standing = (messageId: string) => store.models.messages.findById(messageId).lean();

describe('texts of which no webhook told', () => {
  it('come in late, each conversation’s in order, over several pages, and once', async () => {
    await provider.faults({ rateNoWebhook: 1 });
    const [one, other] = [newPhone(), newPhone()];
    const sids: string[] = [];
    for (const [from, body] of [
      [one, 'a'],
      [other, 'b'],
      [one, 'c'],
      [other, 'd'],
      [one, 'e'],
    ] as const)
      sids.push(await provider.text(from, dealer.accountAddress, body));
    const small = activities({ pageSize: 3 });
    expect(await reconcile(small)).toMatchObject({ listed: 5, recovered: 5 });
    expect(new Set(conversations.inbounds.map(({ message }) => message.providerMessageId))).toEqual(new Set(sids));
    expect(
      conversations.inbounds
        .map(({ key }) => key)
        .every((key) => [dealer.key(one), dealer.key(other)].some((its) => its.conversationId === key.conversationId)),
    ).toBe(true);
    for (const { message } of conversations.inbounds)
      expect(message).toMatchObject({ late: true, requestId: 'run', media: [], providerAt: expect.any(Number) });
    const lastPage = conversations.inbounds.slice(0, 3).filter(({ key }) => key.address === one);
    expect(lastPage.map(({ message }) => message.text)).toEqual(['c', 'e']);
    conversations.inbounds.length = 0;
    expect(await reconcile(small)).toMatchObject({ listed: 5, recovered: 0 });
    expect(conversations.inbounds).toEqual([]);
  });

  it('that a webhook brings at the same moment are one message, as is one whose run was repeated', async () => {
    await provider.faults({ rateNoWebhook: 1 });
    const from = newPhone();
    const sid = await provider.text(from, dealer.accountAddress, 'twice');
    const byWebhook: InboundMessage = {
      providerMessageId: sid,
      text: 'twice',
      media: [],
      providerAt: null,
      receivedAt: Date.now(),
      late: false,
      requestId: 'webhook',
    };
    conversations.lost = 1;
    const broken = (): undefined => undefined;
    await Promise.all([takeIn(dealer.key(from), byWebhook), reconcile().catch(broken), reconcile().catch(broken)]);
    await reconcile();
    expect(await store.models.messages.countDocuments({ channelAccountId: dealer.accountId, providerKey: sid })).toBe(
      1,
    );
  });

  it('are left to their webhooks while they are young', async () => {
    await provider.faults({ rateNoWebhook: 1 });
    await provider.text(newPhone(), dealer.accountAddress, 'young');
    expect(await reconcile(activities({ graceMs: 120_000 }))).toMatchObject({ recovered: 0 });
    expect(await reconcile()).toMatchObject({ recovered: 1 });
  });
});

describe('messages of ours', () => {
  const quiet = { rateNoCallback: 1, statusDelayMs: 5 };

  it('whose answer and callback were lost are settled by the list, and other messages are left alone', async () => {
    const delivered = async (): Promise<number> =>
      (await provider.messages()).filter((one) => one.status === 'delivered').length;
    await provider.faults({ ...quiet, rateHangAfter: 1 });
    const lost = await queued('lost answer');
    expect(await send(lost)).toMatchObject({ outcome: 'unknown' });
    await provider.faults({ ...quiet, rateHangBefore: 1 });
    const never = await queued('never taken');
    expect(await send(never)).toMatchObject({ outcome: 'unknown' });
    await provider.faults(quiet);
    const silent = await queued('no callback');
    expect(await send(silent)).toEqual({ outcome: 'sent' });
    // Somebody else sends from the same number.
    await provider.channel.send({
      messageId: messageIdAt('f'.repeat(32), 1),
      attempt: 1,
      from: dealer.accountAddress,
      to: newPhone(),
      text: 'not ours',
      validityMs: 60_000,
    });
    while ((await delivered()) < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await reconcile()).toMatchObject({ settled: 2 });
    const [taken] = (await provider.accepted()).filter((one) => one.messageId === lost.messageId);
    expect(await standing(lost.messageId)).toMatchObject({ status: 'delivered', providerMessageId: taken!.sid });
    expect(await standing(silent.messageId)).toMatchObject({ status: 'delivered' });
    expect(await standing(never.messageId)).toMatchObject({ status: 'unknown', providerMessageId: null });
    expect(await reconcile()).toMatchObject({ settled: 0 });
    expect(conversations.failures).toEqual([]);
  });

  it('that did not arrive are told to their conversation until its journal says so', async () => {
    await provider.faults({ ...quiet, failWithCode: 30003 });
    const failing = await queued('unreachable');
    await send(failing);
    const undelivered = async (): Promise<boolean> =>
      (await provider.messages()).some((one) => one.status === 'undelivered' && one.to === failing.key.address);
    while (!(await undelivered())) await new Promise((resolve) => setTimeout(resolve, 5));
    await reconcile();
    const { messageId, attempt } = failing;
    const told = { messageId, attempt, code: '30003', requestId: 'run' };
    expect(conversations.failures).toEqual([told]);
    expect(await standing(messageId)).toMatchObject({ status: 'failed', error: { code: '30003' } });
    await reconcile();
    expect(conversations.failures).toEqual([told, told]);
    await recordFailure(failing.key, messageId);
    await reconcile();
    expect(conversations.failures).toHaveLength(2);
  });

  async function recordFailure(key: ConversationKey, messageId: string): Promise<void> {
    const { start } = await store.conversations.load(key);
    const event = {
      type: 'deliveryFailed' as const,
      position: 2,
      at: Date.now(),
      actor: { kind: 'provider' as const },
      cause: { kind: 'input' as const, id: 'test', requestId: null },
      data: { messageId, attempt: 1, code: '30003' },
    };
    await store.conversations.commit(commitOf(key, start.contactId, [event]));
  }
});

describe('the span that is still to be compared', () => {
  const channelAccountId = (): string => dealer.accountId;

  it('begins with the account, then where the last run ended with an overlap, and the instant only rises', async () => {
    const ports = activities({ graceMs: 120_000 });
    const { createdAt } = (await store.channelAccounts.byId(channelAccountId()))!;
    const first = (await ports.uncheckedSpan({ channelAccountId: channelAccountId() }))!;
    expect(first.fromAt).toBe(createdAt.getTime() - 600_000);
    const untilAt = createdAt.getTime() + 3_600_000;
    await ports.markReconciled({ channelAccountId: channelAccountId(), untilAt });
    await ports.markReconciled({ channelAccountId: channelAccountId(), untilAt: untilAt - 1 });
    const next = (await ports.uncheckedSpan({ channelAccountId: channelAccountId() }))!;
    expect(next.fromAt).toBe(untilAt - 1_800_000);
  });

  it('is none for an account that is gone, disabled or has no provider', async () => {
    expect(await activities().uncheckedSpan({ channelAccountId: 'gone' })).toBeNull();
    await store.models.channelAccounts.updateOne({ _id: dealer.accountId }, { disabledAt: new Date() });
    expect(await activities().uncheckedSpan({ channelAccountId: dealer.accountId })).toBeNull();
  });
});
