import { fileURLToPath } from 'node:url';
import { createStore } from '@leadline/store/connect.ts';
import { readApiConfig } from './config.ts';
import { createEngine } from './engine.ts';
import { createLogger } from './log.ts';
import { startApi } from './server.ts';

/** How long an operation waits for the database before its request is told so. */
const DATABASE_MS = 2_000;

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

let config;
try {
  config = readApiConfig(process.env, fileURLToPath(new URL('..', import.meta.url)));
} catch (error) {
  fail(error);
}
const logger = createLogger(config.logLevel);
const store = createStore(config.mongodbUri, { serverSelectionTimeoutMs: DATABASE_MS });
const engine = createEngine(config.temporal);
const { port, host } = config;
const api = await startApi(config, store, engine, logger).catch((error: unknown) =>
  fail(
    (error as { code?: string }).code === 'EADDRINUSE'
      ? new Error(`Port ${port} is in use: set PORT to another one.`)
      : error,
  ),
);
logger.info({ host, port: api.port }, 'The API listens.');

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await api.close();
  await engine.close();
  await store.close();
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
