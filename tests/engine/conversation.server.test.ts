import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker, WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { SIGNALS } from '@leadline/contract/names.ts';
import { registerSearchAttributes } from '@leadline/temporal/searchAttributes.ts';
import { bundleWorkflows, createWorkers } from '@leadline/temporal/worker.ts';
import { KEY, POLICY, START } from '@leadline/workflows/conversation/core/scenario.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import { Talk } from './talk.ts';

/** The conversation's workflow on the time-skipping server: what only a server can tell. */
describe('the conversation workflow', () => {
  let env: TestWorkflowEnvironment;
  let bundle: WorkflowBundleWithSourceMap;
  let serial = 0;
  let workers: Worker[] = [];
  let running: Promise<void>[] = [];
  const store = new FakeStore(START, [POLICY, { ...POLICY, processId: 'p2', versionId: 'p2v1' }]);
  const outside = new FakeOutside();

  beforeAll(async () => {
    const executable = {
      type: 'existing-path' as const,
      path: process.env['TEMPORAL_TEST_SERVER'] ?? '/tmp/tv/bin/temporal-test-server',
    };
    [env, bundle] = await Promise.all([
      TestWorkflowEnvironment.createTimeSkipping({ server: { executable } }),
      bundleWorkflows(path.join(process.cwd(), 'workflows/index.ts')),
    ]);
    const namespace = env.namespace ?? 'default';
    await registerSearchAttributes(env.connection, namespace);
    workers = await createWorkers({
      connection: env.nativeConnection,
      namespace,
      workflowBundle: bundle,
      conversationActivities: store,
      outsideActivities: outside,
      maxCachedWorkflows: Number(process.env['MAX_CACHED_WORKFLOWS'] ?? 100),
    });
    running = workers.map((worker) => worker.run());
  }, 60_000);
  afterAll(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await env.teardown();
  });

  /** A conversation of its own, ended with the test. */
  async function talking(body: (talk: Talk) => Promise<void>): Promise<void> {
    serial += 1;
    const key = { ...KEY, conversationId: serial.toString(16).padStart(32, '0') };
    const talk = new Talk(env, { key }, store, outside);
    await body(talk).finally(() => talk.handle.terminate());
  }

  it('answers a burst of texts with one reply, when the window closes', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      await env.sleep(4_000);
      await talk.inbound('is the F-150 there?');
      expect(await talk.agenda()).toMatchObject([
        { kind: 'autopilotReply', title: 'Auto Pilot answers both messages' },
      ]);
      await env.sleep(20_000);
      expect(talk.sent).toHaveLength(1);
      expect(talk.drafts).toBe(1);
      expect((await talk.state()).undecided).toEqual([]);
    });
  }, 30_000);

  it('takes a message once, however often its signal comes', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi', 'SMsame');
      await Promise.all(Array.from({ length: 20 }, () => talk.inbound('hi', 'SMsame')));
      expect((await talk.state()).inboundCount).toBe(1);
    });
  }, 30_000);

  it('cancels for certain when Auto Pilot is turned off, and arms at once when it is turned on', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      const off = await talk.update('setAutopilot', { on: false });
      expect(off.cancelled).not.toBeNull();
      await env.sleep(60_000);
      expect(talk.sent).toEqual([]);
      const on = await talk.update('setAutopilot', { on: true });
      expect(on.armed).not.toBeNull();
      await env.sleep(30_000);
      expect(talk.sent).toHaveLength(1);
    });
  }, 30_000);

  it("lets a person's message drop the pending reply, and the answer waits for the commit", async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      const { messageId } = await talk.update('sendMessage', { text: 'Hello', fromDraftId: null });
      expect(
        talk.store
          .journal(talk.key.conversationId)
          .some((event) => event.type === 'messageQueued' && event.data.messageId === messageId),
      ).toBe(true);
      await env.sleep(60_000);
      expect(talk.sent).toEqual([messageId]);
    });
  }, 30_000);

  it('drafts for the composer without sending', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      expect(await talk.update('generateReply', {})).toMatchObject({
        outcome: 'reply',
        text: 'Yes, it is on the lot.',
      });
      expect(talk.sent).toEqual([]);
    });
  }, 30_000);

  it('refuses with a code and a sentence, and leaves no trace', async () => {
    await talking(async (talk) => {
      await talk.inbound('STOP');
      const error = await talk
        .update('sendMessage', { text: 'Hello', fromDraftId: null })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
      expect((error as WorkflowUpdateFailedError).cause).toMatchObject({
        type: 'Refusal',
        details: [{ code: 'opted-out' }],
      });
      expect(
        await talk.update('selectProcess', { processId: 'nope' }).catch((reason: Error) => String(reason.cause)),
      ).toContain('no published process');
    });
  }, 30_000);

  it('drops malformed signals and goes on', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      await talk.handle.signal(SIGNALS.inboundMessage, { text: 5 });
      await talk.handle.signal(SIGNALS.deliveryFailed, 'nonsense');
      await talk.inbound('still here');
      await talk.update('setStage', { stage: 'engaged' });
      expect((await talk.state()).inboundCount).toBe(2);
    });
  }, 30_000);

  it('hands off when the model cannot answer, with a reminder', async () => {
    await talking(async (talk) => {
      outside.modelIsDownFor.add(talk.key.conversationId);
      await talk.inbound('hi');
      await env.sleep(90_000);
      const types = talk.store.journal(talk.key.conversationId).map((event) => event.type);
      expect(types).toContain('reminderAdded');
      expect(talk.sent).toEqual([]);
    });
  }, 30_000);

  it('holds through many rounds, on the wall clock of the server', async () => {
    await talking(async (talk) => {
      for (let round = 0; round < 3; round += 1) {
        await talk.inbound(`round ${round}`);
        await env.sleep(30_000);
      }
      expect(talk.sent).toHaveLength(3);
    });
  }, 60_000);
});
