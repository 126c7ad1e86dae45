import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ConversationEvent, EventData, EventType } from '@leadline/contract/conversation.ts';
import type { Store } from './connect.ts';
import {
  addDealership,
  commitOf,
  openTestStore,
  startTestMongo,
  type TestDealership,
  type TestMongo,
} from './testStore.ts';

let mongo: TestMongo;
let store: Store;
let dealer: TestDealership;
const AT = Date.parse('2026-03-01T12:00:00Z');

beforeAll(async () => {
  mongo = await startTestMongo();
  store = await openTestStore(mongo, 'notifications');
  dealer = await addDealership(store);
}, 60_000);

afterAll(async () => {
  await store?.close();
  await mongo?.stop();
});

function event<T extends EventType>(position: number, type: T, data: EventData[T]): ConversationEvent {
  const cause = { kind: 'input' as const, id: 'test', requestId: null };
  // A type and its data belong together, which TypeScript cannot follow through a generic.
  return { type, data, position, at: AT + position, actor: { kind: 'system' }, cause } as unknown as ConversationEvent;
}

async function committed(address: string, events: ConversationEvent[], fenceAt = AT): Promise<void> {
  const key = dealer.key(address);
  const { start } = await store.conversations.load(key);
  await store.conversations.commit({ ...commitOf(key, start.contactId, events), fenceAt });
}

const texts = async (userId: string, manages = false): Promise<string[]> =>
  (await store.inbox(dealer.id).notifications(userId, manages)).map(({ text }) => text);

it('tells each what is for them, and who manages what is for nobody in particular', async () => {
  await committed('+18255550001', [
    event(1, 'reminderAdded', { reminderId: 'r1', forUserId: dealer.userId, text: 'call co-applicant', dueAt: AT }),
    event(2, 'reminderDue', { reminderId: 'r1', forUserId: dealer.userId }),
    event(3, 'userNotified', { forUserId: null, text: 'The number may not send.' }),
    event(4, 'userNotified', { forUserId: dealer.otherUserId, text: 'Late.' }),
  ]);
  expect(await texts(dealer.userId)).toEqual(['call co-applicant']);
  expect(await texts(dealer.userId, true)).toEqual(['The number may not send.', 'call co-applicant']);
  expect(await texts(dealer.otherUserId)).toEqual(['Late.']);
});

it('tells nothing to another dealership', async () => {
  const stranger = await addDealership(store);
  expect(await store.inbox(stranger.id).notifications(dealer.userId, true)).toEqual([]);
});

it('is seen up to an instant, for one person, and never unseen again', async () => {
  const inbox = store.inbox(dealer.id);
  await inbox.markNotificationsSeen(dealer.userId, new Date(AT + 2));
  await inbox.markNotificationsSeen(dealer.userId, new Date(AT - 1));
  const seen = (await inbox.notifications(dealer.userId, true)).map((one) => one.seen);
  expect(seen).toEqual([false, true]);
  expect((await inbox.notifications(dealer.otherUserId, false)).map((one) => one.seen)).toEqual([false]);
});

it('goes with the event that a later attempt has replaced', async () => {
  const overtaken = event(1, 'userNotified', { forUserId: dealer.userId, text: 'overtaken' });
  const standing = event(1, 'userNotified', { forUserId: dealer.userId, text: 'standing' });
  await committed('+18255550002', [overtaken], AT);
  await committed('+18255550002', [standing], AT + 10);
  const all = await texts(dealer.userId);
  expect(all).toContain('standing');
  expect(all).not.toContain('overtaken');
});
