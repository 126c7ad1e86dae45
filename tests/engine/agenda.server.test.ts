import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ROLLOUT_WORKFLOW, SIGNALS, TASK_QUEUES } from '@leadline/contract/names.ts';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { DEALERSHIP, POLICY, START, ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import { wallText } from '@leadline/workflows/conversation/core/clock.ts';
import { until } from '../until.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import type { Talk } from './talk.ts';
import { startTimeSkipping, type TimeSkippingEngine } from './timeSkipping.ts';

const DAY_MS = 86_400_000;
const DAILY = {
  ...POLICY,
  processId: 'daily',
  versionId: 'daily-v1',
  followUps: { hours: { from: '10:00', to: '18:00' }, stopStages: [], afterMs: Array<number>(14).fill(DAY_MS) },
};

/** What a conversation does by itself over days and months, on the time-skipping server. */
describe.each([100, 2])('the agenda on a server, with %d conversations in memory', (cached) => {
  let engine: TimeSkippingEngine;
  const start = { ...START, autopilot: false };
  const store = new FakeStore(start, [POLICY, DAILY]);
  const outside = new FakeOutside();
  let told: string[] = [];
  beforeAll(async () => {
    engine = await startTimeSkipping(store, outside, cached, {
      fleet: { listConversations: async () => ({ workflowIds: told, next: null }) },
    });
  }, 60_000);
  afterAll(() => engine.stop());

  const talking = (body: (talk: Talk) => Promise<void>): Promise<void> => engine.talking(body);
  const journal = (talk: Talk): ConversationEvent[] => store.journal(talk.key.conversationId);
  const types = (talk: Talk): string[] => journal(talk).map((event) => event.type);
  const hello = { text: 'Hello', fromDraftId: null };
  const now = (): Promise<number> => engine.env.currentTimeMs();
  const later = async (ms: number): Promise<string> =>
    new Date((await now()) + ms - 7 * 3_600_000).toISOString().slice(0, 16);

  it('runs a 14-day sequence over a change of the clocks, in its hours, and outside quiet ones', async () => {
    await talking(async (talk) => {
      // Up to the week before the clocks go forward, on 14 March 2027.
      await engine.env.sleep(Date.UTC(2027, 2, 8, 18) - (await now()));
      await talk.inbound('hi');
      await talk.update('selectProcess', { processId: 'daily' });
      await talk.update('sendMessage', hello);
      await talk.update('setFollowUps', { on: true });
      await engine.env.sleep(20 * DAY_MS);
      const sentAt = journal(talk).flatMap((event) =>
        event.type === 'messageQueued' && event.data.author === 'followUp' ? [wallText(ZONE, event.at)] : [],
      );
      expect(sentAt).toHaveLength(14);
      expect(new Set(sentAt.map((wall) => wall.slice(0, 10))).size).toBe(14);
      for (const wall of sentAt) expect(wall.slice(11) >= '09:59' && wall.slice(11) < '18:00').toBe(true);
      expect(await talk.agenda()).toEqual([]);
    });
  }, 60_000);

  it('sends what is scheduled at its time, once; cancels it when they reply; and refuses the past', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      const wall = `${(await later(2 * DAY_MS)).slice(0, 11)}12:00`;
      await talk.update('scheduleMessage', { text: 'Noon', wall, zone: ZONE, cancelIfTheyReply: true });
      await engine.env.sleep(3 * DAY_MS);
      expect(talk.sent).toHaveLength(1);
      await talk.update('scheduleMessage', {
        text: 'x',
        wall: await later(DAY_MS),
        zone: ZONE,
        cancelIfTheyReply: true,
      });
      await talk.inbound('found one');
      await talk.takenIn();
      expect(await talk.agenda()).toEqual([]);
      await engine.env.sleep(3 * DAY_MS);
      expect(talk.sent).toHaveLength(1);
      const past = talk.update('scheduleMessage', {
        text: 'x',
        wall: '2020-01-01T09:00',
        zone: ZONE,
        cancelIfTheyReply: true,
      });
      await expect(past).rejects.toThrow(WorkflowUpdateFailedError);
    });
  }, 60_000);

  it('reminds, comes back from snooze, and turns follow-ups off for certain', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      await talk.update('sendMessage', hello);
      await talk.update('setFollowUps', { on: true });
      expect(await talk.update('setFollowUps', { on: false })).toMatchObject({
        cancelled: { dueAt: expect.any(Number) },
      });
      await talk.update('addReminder', { text: 'call', dueAt: (await now()) + DAY_MS, forUserId: null });
      await talk.update('snooze', { until: (await now()) + 2 * DAY_MS });
      await engine.env.sleep(5 * DAY_MS);
      expect(types(talk)).toEqual(expect.arrayContaining(['reminderDue', 'conversationReopened']));
      expect(talk.sent).toHaveLength(1);
    });
  }, 60_000);

  it('STOP and START in a row reach the contact’s other conversations in their order', async () => {
    await talking(async (other) => {
      await other.inbound('hi');
      store.siblings = [other.handle.workflowId];
      await talking(async (talk) => {
        store.siblingDelaysMs = [1_000, 0, 500, 0];
        for (const word of ['STOP', 'START', 'STOP', 'START']) await talk.inbound(word);
        await until('all four have arrived', async () => (await other.state()).recentChangeIds.length === 4);
      });
      store.siblings = [];
      expect(await other.state()).toMatchObject({ optedOut: false });
    });
  }, 60_000);

  it('an opt-out reaches the contact’s other conversations at once', async () => {
    await talking(async (other) => {
      await other.inbound('hi');
      await other.update('scheduleMessage', {
        text: 'x',
        wall: await later(DAY_MS),
        zone: ZONE,
        cancelIfTheyReply: false,
      });
      store.siblings = [other.handle.workflowId];
      await talking(async (talk) => {
        await talk.inbound('STOP');
        await engine.env.sleep(1_000);
      });
      store.siblings = [];
      expect(await other.state()).toMatchObject({ optedOut: true, scheduled: [] });
      await expect(other.update('sendMessage', hello)).rejects.toThrow(WorkflowUpdateFailedError);
      await engine.env.sleep(2 * DAY_MS);
      expect(other.sent).toEqual([]);
    });
  }, 60_000);

  it('falls asleep after 30 days, and the next message finds all as it was', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      await talk.update('setStage', { stage: 'engaged' });
      await talk.update('sendMessage', hello);
      const before = await talk.state();
      await engine.env.sleep(31 * DAY_MS);
      expect((await talk.handle.describe()).status.name).toBe('COMPLETED');
      await talk.inbound('still there?');
      await talk.takenIn();
      const after = await talk.state();
      expect(after).toMatchObject({ stage: 'engaged', inboundCount: 2, position: before.position + 2 });
      expect(types(talk).filter((type) => type === 'conversationStarted')).toHaveLength(1);
    });
  }, 60_000);

  it('takes in what was published, told by a rollout', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      told = [talk.handle.workflowId, 'conversation/northside/gone'];
      store.start = { ...start, dealership: { ...DEALERSHIP, version: 2, quietHours: null } };
      const progress = await engine.env.client.workflow.execute(ROLLOUT_WORKFLOW, {
        workflowId: 'rollout/northside/settings/2',
        taskQueue: TASK_QUEUES.conversations,
        args: [
          { rollout: { dealershipId: 'd1', dealershipSlug: 'northside', processId: null, version: 2, requestId: 'r' } },
        ],
      });
      store.start = start;
      expect(progress).toEqual({ told: 1, done: true });
      expect((await talk.state()).dealership).toMatchObject({ version: 2, quietHours: null });
    });
  }, 60_000);

  it('drops malformed signals of every kind, and goes on', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      for (const signal of Object.values(SIGNALS)) {
        await talk.handle.signal(signal, { nonsense: true });
        await talk.handle.signal(signal);
      }
      await talk.handle.signal(SIGNALS.callEnded, {
        callId: 'CA1',
        direction: 'inbound',
        outcome: 'answered',
        durationMs: 60_000,
        userId: null,
        requestId: 'r',
      });
      await talk.update('setTags', { tags: ['vip'] });
      expect(await talk.state()).toMatchObject({ tags: ['vip'] });
      expect(types(talk)).toContain('callEnded');
    });
  }, 60_000);
});
