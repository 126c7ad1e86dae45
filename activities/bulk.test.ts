import { describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { BulkAction } from '@leadline/contract/bulk.ts';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { AppError } from '@leadline/contract/errors.ts';
import type { Bulk, BulkOutcome, UpdateConversation } from '@leadline/contract/ports.ts';
import type { Store } from '@leadline/store/connect.ts';
import { createBulkActivities } from './bulk.ts';

const idOf = (index: number): string => index.toString(16).padStart(32, '0');
const IDS = Array.from({ length: 10 }, (_, index) => idOf(index));
const keyOf = (conversationId: string): ConversationKey => ({
  dealershipId: 'd1',
  dealershipSlug: 'northside',
  conversationId,
  channel: 'sms',
  channelAccountId: 'a1',
  address: '+18255559025',
});
const bulkOf = (action: BulkAction): Bulk => ({
  id: 'f'.repeat(32),
  dealershipId: 'd1',
  dealershipSlug: 'northside',
  userId: 'leo',
  requestId: 'r1',
  action,
});
const STAGE = bulkOf({ type: 'setStage', stage: 'sold' });

/** What the conversations were asked, and what they answer; `known` are the dealership's own. */
class FakeConversations {
  readonly asked: { id: string; name: string; args: unknown; updateId: string }[] = [];
  known = IDS;
  answer: (id: string) => Promise<void> = async () => undefined;
  private readonly update = (async (key, name, args, updateId) => {
    this.asked.push({ id: key.conversationId, name, args, updateId });
    await this.answer(key.conversationId);
    return {};
  }) as UpdateConversation;

  activities() {
    const inbox = { keys: async (ids: string[]) => ids.filter((id) => this.known.includes(id)).map(keyOf) };
    return createBulkActivities({ inbox: () => inbox } as unknown as Pick<Store, 'inbox'>, this.update);
  }

  /** Runs a batch in an attempt; the details are those of the last heartbeat. */
  async run(bulk: Bulk, ids: string[], info: { attempt?: number; heartbeatDetails?: unknown } = {}) {
    const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
    let details: unknown;
    environment.on('heartbeat', (beat: unknown) => (details = beat));
    const running = environment.run(this.activities().applyToConversations, { bulk, ids });
    const outcome = await running.then(
      (value) => ({ value: value as BulkOutcome, error: null }),
      (error: unknown) => ({ value: null, error }),
    );
    return { ...outcome, details };
  }
}

describe('a batch of an action over many conversations', () => {
  it('asks each once, under an update id of the action, and in the name of the person', async () => {
    const conversations = new FakeConversations();
    const { value } = await conversations.run(STAGE, IDS);
    expect(value).toEqual({ done: 10, failed: 0, refused: [] });
    expect(conversations.asked.map((one) => one.id).sort()).toEqual(IDS);
    expect(conversations.asked[0]).toMatchObject({
      name: 'setStage',
      args: { stage: 'sold', userId: 'leo', requestId: 'r1' },
      updateId: `bulk/${STAGE.id}`,
    });
  });

  it.each<[BulkAction, string, object]>([
    [
      { type: 'assign', userIds: ['ana', 'leo', 'ana'], takeOver: true },
      'assign',
      { ownerId: 'ana', userIds: ['ana', 'leo'], takeOver: true },
    ],
    [{ type: 'assign', userIds: [], takeOver: false }, 'assign', { ownerId: null, userIds: [], takeOver: false }],
    [{ type: 'addTag', tag: 'vip' }, 'changeTags', { add: ['vip'], remove: [] }],
    [{ type: 'removeTag', tag: 'vip' }, 'changeTags', { add: [], remove: ['vip'] }],
    [{ type: 'selectProcess', processId: 'p1' }, 'selectProcess', { processId: 'p1' }],
    [{ type: 'setAutopilot', on: false }, 'setAutopilot', { on: false }],
    [{ type: 'setFollowUps', on: true }, 'setFollowUps', { on: true }],
    [{ type: 'resolve' }, 'resolve', {}],
    [{ type: 'snooze', until: '2027-01-04T16:00:00Z' }, 'snooze', { until: Date.UTC(2027, 0, 4, 16) }],
  ])('does %j', async (action, name, args) => {
    const conversations = new FakeConversations();
    await conversations.run(bulkOf(action), IDS.slice(0, 1));
    expect(conversations.asked).toMatchObject([{ name, args }]);
  });

  it('counts refusals by their reason, and conversations of others as gone', async () => {
    const conversations = new FakeConversations();
    conversations.known = IDS.slice(0, 8);
    conversations.answer = async (id) => {
      if (id < idOf(3)) throw new AppError('refused', 'It is resolved already.', { refusal: 'already-resolved' });
    };
    const { value } = await conversations.run(STAGE, IDS);
    expect(value).toMatchObject({ done: 5, failed: 0 });
    expect(value!.refused).toEqual(
      expect.arrayContaining([
        { code: 'already-resolved', sentence: 'It is resolved already.', count: 3 },
        { code: 'not-found', sentence: expect.any(String), count: 2 },
      ]),
    );
    expect(conversations.asked.map((one) => one.id)).not.toContain(idOf(9));
  });

  it('does the rest when one cannot be reached; the next attempt asks only that one again', async () => {
    const conversations = new FakeConversations();
    let down = true;
    conversations.answer = async (id) => {
      if (id === idOf(4) && down) throw new AppError('unavailable', 'Not in time.');
    };
    const first = await conversations.run(STAGE, IDS);
    expect(first.error).toMatchObject({ type: 'Unreached', nonRetryable: false });
    down = false;
    const second = await conversations.run(STAGE, IDS, { attempt: 2, heartbeatDetails: first.details });
    expect(second.value).toEqual({ done: 10, failed: 0, refused: [] });
    expect(conversations.asked).toHaveLength(11);
    expect(conversations.asked.at(-1)!.id).toBe(idOf(4));
  });

  it('gives one up after its attempts, and counts it as failed', async () => {
    const conversations = new FakeConversations();
    conversations.answer = async (id) => {
      if (id === idOf(4)) throw new Error('broken');
    };
    expect((await conversations.run(STAGE, IDS, { attempt: 4 })).value).toEqual({ done: 9, failed: 1, refused: [] });
  });

  it('stops when it is cancelled, after what is under way, and says what it did', async () => {
    const conversations = new FakeConversations();
    const environment = new MockActivityEnvironment();
    conversations.answer = async () => environment.cancel();
    const outcome = (await environment.run(conversations.activities().applyToConversations, {
      bulk: STAGE,
      ids: IDS,
    })) as BulkOutcome;
    expect(outcome.done).toBe(conversations.asked.length);
    expect(outcome.done).toBeLessThan(IDS.length);
  });
});
