import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import pino from 'pino';
import { createBulkActivities } from '@leadline/activities/bulk.ts';
import { createConversationActivities } from '@leadline/activities/conversation.ts';
import { createFleetActivities } from '@leadline/activities/fleet.ts';
import { channelClients, createOutsideActivities } from '@leadline/activities/outside.ts';
import { createChannelActivities } from '@leadline/activities/reconcileChannel.ts';
import { createEngine } from '@leadline/api/engine.ts';
import { openStore } from '@leadline/store/connect.ts';
import { dataConverterOf } from './codec/dataConverter.ts';
import { readWorkerConfig, type WorkerConfig } from './config.ts';
import { createScheduleKeeper, keepSchedules } from './reconcileSchedules.ts';
import { registerSearchAttributes } from './searchAttributes.ts';
import { limitSendRate } from './sendRate.ts';
import { bundleWorkflows, createWorkers, runWorkers } from './worker.ts';

const log = pino({
  name: 'worker',
  level: process.env['LOG_LEVEL'] ?? 'info',
  // Temporal's SDK names errors so, and of an error as it stands JSON shows no message.
  serializers: { error: pino.stdSerializers.err },
});

/** The worker process: runs conversations and what they do outside. Temporal's SDK stops it cleanly on SIGINT and SIGTERM. */
async function main(config: WorkerConfig): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      log[level === 'ERROR' ? 'error' : 'warn'](meta ?? {}, message);
    }),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
  });
  // TLS and API key come from TEMPORAL_TLS_* and TEMPORAL_API_KEY, or a profile of Temporal's configuration file.
  const temporal = loadClientConnectConfig();
  const address = temporal.connectionOptions.address ?? config.TEMPORAL_ADDRESS;
  const namespace = temporal.namespace ?? config.TEMPORAL_NAMESPACE;
  const dataConverter = dataConverterOf(config.PAYLOAD_KEYS);
  const [workflowBundle, store, clientConnection] = await Promise.all([
    bundleWorkflows(fileURLToPath(new URL('../workflows/index.ts', import.meta.url)), dataConverter),
    openStore(config.MONGODB_URI),
    Connection.connect({ ...temporal.connectionOptions, address }),
  ]);
  await registerSearchAttributes(clientConnection, namespace);
  await limitSendRate(clientConnection, namespace, config.SENDS_PER_SECOND).catch((error: unknown) => {
    log.warn({ err: error }, 'Temporal does not keep the rate of each number, SENDS_PER_SECOND: the provider queues.');
  });
  const client = new Client({ connection: clientConnection, namespace, dataConverter });
  const connection = await NativeConnection.connect({ ...temporal.connectionOptions, address });
  // Activities that speak to conversations do so as the API does.
  const engine = createEngine({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    payloadKeys: config.PAYLOAD_KEYS,
  });
  const workers = await createWorkers({
    connection,
    namespace,
    workflowBundle,
    dataConverter,
    conversationActivities: createConversationActivities(store),
    fleetActivities: createFleetActivities(store),
    bulkActivities: createBulkActivities(store, engine.update),
    outsideActivities: createOutsideActivities(store, {
      publicUrl: config.PUBLIC_URL,
      twilioApiBase: config.TWILIO_API_BASE,
      openaiApiKey: config.OPENAI_API_KEY,
      openaiBaseUrl: config.OPENAI_BASE_URL,
      openaiModel: config.OPENAI_MODEL,
      webhooksMayBePrivate: config.WEBHOOK_ALLOW_PRIVATE,
      onHoldBack(channelAccountId, holdsBack) {
        if (holdsBack) log.warn({ channelAccountId }, 'The provider is in trouble: sends wait until it is back.');
        else log.info({ channelAccountId }, 'The provider is back: sends leave again.');
      },
    }),
    channelActivities: createChannelActivities({
      accounts: store.channelAccounts,
      messages: store.messages,
      records: store.providerRecords,
      channelOf: channelClients({ publicUrl: config.PUBLIC_URL, twilioApiBase: config.TWILIO_API_BASE }),
      conversations: engine,
      now: () => Date.now(),
      graceMs: config.RECONCILE_GRACE_MS,
    }),
    maxCachedWorkflows: config.MAX_CACHED_WORKFLOWS,
  });
  const schedules = keepSchedules(createScheduleKeeper(client, store.channelAccounts), (error) => {
    log.warn(
      { err: error },
      'The schedules of the channel accounts could not be brought up to date; tried again soon.',
    );
  });
  log.info({ address, namespace }, 'The worker is ready.');
  await runWorkers(workers);
  schedules.stop();
  await Promise.all([engine.close(), connection.close(), clientConnection.close(), store.close()]);
}

try {
  await main(readWorkerConfig(process.env));
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exit(1);
}
