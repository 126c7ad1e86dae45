import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel } from '@leadline/channels/channel.ts';
import { createTwilioSms } from '@leadline/channels/twilio/sms.ts';
import { mayFollow, type MessageStatus } from '@leadline/contract/messageStatus.ts';
import type { DeliverRequest } from '@leadline/contract/ports.ts';
import { Faults } from '@leadline/contract/simulator.ts';
import { buildSimulators } from '@leadline/simulators/app.ts';
import type { ChannelAccount } from '@leadline/store/channelAccounts.ts';
import { deliver, type DeliverDeps } from './deliver.ts';
import { reconcile } from './reconcile.ts';

const KEY = {
  dealershipId: 'd',
  dealershipSlug: 'north',
  conversationId: '0'.repeat(32),
  channel: 'sms' as const,
  channelAccountId: 'a',
  address: '+18255559025',
};
const credentials = { accountSid: `AC${'1'.repeat(32)}`, authToken: 'token' };

/** A message as the store keeps it, with the same compare-and-set. */
class OneMessage {
  status: MessageStatus = 'queued';
  providerMessageId: string | null = null;
  readonly text: string;
  private readonly beganAt = new Date();

  constructor(text: string) {
    this.text = text;
  }

  private get handover() {
    // Only the id and the credentials matter to a channel.
    const channelAccount = { id: 'a', credentials } as unknown as ChannelAccount;
    return { text: this.text, from: '+18255550100', to: KEY.address, channelAccount, dealershipSlug: 'north' };
  }

  readonly messages = {
    beginDelivery: async () => {
      if (this.status === 'sending' || this.status === 'unknown') return { state: 'ambiguous' as const };
      if (this.status !== 'queued') return { state: 'settled' as const, status: this.status };
      this.status = 'sending';
      return { state: 'begun' as const, ...this.handover };
    },
    releaseDelivery: async () => {
      this.status = 'queued';
    },
    recordStatus: async (report: { status: MessageStatus; providerMessageId?: string | undefined }) => {
      if (report.providerMessageId !== undefined) this.providerMessageId ??= report.providerMessageId;
      const changed = mayFollow(this.status, report.status);
      if (changed) this.status = report.status;
      return { changed };
    },
    deliveryOf: async () => ({
      status: this.status,
      attempt: 1,
      providerMessageId: this.providerMessageId,
      at: this.beganAt,
      ...this.handover,
    }),
    claimedProviderIds: async () => new Set<string>(),
  };
}

describe('a delivery through the Twilio SDK', () => {
  let server: Server;
  let base: string;
  let channel: Channel;
  let serial = 0;

  beforeAll(async () => {
    const app = buildSimulators({ sendTo: 'http://127.0.0.1:9', publicUrl: 'http://127.0.0.1:9', ...credentials });
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    channel = createTwilioSms({ credentials, apiBase: base, publicUrl: 'http://127.0.0.1:9' });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    await fetch(`${base}/control`, { method: 'DELETE' });
  });

  async function faults(twilio: Partial<Faults['twilio']>): Promise<void> {
    const body = JSON.stringify(Faults.parse({ twilio: { statusDelayMs: 60_000, ...twilio }, openai: {} }));
    await fetch(`${base}/control/faults`, { method: 'PUT', body, headers: { 'content-type': 'application/json' } });
  }
  const accepted = async (): Promise<{ messageId: string }[]> =>
    ((await (await fetch(`${base}/control/accepted`)).json()) as { items: { messageId: string }[] }).items;
  const request = (): DeliverRequest => ({
    key: KEY,
    messageId: `${KEY.conversationId}-${(serial += 1)}`,
    attempt: 1,
    expiresAt: Date.now() + 60_000,
  });
  const deps = (message: OneMessage): DeliverDeps => ({
    messages: message.messages,
    channelOf: () => channel,
    now: () => Date.now(),
    pause: async () => undefined,
  });

  it('plants our id, and keeps the provider’s', async () => {
    await faults({});
    const [message, wanted] = [new OneMessage('hi'), request()];
    expect(await deliver(deps(message), wanted)).toEqual({ outcome: 'sent' });
    expect(await accepted()).toMatchObject([{ messageId: wanted.messageId, attempt: '1', body: 'hi' }]);
    expect(message.providerMessageId).toMatch(/^SM/);
  });

  it('asked for twice sends once', async () => {
    await faults({});
    const [message, wanted] = [new OneMessage('hi'), request()];
    await Promise.all([deliver(deps(message), wanted), deliver(deps(message), wanted)]);
    await deliver(deps(message), wanted);
    expect(await accepted()).toHaveLength(1);
  });

  it('is refused in words', async () => {
    await faults({ refuseWithCode: 21_614 });
    const message = new OneMessage('hi');
    expect(await deliver(deps(message), request())).toEqual({ outcome: 'failed', code: '21614' });
    expect(message.status).toBe('failed');
  });

  it('that certainly was not taken is released, to be tried again', async () => {
    await faults({ rate429: 1 });
    const [message, wanted] = [new OneMessage('hi'), request()];
    await expect(deliver(deps(message), wanted)).rejects.toThrow('did not take the message');
    expect(message.status).toBe('queued');
    await faults({});
    expect(await deliver(deps(message), wanted)).toEqual({ outcome: 'sent' });
    expect(await accepted()).toHaveLength(1);
  });

  it('has failed when its time is over, unless an earlier try may have handed it over', async () => {
    const [message, over] = [new OneMessage('hi'), { ...request(), expiresAt: Date.now() }];
    await expect(deliver(deps(message), over)).rejects.toMatchObject({ nonRetryable: true });
    message.status = 'sending';
    expect(await deliver(deps(message), over)).toMatchObject({ outcome: 'unknown' });
    message.status = 'delivered';
    expect(await deliver(deps(message), over)).toEqual({ outcome: 'sent' });
    expect(await accepted()).toEqual([]);
  });

  it.each([{ rate500After: 1 }, { rateDropAfter: 1 }])(
    'in doubt is looked for and found, never repeated: %j',
    async (fault) => {
      await faults(fault);
      const [message, wanted] = [new OneMessage(`hello ${JSON.stringify(fault)}`), request()];
      expect(await deliver(deps(message), wanted)).toMatchObject({ outcome: 'unknown' });
      expect(await deliver(deps(message), wanted)).toMatchObject({ outcome: 'unknown' });
      expect(await reconcile(deps(message) as never, wanted)).toEqual({ outcome: 'sent' });
      expect(await accepted()).toHaveLength(1);
    },
  );

  it.each([-180_000, -90_000, 90_000, 180_000])(
    'R14: in doubt is found although the provider’s clock is %i ms ahead of ours',
    async (clockSkewMs) => {
      await faults({ rateDropAfter: 1, clockSkewMs });
      const [message, wanted] = [new OneMessage('skewed'), request()];
      expect(await deliver(deps(message), wanted)).toMatchObject({ outcome: 'unknown' });
      expect(await reconcile(deps(message) as never, wanted)).toEqual({ outcome: 'sent' });
    },
  );

  it('in doubt that the provider never took is not found', async () => {
    await faults({ rate500Before: 1 });
    const [message, wanted] = [new OneMessage('never taken'), request()];
    expect(await deliver(deps(message), wanted)).toMatchObject({ outcome: 'unknown' });
    expect(await reconcile(deps(message) as never, wanted)).toEqual({ outcome: 'notFound' });
  });

  it('whose provider id cannot be recorded is in doubt, not repeated', async () => {
    await faults({});
    const [message, wanted] = [new OneMessage('hi'), request()];
    const broken = {
      ...deps(message),
      messages: { ...message.messages, recordStatus: () => Promise.reject(new Error('database gone')) },
    };
    expect(await deliver(broken, wanted)).toMatchObject({ outcome: 'unknown' });
    expect(await deliver(deps(message), wanted)).toMatchObject({ outcome: 'unknown' });
    expect(await accepted()).toHaveLength(1);
  });
});
