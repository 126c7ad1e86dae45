import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scheduledItemId } from '@leadline/workflows/conversation/core/agenda.ts';
import { ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import { addDealership, type TestDealership } from '@leadline/store/testStore.ts';
import { until } from '../until.ts';
import { startWholeEngine, type WholeEngine } from './wholeEngine.ts';

const PER_SECOND = 3;
/** A number that was quiet may catch up about a second. */
const AT_ONCE = 2 * PER_SECOND;
const PLANNED = 18;
const BY_PEOPLE = 6;
/** In a few days: it is sent before, by hand. */
const WALL = new Date(Date.now() + 72 * 3_600_000).toISOString().slice(0, 16);

/** R7: each number keeps its rate, whatever waits; people go first, and a number does not wait for another. */
describe('R7: a number that has more to send than it may', () => {
  let whole: WholeEngine;
  let other: TestDealership;
  beforeAll(async () => {
    whole = await startWholeEngine('send-rate');
    other = await addDealership(whole.store);
    await whole.limitSendRate(PER_SECOND);
    await whole.provider.faults({ statusDelayMs: 20 });
  }, 60_000);
  afterAll(() => whole?.stop(), 60_000);

  const phone = (index: number): string => `+1587777${String(index).padStart(4, '0')}`;
  const user = { requestId: 'test' };
  /** What has reached the provider, in its order. */
  const taken = async (text: string) => (await whole.provider.messages()).filter(({ body }) => body === text);

  async function sendPlanned(index: number): Promise<void> {
    const { engine, dealer } = whole;
    const args = { ...user, userId: dealer.userId };
    const plan = { ...args, text: 'planned', wall: WALL, zone: ZONE, cancelIfTheyReply: false };
    const scheduled = await engine.update(dealer.key(phone(index)), 'scheduleMessage', plan, `plan-${index}`);
    const itemId = scheduledItemId(scheduled);
    await engine.update(dealer.key(phone(index)), 'actNow', { ...args, itemId }, `now-${index}`);
  }

  async function sendByHand(dealer: TestDealership, index: number, text: string): Promise<void> {
    const args = { ...user, userId: dealer.userId, text, fromDraftId: null };
    await whole.engine.update(dealer.key(phone(index)), 'sendMessage', args, `${text}-${index}`);
  }

  it('sends people’s messages first, another number’s at once, and all of it no faster than it may', async () => {
    const numbers = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index);
    const begunAt = Date.now();
    await Promise.all(numbers(PLANNED, 0).map(sendPlanned));
    await Promise.all(numbers(BY_PEOPLE, 100).map((index) => sendByHand(whole.dealer, index, 'by hand')));
    const before = (await taken('planned')).length;
    await sendByHand(other, 200, 'other number');
    await until('the other number’s message is there', async () => (await taken('other number')).length === 1);
    expect((await taken('planned')).length).toBeLessThan(PLANNED);

    await until('all is there', async () => (await taken('planned')).length === PLANNED, 30_000);
    const ofNumber = (await whole.provider.messages()).filter(({ body }) => body === 'planned' || body === 'by hand');
    const lastByHand = ofNumber.findLastIndex(({ body }) => body === 'by hand');
    const planned = ofNumber.slice(0, lastByHand).filter(({ body }) => body === 'planned').length;
    // What was being handed out when people wrote is not called back.
    expect(planned).toBeLessThanOrEqual(before + AT_ONCE);
    // Not by how many arrive in a second: a busy machine bunches them.
    const tookMs = Date.parse(ofNumber.at(-1)!.at) - begunAt;
    expect(tookMs).toBeGreaterThan(((PLANNED + BY_PEOPLE - AT_ONCE) * 1_000) / PER_SECOND);
  }, 90_000);

  it('lets a person’s message leave before one of the same conversation that still waits', async () => {
    await whole.limitSendRate(1);
    const phones = Array.from({ length: 8 }, (_, index) => 300 + index);
    await Promise.all(phones.map(sendPlanned));
    const waiting = async () => {
      const taken = new Set((await whole.provider.accepted()).map(({ to }) => to));
      return phones.filter((index) => !taken.has(phone(index)));
    };
    const chosen = await waiting();
    await Promise.all(chosen.map((index) => sendByHand(whole.dealer, index, 'before it')));
    const total = PLANNED + BY_PEOPLE + 1 + phones.length + chosen.length;
    await until('all is there', async () => (await whole.provider.accepted()).length === total, 60_000);
    const bodies = (await whole.provider.messages()).reverse();
    const wentFirst = chosen.filter((index) => bodies.find(({ to }) => to === phone(index))?.body === 'planned');
    // The planned one comes last; a few may have left while people wrote.
    expect(wentFirst.length).toBeGreaterThanOrEqual(chosen.length - 3);
    expect(chosen.length).toBeGreaterThanOrEqual(5);
  }, 90_000);
});
