import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ConversationEvent, ConversationKey } from '@leadline/contract/conversation.ts';
import { messageIdAt } from '@leadline/contract/ids.ts';
import type { Store } from '../connect.ts';
import {
  addDealership,
  commitOf,
  inboundEvent,
  openTestStore,
  outboundEvent,
  startTestMongo,
  type TestDealership,
  type TestMongo,
} from '../testStore.ts';

let mongo: TestMongo;
let store: Store;
let dealer: TestDealership;
let customers = 0;

beforeAll(async () => {
  mongo = await startTestMongo();
  store = await openTestStore(mongo, 'commit');
  dealer = await addDealership(store);
}, 60_000);

afterAll(async () => {
  await store?.close();
  await mongo?.stop();
});

/** A customer that nobody has heard of, loaded as a run would. */
async function newCustomer(): Promise<{ key: ConversationKey; contactId: string }> {
  const key = dealer.key(`+1825555${String(++customers).padStart(4, '0')}`);
  const { start } = await store.conversations.load(key);
  return { key, contactId: start.contactId };
}

async function journalOf(key: ConversationKey) {
  return store.models.events.find({ conversationId: key.conversationId }).sort({ position: 1 }).lean();
}

const AT = Date.parse('2026-03-01T12:00:00Z');

describe('load', () => {
  it('gives an unknown customer a default contact once, however many ask at the same time', async () => {
    const key = dealer.key('+18255559999');
    const loaded = await Promise.all(Array.from({ length: 8 }, () => store.conversations.load(key)));
    expect(new Set(loaded.map(({ start }) => start.contactId)).size).toBe(1);
    expect(loaded[0]).toMatchObject({
      state: null,
      events: [],
      start: { stage: 'new', autopilot: true, ownerId: dealer.userId, optedOut: false },
    });
    expect(loaded[0]?.start.policy).toMatchObject({ processId: dealer.processId, version: 1 });
  });

  it('names the messages that still wait to be handed over', async () => {
    const { key, contactId } = await newCustomer();
    const events = [
      inboundEvent(key, 1, 'hi', 'SM-unsent', AT),
      outboundEvent(key, 2, 'a', AT),
      outboundEvent(key, 3, 'b', AT),
    ];
    await store.conversations.commit(commitOf(key, contactId, events));
    await store.messages.beginDelivery(messageIdAt(key.conversationId, 2), 1);
    expect((await store.conversations.load(key)).unsent).toEqual([
      { messageId: messageIdAt(key.conversationId, 3), attempt: 1, author: 'user', expiresAt: AT + 15 * 60_000 },
    ]);
  });

  it('hands back the events after the stored state', async () => {
    const { key, contactId } = await newCustomer();
    const events = [inboundEvent(key, 1, 'hi', 'SM-load-1', AT), outboundEvent(key, 2, 'hello', AT)];
    await store.conversations.commit(commitOf(key, contactId, events));
    expect((await store.conversations.load(key)).events.map(({ position, type, at }) => [position, type, at])).toEqual([
      [1, 'messageReceived', AT],
      [2, 'messageQueued', AT],
    ]);
    await store.conversations.commit({
      ...commitOf(key, contactId, [outboundEvent(key, 3, 'more', AT + 1)]),
      state: { schema: 1 },
    });
    expect(await store.conversations.load(key)).toMatchObject({ state: { schema: 1 }, events: [] });
  });
});

describe('commit', () => {
  it('writes events, messages and row together, and keeps texts out of the journal', async () => {
    const { key, contactId } = await newCustomer();
    expect(
      await store.conversations.commit(
        commitOf(key, contactId, [inboundEvent(key, 1, 'Is the F-150 there?', 'SM1', AT)]),
      ),
    ).toBe('committed');
    const journal = await journalOf(key);
    expect(JSON.stringify(journal)).not.toContain('F-150');
    const view = await store.inbox(dealer.id).conversation(dealer.userId, key.conversationId);
    expect(view?.row).toMatchObject({
      position: 1,
      inboundCount: 1,
      readInboundCount: 0,
      preview: { text: 'Is the F-150 there?', author: 'customer' },
    });
    const messages = await store.inbox(dealer.id).messages(key.conversationId, { before: null, limit: 10 });
    expect(messages?.items).toMatchObject([
      { id: messageIdAt(key.conversationId, 1), direction: 'inbound', status: 'received' },
    ]);
  });

  it('changes nothing when it is repeated, but for fresh ids that say so', async () => {
    const { key, contactId } = await newCustomer();
    const request = commitOf(key, contactId, [
      inboundEvent(key, 1, 'hi', 'SM2', AT),
      outboundEvent(key, 2, 'hello', AT),
    ]);
    await store.conversations.commit(request);
    const first = await journalOf(key);
    expect(await store.conversations.commit(request)).toBe('committed');
    const second = await journalOf(key);
    expect(second.map(({ position, type, data }) => ({ position, type, data }))).toEqual(
      first.map(({ position, type, data }) => ({ position, type, data })),
    );
    expect(second.map((entry) => entry.replaced)).toEqual([true, true]);
    expect(second[0]?._id).not.toBe(first[0]?._id);
    expect(await store.models.messages.countDocuments({ conversationId: key.conversationId })).toBe(2);
  });

  it('replaces what an overtaken attempt left: its events, messages, reminders and preview', async () => {
    const { key, contactId } = await newCustomer();
    await store.conversations.commit(commitOf(key, contactId, [inboundEvent(key, 1, 'hi', 'SM3', AT)]));
    const reminder: ConversationEvent = {
      type: 'reminderAdded',
      position: 3,
      at: AT + 1,
      actor: { kind: 'system' },
      cause: { kind: 'event', position: 2, rules: [] },
      data: { reminderId: 'r-overtaken', forUserId: null, text: 'Call', dueAt: AT },
    };
    await store.conversations.commit(commitOf(key, contactId, [outboundEvent(key, 2, 'overtaken', AT + 1), reminder]));
    const stage: ConversationEvent = {
      type: 'stageSet',
      position: 2,
      at: AT + 2,
      actor: { kind: 'system' },
      cause: { kind: 'event', position: 1, rules: [] },
      data: { stage: 'engaged', from: 'new' },
    };
    await store.conversations.commit(commitOf(key, contactId, [stage], { stage: 'engaged', inboundCount: 1 }));
    expect((await journalOf(key)).map((entry) => entry.type)).toEqual(['messageReceived', 'stageSet']);
    expect(await store.models.messages.countDocuments({ conversationId: key.conversationId })).toBe(1);
    expect(await store.models.reminders.countDocuments({ conversationId: key.conversationId })).toBe(0);
    const view = await store.inbox(dealer.id).conversation(dealer.userId, key.conversationId);
    expect(view?.row).toMatchObject({ position: 2, stage: 'engaged', preview: { text: 'hi' } });
    expect((await store.models.contacts.findById(contactId).lean())?.stage).toBe('engaged');
  });

  it('takes the messages of a replaced attempt at other positions', async () => {
    const { key, contactId } = await newCustomer();
    await store.conversations.commit(
      commitOf(key, contactId, [inboundEvent(key, 1, 'a', 'SM-a', AT), inboundEvent(key, 2, 'b', 'SM-b', AT)]),
    );
    const swapped = commitOf(key, contactId, [
      inboundEvent(key, 1, 'b', 'SM-b', AT + 1),
      inboundEvent(key, 2, 'a', 'SM-a', AT + 1),
    ]);
    expect(await store.conversations.commit(swapped)).toBe('committed');
    const messages = await store.inbox(dealer.id).messages(key.conversationId, { before: null, limit: 10 });
    expect(messages?.items.map((message) => message.text)).toEqual(['a', 'b']);
  });

  it('refuses an older attempt as stale and leaves no trace of it', async () => {
    const { key, contactId } = await newCustomer();
    await store.conversations.commit(commitOf(key, contactId, [inboundEvent(key, 1, 'new', 'SM4', AT + 10)]));
    expect(await store.conversations.commit(commitOf(key, contactId, [inboundEvent(key, 1, 'old', 'SM5', AT)]))).toBe(
      'stale',
    );
    expect(await store.models.messages.countDocuments({ providerMessageId: 'SM5' })).toBe(0);
    expect((await store.inbox(dealer.id).rows([key.conversationId]))[0]?.preview?.text).toBe('new');
  });

  it('lets one of many attempts at the same creation win: the latest', async () => {
    const { key, contactId } = await newCustomer();
    const attempts = Array.from({ length: 6 }, (_, index) =>
      commitOf(key, contactId, [inboundEvent(key, 1, `attempt ${index}`, `SM-c${index}`, AT + index)]),
    );
    const results = await Promise.all(attempts.map((request) => store.conversations.commit(request)));
    expect(results[5]).toBe('committed');
    expect(results.every((result) => result === 'committed' || result === 'stale')).toBe(true);
    expect((await journalOf(key)).map((entry) => entry.data['providerMessageId'])).toEqual(['SM-c5']);
    expect(await store.models.messages.countDocuments({ conversationId: key.conversationId })).toBe(1);
  });

  it("names a provider's message that stands already, and writes nothing", async () => {
    const { key, contactId } = await newCustomer();
    await store.conversations.commit(commitOf(key, contactId, [inboundEvent(key, 1, 'hi', 'SM6', AT)]));
    const again = commitOf(key, contactId, [
      inboundEvent(key, 2, 'hi', 'SM6', AT + 1),
      inboundEvent(key, 3, 'more', 'SM7', AT + 1),
    ]);
    expect(await store.conversations.commit(again)).toEqual({ duplicateInbounds: ['SM6'] });
    expect((await journalOf(key)).length).toBe(1);
    expect((await store.inbox(dealer.id).rows([key.conversationId]))[0]?.position).toBe(1);
  });

  it('queues a failed message again, and puts it back when that is replaced', async () => {
    const { key, contactId } = await newCustomer();
    await store.conversations.commit(commitOf(key, contactId, [outboundEvent(key, 1, 'hello', AT)]));
    const messageId = messageIdAt(key.conversationId, 1);
    await store.messages.beginDelivery(messageId, 1);
    await store.messages.recordStatus({
      messageId,
      attempt: 1,
      status: 'failed',
      providerMessageId: 'SM-first',
      error: { code: '30003', message: 'Unreachable' },
      at: AT,
    });
    await store.conversations.commit(
      commitOf(key, contactId, [outboundEvent(key, 2, '', AT + 1, { messageId, attempt: 2 })]),
    );
    expect(await store.messages.deliveryOf(messageId)).toMatchObject({
      text: 'hello',
      status: 'queued',
      attempt: 2,
      providerMessageId: null,
    });
    expect(await store.messages.claimedProviderIds(dealer.accountId, ['SM-first', 'SM-free'])).toEqual(
      new Set(['SM-first']),
    );
    await store.conversations.commit(commitOf(key, contactId, [inboundEvent(key, 2, 'wait', 'SM8', AT + 2)]));
    expect(await store.messages.deliveryOf(messageId)).toMatchObject({
      status: 'failed',
      attempt: 1,
      providerMessageId: 'SM-first',
    });
  });

  it('says of the contact only what its events say: another conversation may know more', async () => {
    const { key, contactId } = await newCustomer();
    await store.models.contacts.updateOne({ _id: contactId }, { $set: { optedOut: true } });
    const cause = { kind: 'input' as const, id: 'test', requestId: null };
    const stageSet: ConversationEvent = {
      type: 'stageSet',
      position: 1,
      at: AT,
      actor: { kind: 'system' },
      cause,
      data: { stage: 'engaged', from: 'new' },
    };
    await store.conversations.commit(commitOf(key, contactId, [stageSet], { stage: 'engaged', optedOut: false }));
    expect(await store.models.contacts.findById(contactId).lean()).toMatchObject({ optedOut: true, stage: 'engaged' });
  });

  it('forgets the state that an overtaken attempt had stored', async () => {
    const { key, contactId } = await newCustomer();
    const first = inboundEvent(key, 1, 'hi', 'SM-snap-1', AT);
    await store.conversations.commit(commitOf(key, contactId, [first]));
    const overtaken = commitOf(key, contactId, [outboundEvent(key, 2, 'overtaken', AT + 1)]);
    await store.conversations.commit({ ...overtaken, state: { schema: 1, position: 2 } });
    await store.conversations.commit(commitOf(key, contactId, [inboundEvent(key, 2, 'later', 'SM-snap-2', AT + 2)]));
    const { state, events } = await store.conversations.load(key);
    expect(state).toBeNull();
    expect(events.map((event) => event.type)).toEqual(['messageReceived', 'messageReceived']);
  });

  it('opts the contact out and in, and adds reminders', async () => {
    const { key, contactId } = await newCustomer();
    const optedOut: ConversationEvent = {
      type: 'optedOut',
      position: 1,
      at: AT,
      actor: { kind: 'customer' },
      cause: { kind: 'input', id: 'x', requestId: null },
      data: { source: 'keyword', since: AT },
    };
    const reminder: ConversationEvent = {
      type: 'reminderAdded',
      position: 2,
      at: AT,
      actor: { kind: 'system' },
      cause: { kind: 'event', position: 1, rules: [] },
      data: { reminderId: 'r-kept', forUserId: dealer.userId, text: 'Call', dueAt: AT },
    };
    await store.conversations.commit(commitOf(key, contactId, [optedOut, reminder], { optedOut: true }));
    expect((await store.conversations.load(key)).start.optedOut).toBe(true);
    expect(await store.inbox(dealer.id).reminders(dealer.userId)).toMatchObject([
      { id: 'r-kept', text: 'Call', conversationId: key.conversationId },
    ]);
  });

  it('forgets who has read a conversation when a customer writes', async () => {
    const { key, contactId } = await newCustomer();
    const inbox = store.inbox(dealer.id);
    await store.conversations.commit(commitOf(key, contactId, [inboundEvent(key, 1, 'hi', 'SM9', AT)]));
    await inbox.mark(dealer.userId, key.conversationId, { unread: false });
    expect((await inbox.conversation(dealer.userId, key.conversationId))?.row.readInboundCount).toBe(1);
    await store.conversations.commit(
      commitOf(key, contactId, [inboundEvent(key, 2, 'hello?', 'SM10', AT + 1)], { inboundCount: 2 }),
    );
    expect((await inbox.conversation(dealer.userId, key.conversationId))?.row).toMatchObject({
      inboundCount: 2,
      readInboundCount: 1,
    });
    expect((await inbox.mark(dealer.userId, key.conversationId, { unread: true }))?.readInboundCount).toBe(1);
  });
});

describe('the text of a rule', () => {
  it('is filled in, of as many conversations as commit at once', async () => {
    const customers = await Promise.all(Array.from({ length: 12 }, newCustomer));
    await Promise.all(
      customers.map(({ key, contactId }) => {
        const event = outboundEvent(key, 1, 'From {{dealership.name}} to {{contact.phone}}', AT);
        const byRule = { ...event, actor: { kind: 'automation', ruleId: 'r' } } as ConversationEvent;
        return store.conversations.commit(commitOf(key, contactId, [byRule]));
      }),
    );
    const { name } = (await store.models.dealerships.findById(dealer.id).lean())!;
    for (const { key } of customers) {
      const message = await store.models.messages.findById(messageIdAt(key.conversationId, 1)).lean();
      expect(message?.text).toBe(`From ${name} to ${key.address}`);
    }
  });
});
