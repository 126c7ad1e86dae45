import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { fold } from '@leadline/workflows/conversation/core/evolve.ts';
import { KEY, POLICY, START, ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import { emptyState } from '@leadline/workflows/conversation/core/state.ts';
import { registerSearchAttributes } from '@leadline/temporal/searchAttributes.ts';
import { bundleWorkflows, createWorkers } from '@leadline/temporal/worker.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import { Talk } from './talk.ts';

/** Runs that end and begin, on the dev server. */
describe('a conversation over several runs', () => {
  let env: TestWorkflowEnvironment;
  let workers: Worker[] = [];
  let running: Promise<void>[] = [];
  const policy = { ...POLICY, window: { ...POLICY.window, quietMs: 300, minMs: 100, maxMs: 1_000, jitter: 0 } };
  const store = new FakeStore({ ...START, policy }, [policy]);
  const outside = new FakeOutside();

  beforeAll(async () => {
    const executable = { type: 'existing-path' as const, path: process.env['TEMPORAL_CLI'] ?? '/tmp/tv/bin/temporal' };
    env = await TestWorkflowEnvironment.createLocal({ server: { executable } });
    await registerSearchAttributes(env.connection, 'default');
    workers = await createWorkers({
      connection: env.nativeConnection,
      namespace: 'default',
      workflowBundle: await bundleWorkflows(path.join(process.cwd(), 'workflows/index.ts')),
      conversationActivities: store,
      outsideActivities: outside,
      maxCachedWorkflows: 10,
    });
    running = workers.map((worker) => worker.run());
  }, 60_000);
  afterAll(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await env.teardown();
  });

  // With messages coming in all the while (quality.md R11).
  it('loses, repeats and changes nothing when it continues as new', async () => {
    const talk = new Talk(env, { key: KEY, continueAfterEvents: 40 }, store, outside);
    await talk.inbound('first');
    const firstRun = (await talk.handle.describe()).runId;
    for (let round = 0; round < 60; round += 1) {
      await talk.inbound(`text ${round}`);
      if (round % 10 === 9) await talk.update('sendMessage', { text: 'A person answers', fromDraftId: null });
    }
    await until(async () => (await talk.state()).inboundCount === 61 && (await talk.state()).reply === null);
    const state = await talk.state();
    expect((await talk.handle.describe()).runId).not.toBe(firstRun);
    const journal = store.journal(KEY.conversationId);
    expect(journal.map((event) => event.position)).toEqual(journal.map((_, index) => index + 1));
    expect(fold(emptyState(KEY), journal)).toEqual(state);
    const queued = journal.flatMap((event) => (event.type === 'messageQueued' ? [event.data.messageId] : []));
    await until(async () => talk.sent.length === queued.length);
    expect(talk.sent).toEqual(queued);
    await talk.handle.terminate();
  }, 60_000);

  // Not on the time-skipping server: it does not answer a signal-with-start after a run that ended in an update.
  it('is deleted with all that was planned, and the next message begins a clean one', async () => {
    const key = { ...KEY, conversationId: 'd'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    await talk.inbound('hi');
    const wall = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 16);
    await talk.update('scheduleMessage', { text: 'x', wall, zone: ZONE, cancelIfTheyReply: false });
    await talk.update('setStage', { stage: 'engaged' });
    const { position } = await talk.state();
    await talk.update('deleteConversation', {});
    await until(async () => (await talk.handle.describe()).status.name === 'COMPLETED');
    await talk.inbound('hello again', 'SMafter');
    await until(async () => (await talk.state()).started);
    const state = await talk.state();
    expect(state).toMatchObject({ stage: 'new', inboundCount: 1, scheduled: [] });
    expect(state.deletedUpTo).toBeGreaterThan(position);
    expect(fold(emptyState(key), store.journal(key.conversationId))).toEqual(state);
    await talk.handle.terminate();
  }, 60_000);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
