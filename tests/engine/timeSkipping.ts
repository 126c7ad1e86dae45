import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { BulkActivities, ChannelActivities, FleetActivities } from '@leadline/contract/ports.ts';
import { registerSearchAttributes } from '@leadline/temporal/searchAttributes.ts';
import { bundleWorkflows, createWorkers } from '@leadline/temporal/worker.ts';
import { KEY } from '@leadline/workflows/conversation/core/scenario.ts';
import type { FakeOutside, FakeStore } from './fakes.ts';
import { Talk } from './talk.ts';

/** A time-skipping Temporal with workers on fakes. */
export interface TimeSkippingEngine {
  env: TestWorkflowEnvironment;
  /** A conversation of its own, ended with the test. */
  talking(body: (talk: Talk) => Promise<void>): Promise<void>;
  /** A conversation that nobody ends. */
  talk(): Talk;
  stop(): Promise<void>;
}

/** Of the workflows beside the conversation, where a test runs one. */
interface OtherActivities {
  fleet?: FleetActivities;
  bulkOn?: (env: TestWorkflowEnvironment) => BulkActivities;
  channel?: ChannelActivities;
}

/** With `maxCachedWorkflows` of 2 nearly every workflow task replays its history. */
export async function startTimeSkipping(
  store: FakeStore,
  outside: FakeOutside,
  maxCachedWorkflows: number,
  { fleet, bulkOn, channel }: OtherActivities = {},
): Promise<TimeSkippingEngine> {
  const file = process.env['TEMPORAL_TEST_SERVER'] ?? '/tmp/tv/bin/temporal-test-server';
  const [env, workflowBundle] = await Promise.all([
    TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path: file } } }),
    bundleWorkflows(path.join(process.cwd(), 'workflows/index.ts')),
  ]);
  const namespace = env.namespace ?? 'default';
  await registerSearchAttributes(env.connection, namespace);
  const workers = await createWorkers({
    connection: env.nativeConnection,
    namespace,
    workflowBundle,
    conversationActivities: store,
    outsideActivities: outside,
    ...(fleet && { fleetActivities: fleet }),
    ...(bulkOn && { bulkActivities: bulkOn(env) }),
    ...(channel && { channelActivities: channel }),
    maxCachedWorkflows,
  });
  const running = workers.map((worker) => worker.run());
  let serial = 0;
  const talk = (): Talk => {
    serial += 1;
    return new Talk(env, { key: { ...KEY, conversationId: serial.toString(16).padStart(32, '0') } }, store, outside);
  };
  return {
    env,
    talk,
    async talking(body) {
      const one = talk();
      await body(one).finally(async () => {
        // The server's clock stands still for minutes where a run is terminated in the middle of a task.
        await one.takenIn();
        await one.handle.terminate().catch(() => undefined);
      });
    },
    async stop() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await env.teardown();
    },
  };
}
