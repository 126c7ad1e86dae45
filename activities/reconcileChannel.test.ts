import { describe, expect, it } from '@jest/globals';
import type { Channel, ListedMessage, MessageListing } from '@leadline/channels/channel.ts';
import type { InboundMessage } from '@leadline/contract/conversation.ts';
import type { ChannelAccount } from '@leadline/store/channelAccounts.ts';
import { createChannelActivities } from './reconcileChannel.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const T0 = Date.parse('2026-11-26T12:00:00Z');
/** As the worker's settings have it. */
const GRACE_MS = 210 * SECOND_MS;
const EVERY_MS = 10 * MINUTE_MS;
const HOURS = 3;
/** A webhook comes this long after its text at the latest. */
const WEBHOOK_MS = 15 * SECOND_MS;

/** One account whose texts come every 7 s; of every fifth no webhook tells. All clocks are virtual. */
class World {
  private readonly providerSkewMs: number;
  private readonly workerSkewsMs: number[];
  private nowAt = T0;
  private runs = 0;
  private readonly listed: ListedMessage[] = [];
  private readonly madeAt = new Map<string, number>();
  private readonly known = new Map<string, 'webhook' | 'list'>();
  private readonly account: ChannelAccount;
  readonly late: { conversationId: string; message: InboundMessage; afterMs: number }[] = [];

  constructor(providerSkewMs: number, workerSkewsMs: number[]) {
    this.providerSkewMs = providerSkewMs;
    this.workerSkewsMs = workerSkewsMs;
    // Only what the activities read of it.
    this.account = {
      id: 'account',
      dealershipId: 'd',
      dealershipSlug: 'north',
      idKey: 'key',
      channel: 'sms',
      address: '+18255550100',
      disabledAt: null,
      createdAt: new Date(T0),
      credentials: { accountSid: 'AC1', authToken: 'x', previousAuthToken: null },
    } as ChannelAccount;
  }

  /** Numbers of the texts of which no webhook told. */
  get lost(): number[] {
    return this.listed.map((_, index) => index).filter((index) => index % 5 === 0);
  }

  async run(): Promise<void> {
    for (; this.nowAt < T0 + HOURS * 60 * MINUTE_MS; this.nowAt += SECOND_MS) {
      const elapsedMs = this.nowAt - T0;
      if (elapsedMs % (7 * SECOND_MS) === 0) this.textArrives();
      this.webhooksArrive();
      if (elapsedMs % EVERY_MS === 0) await this.reconcile();
    }
    // What came last is for the next run.
    this.nowAt += EVERY_MS;
    this.webhooksArrive();
    await this.reconcile();
  }

  private textArrives(): void {
    const providerMessageId = `SM${this.listed.length}`;
    this.madeAt.set(providerMessageId, this.nowAt);
    // The provider stamps whole seconds.
    const createdAt = Math.floor((this.nowAt + this.providerSkewMs) / SECOND_MS) * SECOND_MS;
    this.listed.push({
      providerMessageId,
      from: `+1825555${String(this.listed.length % 50).padStart(4, '0')}`,
      to: this.account.address,
      text: 'hi',
      mediaCount: 0,
      createdAt,
      status: null,
      errorCode: null,
    });
  }

  private webhooksArrive(): void {
    for (const [index, { providerMessageId }] of this.listed.entries()) {
      const isDue = this.nowAt - this.madeAt.get(providerMessageId)! >= WEBHOOK_MS;
      if (index % 5 !== 0 && isDue && !this.known.has(providerMessageId)) this.known.set(providerMessageId, 'webhook');
    }
  }

  private async reconcile(): Promise<void> {
    const skewMs = this.workerSkewsMs[this.runs++ % this.workerSkewsMs.length]!;
    const ports = this.portsOfAWorkerAheadBy(skewMs);
    const span = (await ports.uncheckedSpan({ channelAccountId: 'account' }))!;
    const request = { channelAccountId: 'account', direction: 'inbound' as const, ...span, requestId: 'run' };
    for (let cursor: string | null = null; ;) {
      const page = await ports.reconcilePage({ ...request, cursor });
      if (page.next === null) break;
      cursor = page.next;
    }
    await ports.markReconciled({ channelAccountId: 'account', untilAt: span.untilAt });
  }

  private portsOfAWorkerAheadBy(skewMs: number) {
    const { account, known, late, madeAt } = this;
    const channel = { list: (listing: MessageListing) => this.list(listing) } as Channel;
    return createChannelActivities({
      accounts: {
        byId: async () => account,
        require: async () => account,
        async markReconciled(_id, untilAt) {
          if (untilAt.getTime() > (account.reconciledUntilAt?.getTime() ?? 0)) account.reconciledUntilAt = untilAt;
        },
      },
      messages: {
        claimedProviderIds: async (_account, ids) => new Set(ids.filter((id) => known.has(id))),
        recordStatus: async () => ({ changed: false }),
      },
      records: {
        byProviderIds: async () => [],
        unconfirmed: async () => [],
        isFailureKnown: async () => true,
      },
      channelOf: () => channel,
      conversations: {
        inbound: async ({ conversationId }, message) => {
          known.set(message.providerMessageId, 'list');
          late.push({ conversationId, message, afterMs: this.nowAt - madeAt.get(message.providerMessageId)! });
        },
        deliveryFailed: async () => undefined,
      },
      now: () => this.nowAt + skewMs,
      graceMs: GRACE_MS,
      pageSize: 20,
    });
  }

  private async list({ fromAt, untilAt, cursor, limit }: MessageListing) {
    const newestFirst = this.listed
      .filter(({ createdAt }) => createdAt >= fromAt && createdAt < untilAt)
      .sort((a, b) => b.createdAt - a.createdAt);
    const start = Number(cursor ?? 0);
    const next = start + limit < newestFirst.length ? String(start + limit) : null;
    return { messages: newestFirst.slice(start, start + limit), next };
  }
}

/** Numbers of the provider's ids, which count up in the order in which the texts were written. */
const numbers = (messages: InboundMessage[]): number[] =>
  messages.map(({ providerMessageId }) => Number(providerMessageId.slice(2)));
const rising = (a: number, b: number): number => a - b;

describe('R14: clocks that are up to 90 s off', () => {
  it.each([
    ['they agree', 0, [0]],
    ['the provider is behind, the worker ahead', -90_000, [90_000]],
    ['the provider is ahead, the worker behind', 90_000, [-90_000]],
    ['two workers differ, the provider is behind', -90_000, [90_000, -90_000]],
    ['two workers differ, the provider is ahead', 90_000, [-90_000, 90_000]],
  ])(
    '%s: each lost text is found once and soon, and none is taken from its webhook',
    async (_what, provider, workers) => {
      const world = new World(provider, workers);
      await world.run();
      expect(numbers(world.late.map(({ message }) => message)).sort(rising)).toEqual(world.lost);
      // At most the grace, both skews and the time to the next run but one.
      for (const { afterMs } of world.late) expect(afterMs).toBeLessThanOrEqual(GRACE_MS + 180_000 + 2 * EVERY_MS);
    },
  );

  it('stamps that are five minutes back lose nothing and double nothing', async () => {
    const world = new World(-300_000, [90_000, -90_000]);
    await world.run();
    const found = numbers(world.late.map(({ message }) => message)).sort(rising);
    expect(found).toEqual([...new Set(found)]);
    expect(found).toEqual(expect.arrayContaining(world.lost));
  });

  it('by the provider’s stamps a conversation’s found texts stand in the order in which they were written', async () => {
    const world = new World(-90_000, [90_000, -90_000]);
    await world.run();
    const conversations = [...Map.groupBy(world.late, ({ conversationId }) => conversationId).values()];
    expect(conversations.length).toBeGreaterThan(5);
    for (const late of conversations) {
      const byStamp = late.map(({ message }) => message).sort((a, b) => a.providerAt! - b.providerAt!);
      expect(numbers(byStamp)).toEqual(numbers(byStamp).toSorted(rising));
    }
  });
});
