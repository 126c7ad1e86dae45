import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversationEvent, ConversationKey } from '@leadline/contract/conversation.ts';
import { messageIdAt } from '@leadline/contract/ids.ts';
import type { MessageStatus } from '@leadline/contract/messageStatus.ts';
import type { AuthorKind } from '@leadline/contract/names.ts';
import type { Store } from './connect.ts';
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
} from './testStore.ts';

let mongo: TestMongo;
let store: Store;
let dealer: TestDealership;
let customers = 0;
const AT = Date.parse('2026-03-01T12:00:00Z');

beforeAll(async () => {
  mongo = await startTestMongo();
  store = await openTestStore(mongo, 'messages');
  dealer = await addDealership(store);
}, 60_000);

afterAll(async () => {
  await store?.close();
  await mongo?.stop();
});

/** Commits one message of ours and answers its id. */
async function queuedMessage(): Promise<string> {
  const key = dealer.key(`+1403555${String(++customers).padStart(4, '0')}`);
  const { start } = await store.conversations.load(key);
  await store.conversations.commit(commitOf(key, start.contactId, [outboundEvent(key, 1, 'hello', AT)]));
  return messageIdAt(key.conversationId, 1);
}

describe('beginDelivery', () => {
  it('lets exactly one of many callers hand a message over', async () => {
    const messageId = await queuedMessage();
    const results = await Promise.all(Array.from({ length: 10 }, () => store.messages.beginDelivery(messageId, 1)));
    const begun = results.filter((result) => result.state === 'begun');
    expect(begun).toHaveLength(1);
    expect(begun[0]).toMatchObject({
      text: 'hello',
      from: dealer.accountAddress,
      dealershipSlug: dealer.slug,
      channelAccount: { credentials: { authToken: TEST_AUTH_TOKEN } },
    });
    expect(results.filter((result) => result.state === 'ambiguous')).toHaveLength(9);
  });

  it('lets a released message through again, and a settled, unknown or overtaken one never', async () => {
    const messageId = await queuedMessage();
    await store.messages.beginDelivery(messageId, 1);
    await store.messages.releaseDelivery(messageId, 1);
    expect((await store.messages.beginDelivery(messageId, 1)).state).toBe('begun');
    await store.messages.recordStatus({ messageId, attempt: 1, status: 'delivered', at: AT });
    expect(await store.messages.beginDelivery(messageId, 1)).toEqual({ state: 'settled', status: 'delivered' });
    expect((await store.messages.beginDelivery(messageId, 2)).state).toBe('settled');
    expect(await store.messages.beginDelivery(`${'0'.repeat(32)}-1`, 1)).toEqual({ state: 'missing' });
  });
});

describe('the last look', () => {
  const { AI, FOLLOW_UP } = { AI: 'autopilot', FOLLOW_UP: 'followUp' } as const;
  const by = (author: AuthorKind) => (key: ConversationKey, position: number) => {
    const event = outboundEvent(key, position, 'hello', AT);
    return { ...event, data: { ...event.data, author } } as ConversationEvent;
  };
  const byPerson = by('user');
  const assigned = (takeOver: boolean) => (key: ConversationKey, position: number) =>
    ({
      ...by('user')(key, position),
      type: 'assigned',
      data: { ownerId: 'leo', userIds: ['leo'], takeOver },
    }) as ConversationEvent;
  const customerWrites = (key: ConversationKey, position: number) =>
    inboundEvent(key, position, 'wait', `SM${key.address}`, AT);

  it.each([
    ['an AI answer after a person’s message', AI, byPerson, 'overtaken'],
    ['an AI answer after a take-over', AI, assigned(true), 'overtaken'],
    ['a follow-up after the customer’s message', FOLLOW_UP, customerWrites, 'overtaken'],
    ['an AI answer after another assignment', AI, assigned(false), 'begun'],
    ['an AI answer after the customer’s next message', AI, customerWrites, 'begun'],
    ['a person’s message after another', 'user' as const, byPerson, 'begun'],
  ])('at %s', async (_what, author, then, state) => {
    const key = dealer.key(`+1403555${String(++customers).padStart(4, '0')}`);
    const { start } = await store.conversations.load(key);
    await store.conversations.commit(commitOf(key, start.contactId, [by(author)(key, 1), then(key, 2)]));
    const messageId = messageIdAt(key.conversationId, 1);
    const begun = await store.messages.beginDelivery(messageId, 1);
    expect(begun.state).toBe(state);
    // Whoever asks again is told the same, or that nobody knows.
    expect(await store.messages.beginDelivery(messageId, 1)).toEqual(
      state === 'begun' ? { state: 'ambiguous' } : { state: 'overtaken', answered: then === byPerson },
    );
    const { status } = (await store.models.messages.findById(messageId).lean())!;
    expect(status).toBe(state === 'begun' ? 'sending' : 'blocked');
    // What screens follow.
    const told = await store.models.events.distinct('data.status', {
      type: 'deliveryStatus',
      'data.messageId': messageId,
    });
    expect(told).toEqual(state === 'begun' ? [] : ['blocked']);
  });

  it('lets through what a person sends again', async () => {
    const key = dealer.key(`+1403555${String(++customers).padStart(4, '0')}`);
    const { start } = await store.conversations.load(key);
    const messageId = messageIdAt(key.conversationId, 1);
    const again = outboundEvent(key, 3, 'hello', AT, { messageId, attempt: 2 });
    const events = [by(AI)(key, 1), by('user')(key, 2), { ...again, data: { ...again.data, author: AI } }];
    await store.conversations.commit(commitOf(key, start.contactId, events as ConversationEvent[]));
    expect((await store.messages.beginDelivery(messageId, 2)).state).toBe('begun');
  });
});

describe('recordStatus', () => {
  it('ends at the highest rank, whatever the order and number of the reports', async () => {
    const reports: MessageStatus[] = [
      'sending',
      'sent',
      'delivered',
      'sent',
      'delivered',
      'sending',
      'sent',
      'delivered',
    ];
    for (let round = 0; round < 6; round++) {
      const messageId = await queuedMessage();
      await store.messages.beginDelivery(messageId, 1);
      const shuffled = reports.map((status) => ({ status, key: Math.random() })).toSorted((a, b) => a.key - b.key);
      const report = (status: MessageStatus) =>
        store.messages.recordStatus({ messageId, attempt: 1, status, providerMessageId: `SM-${messageId}`, at: AT });
      const results = await Promise.all(shuffled.map(({ status }) => report(status)));
      expect(results.every((result) => result.key?.dealershipSlug === dealer.slug)).toBe(true);
      expect(await store.messages.deliveryOf(messageId)).toMatchObject({
        status: 'delivered',
        providerMessageId: `SM-${messageId}`,
      });
      const entries = await store.models.events
        .find({ type: 'deliveryStatus', 'data.messageId': messageId })
        .sort({ _id: 1 })
        .lean();
      expect(entries).toHaveLength(results.filter((result) => result.changed).length);
      expect(entries.every((entry) => entry.position === null)).toBe(true);
    }
  });

  it('takes a failure after sent, but not after delivered', async () => {
    const messageId = await queuedMessage();
    const fail = {
      messageId,
      attempt: 1,
      status: 'failed',
      error: { code: '30003', message: 'Unreachable' },
      at: AT,
    } as const;
    await store.messages.recordStatus({ messageId, attempt: 1, status: 'sent', at: AT });
    expect(await store.messages.recordStatus(fail)).toMatchObject({ changed: true });
    expect(await store.messages.recordStatus({ messageId, attempt: 1, status: 'delivered', at: AT })).toMatchObject({
      changed: true,
    });
    expect(await store.messages.recordStatus(fail)).toMatchObject({ changed: false });
    const message = await store.models.messages.findById(messageId).lean();
    expect(message).toMatchObject({ status: 'delivered', error: null });
  });

  it('ignores unknown messages, inbound messages and attempts that were given up', async () => {
    expect(
      await store.messages.recordStatus({ messageId: `${'1'.repeat(32)}-4`, attempt: 1, status: 'sent', at: AT }),
    ).toEqual({ changed: false });
    const messageId = await queuedMessage();
    await store.models.messages.updateOne({ _id: messageId }, { $set: { attempt: 2 } });
    expect(
      await store.messages.recordStatus({
        messageId,
        attempt: 1,
        status: 'delivered',
        providerMessageId: 'SM-late',
        at: AT,
      }),
    ).toMatchObject({ changed: false });
    expect(await store.messages.claimedProviderIds(dealer.accountId, ['SM-late'])).toEqual(new Set(['SM-late']));
  });

  it("lets a provider's id belong to one message only", async () => {
    const [first, second] = [await queuedMessage(), await queuedMessage()];
    const claim = (messageId: string) =>
      store.messages.recordStatus({ messageId, attempt: 1, status: 'sent', providerMessageId: 'SM-one', at: AT });
    const results = await Promise.allSettled([claim(first), claim(second)]);
    expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((result) => result.status === 'rejected')?.reason).toMatchObject({ code: 'conflict' });
  });
});

describe('context', () => {
  it('leaves out what never reached the customer', async () => {
    const key = dealer.key('+14035559001');
    const { start } = await store.conversations.load(key);
    const at = (position: number) => outboundEvent(key, position, `text ${position}`, AT);
    await store.conversations.commit(commitOf(key, start.contactId, [at(1), at(2), at(3)]));
    const report = { messageId: messageIdAt(key.conversationId, 2), attempt: 1, at: AT };
    await store.messages.recordStatus({ ...report, status: 'failed', error: { code: '30006', message: 'no' } });
    const context = await store.messages.context(key.conversationId, 3, 10);
    expect(context?.messages.map((message) => message.text)).toEqual(['text 1', 'text 3']);
  });

  it('gives the last messages up to a position, oldest first', async () => {
    const key = dealer.key('+14035559000');
    const { start } = await store.conversations.load(key);
    const events = Array.from({ length: 40 }, (_, index) =>
      inboundEvent(key, index + 1, `text ${index + 1}`, `SM-ctx-${index}`, AT + index),
    );
    await store.conversations.commit(commitOf(key, start.contactId, events));
    const context = await store.messages.context(key.conversationId, 30, 3);
    expect(context?.messages.map((message) => message.text)).toEqual(['text 28', 'text 29', 'text 30']);
    expect(context).toMatchObject({ stages: [{ key: 'new' }, { key: 'engaged' }], contact: { name: '' } });
    expect(await store.messages.context('0'.repeat(32), 1, 1)).toBeNull();
  });
});
