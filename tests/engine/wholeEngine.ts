import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createConversationActivities } from '@leadline/activities/conversation.ts';
import { createOutsideActivities } from '@leadline/activities/outside.ts';
import { startTestProvider, type TestProvider } from '../testProvider.ts';
import { createEngine, type Engine } from '@leadline/api/engine.ts';
import { startApi } from '@leadline/api/server.ts';
import { TEST_PUBLIC_URL } from '@leadline/api/testApi.ts';
import type { Store } from '@leadline/store/connect.ts';
import {
  addDealership,
  openTestStore,
  startTestMongo,
  TEST_AUTH_TOKEN,
  type TestDealership,
} from '@leadline/store/testStore.ts';
import { temporalSettings } from '@leadline/temporal/embeddedServers.ts';
import { registerSearchAttributes } from '@leadline/temporal/searchAttributes.ts';
import { limitSendRate } from '@leadline/temporal/sendRate.ts';
import { bundleWorkflows, createWorkers } from '@leadline/temporal/worker.ts';

/** API, workers, Temporal's dev server, database and simulated providers, all but the last three in the test's process. */
export interface WholeEngine {
  /** Where the API listens. */
  url: string;
  store: Store;
  dealer: TestDealership;
  engine: Engine;
  provider: TestProvider;
  /** Deliveries leave as fast as they can until this is called. */
  limitSendRate(perSecond: number): Promise<void>;
  stop(): Promise<void>;
}

const LOCALHOST = '127.0.0.1';

/** `name` names the database; calls to the provider give up after `providerTimeoutMs`. */
export async function startWholeEngine(name: string, providerTimeoutMs?: number): Promise<WholeEngine> {
  const executable = { type: 'existing-path' as const, path: process.env['TEMPORAL_CLI'] ?? '/tmp/tv/bin/temporal' };
  const [mongo, env, workflowBundle] = await Promise.all([
    startTestMongo({ own: true }),
    TestWorkflowEnvironment.createLocal({ server: { executable, extraArgs: temporalSettings() } }),
    bundleWorkflows(path.join(process.cwd(), 'workflows/index.ts')),
  ]);
  const store = await openTestStore(mongo, name);
  const dealer = await addDealership(store);
  await registerSearchAttributes(env.connection, 'default');
  const temporal = { address: env.address, namespace: 'default', uiUrl: null, payloadKeys: [] };
  const engine = createEngine(temporal);
  // The API connects by itself.
  const apiStore = await openTestStore(mongo, name);
  const config = {
    port: 0,
    host: LOCALHOST,
    publicUrl: TEST_PUBLIC_URL,
    mongodbUri: mongo.uri,
    temporal,
    webDir: '/nonexistent',
    simulatorUrl: null,
    metricsToken: null,
    webhooksMayBePrivate: true,
    simulated: ['twilio' as const],
    logLevel: 'silent',
  };
  const api = await startApi(
    config,
    { ...apiStore, connect: async () => undefined },
    engine,
    pino({ level: 'silent' }),
  );
  await api.ready;
  const url = `http://${LOCALHOST}:${api.port}`;
  const provider = await startTestProvider({
    credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: TEST_AUTH_TOKEN },
    sendTo: url,
    publicUrl: TEST_PUBLIC_URL,
  });
  const workers = await createWorkers({
    connection: env.nativeConnection,
    namespace: 'default',
    workflowBundle,
    conversationActivities: createConversationActivities(store),
    outsideActivities: createOutsideActivities(store, {
      publicUrl: TEST_PUBLIC_URL,
      twilioApiBase: provider.url,
      twilioTimeoutMs: providerTimeoutMs,
      openaiApiKey: 'simulated',
      openaiBaseUrl: `${provider.url}/v1`,
      webhooksMayBePrivate: true,
      openaiModel: 'simulated',
    }),
    maxCachedWorkflows: 500,
  });
  const running = workers.map((worker) => worker.run());
  return {
    url,
    store,
    dealer,
    engine,
    provider,
    limitSendRate: (perSecond) => limitSendRate(env.connection, 'default', perSecond),
    async stop() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await api.close();
      await provider.stop().catch(() => undefined);
      await engine.close();
      await Promise.all([store.close(), apiStore.close()]);
      await env.teardown();
      await mongo.stop();
    },
  };
}
