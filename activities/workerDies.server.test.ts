import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageIdAt } from '@leadline/contract/ids.ts';
import type { DeliverOutcome, DeliverRequest, ReconcileOutcome } from '@leadline/contract/ports.ts';
import type { Faults } from '@leadline/contract/simulator.ts';
import type { Store } from '@leadline/store/connect.ts';
import {
  addDealership,
  commitOf,
  openTestStore,
  outboundEvent,
  startTestMongo,
  TEST_AUTH_TOKEN,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import { deliver, type DeliverDeps } from './deliver.ts';
import { reconcile, type ReconcileDeps } from './reconcile.ts';
import { startTestProvider, type TestProvider } from '../tests/testProvider.ts';

const TIMES_EACH = 50;
/** The steps of quality.md 2.2; the worker dies right after each. */
const STEPS = [
  'the intent is committed',
  'the compare-and-set let it through',
  'the provider was called',
  'the provider answered',
  'the answer was recorded',
  'the message was looked for',
] as const;
type Step = (typeof STEPS)[number];

/** What the provider may do with a call, besides taking it and saying so. */
const PROVIDER: Partial<Faults['twilio']>[] = [
  {},
  { rate500Before: 1 },
  { rate500After: 1 },
  { rateDropAfter: 1 },
  { rate429: 1 },
];

/**
 * R4: a worker that dies at each of the six steps of a send, 50 times each, while the provider takes or drops the message.
 * To die is never to go on: the activity's promises stay open, and it runs again with a client and a state of its own, as
 * Temporal has it. The pauses between the searches are left out; which fault follows which is seeded by the count.
 */
describe('R4: a worker that dies in the middle of a send', () => {
  let mongo: TestMongo;
  let store: Store;
  let dealer: TestDealership;
  let provider: TestProvider;
  let serial = 0;
  beforeAll(async () => {
    mongo = await startTestMongo();
    store = await openTestStore(mongo, 'worker-dies');
    dealer = await addDealership(store);
    provider = await startTestProvider({
      credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: TEST_AUTH_TOKEN },
    });
  }, 60_000);
  afterAll(async () => {
    await provider?.stop();
    await store?.close();
    await mongo?.stop();
  });

  async function commitIntent(): Promise<DeliverRequest> {
    const key = dealer.key(`+1587777${String((serial += 1)).padStart(4, '0')}`);
    const { start } = await store.conversations.load(key);
    await store.conversations.commit(
      commitOf(key, start.contactId, [outboundEvent(key, 1, 'the same text', Date.now())]),
    );
    return { key, messageId: messageIdAt(key.conversationId, 1), attempt: 1, expiresAt: Date.now() + 60_000 };
  }

  /** What an activity works with; where a step is named, its worker never gets past it. */
  function workerThatDiesAfter(step: Step | null, died: () => void): DeliverDeps & ReconcileDeps {
    const channel = provider.newChannel();
    const diesAfter = async <T>(at: Step, work: Promise<T>): Promise<T> => {
      const result = await work;
      if (at !== step) return result;
      died();
      return new Promise<never>(() => undefined);
    };
    const never = <T>(at: Step): Promise<T> => diesAfter(at, Promise.resolve(undefined as T));
    const { messages } = store;
    return {
      channelOf: () => ({
        ...channel,
        send: (message) => diesAfter('the provider was called', channel.send(message)),
        find: (search) => diesAfter('the message was looked for', channel.find(search)),
      }),
      messages: {
        ...messages,
        beginDelivery: (...args) => diesAfter('the compare-and-set let it through', messages.beginDelivery(...args)),
        async recordStatus(report) {
          await never('the provider answered');
          return diesAfter('the answer was recorded', messages.recordStatus(report));
        },
        async releaseDelivery(...args) {
          await never('the provider answered');
          return diesAfter('the answer was recorded', messages.releaseDelivery(...args));
        },
      },
      now: () => Date.now(),
      pause: async () => undefined,
    };
  }

  /** Runs until it is done or dead; null: dead, or to be tried again. */
  async function run<T>(
    step: Step | null,
    activity: (deps: DeliverDeps & ReconcileDeps) => Promise<T>,
  ): Promise<T | null> {
    const death = Promise.withResolvers<null>();
    const deps = workerThatDiesAfter(step, () => death.resolve(null));
    return Promise.race([activity(deps).catch(() => null), death.promise]);
  }

  /** The conversation's part: the activity is tried until it ends, and a message in doubt is looked for three times. */
  async function endOf(request: DeliverRequest, step: Step): Promise<DeliverOutcome | ReconcileOutcome> {
    const send = (deps: DeliverDeps): Promise<DeliverOutcome> => deliver(deps, request);
    let outcome = step === 'the intent is committed' ? null : await run(step, send);
    await provider.faults({ statusDelayMs: 3_600_000 });
    while (outcome === null) outcome = await run(null, send);
    if (outcome.outcome !== 'unknown') return outcome;
    let found = await run<ReconcileOutcome>(step, (deps) => reconcile(deps, request));
    for (let tries = 1; tries < 3 && found?.outcome !== 'sent'; tries += 1)
      found = await run<ReconcileOutcome>(null, (deps) => reconcile(deps, request));
    return found!;
  }

  it.each(STEPS)(
    'after %s: the provider holds it once or not at all, and we know which',
    async (step) => {
      const ends = new Map<string, string>();
      for (let time = 0; time < TIMES_EACH; time += 1) {
        const request = await commitIntent();
        await provider.faults({ ...PROVIDER[time % PROVIDER.length], statusDelayMs: 3_600_000 });
        ends.set(request.messageId, (await endOf(request, step)).outcome);
      }
      const held = Map.groupBy(await provider.accepted(), ({ messageId }) => messageId);
      let once = 0;
      for (const [messageId, outcome] of ends) {
        const copies = held.get(messageId) ?? [];
        expect([messageId, copies.length]).toEqual([messageId, outcome === 'sent' ? 1 : 0]);
        const message = await store.models.messages.findById(messageId).lean();
        expect(message!.providerMessageId).toBe(copies[0]?.sid ?? null);
        once += copies.length;
      }
      expect(ends.size).toBe(TIMES_EACH);
      // Only a worker that dies before the call, with the way open to nobody else, leaves all of them unsent.
      expect(once > 0).toBe(step !== 'the compare-and-set let it through');
    },
    60_000,
  );
});
