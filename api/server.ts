import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Store } from '@leadline/store/connect.ts';
import { buildApp } from './app.ts';
import type { ApiConfig } from './config.ts';
import type { Engine } from './engine.ts';
import { createMetrics } from './metrics.ts';
import { createRealtime, type Realtime } from './realtime/realtime.ts';
import { sessionCookie } from './session/cookie.ts';
import { createAccountDirectory, type AccountDirectory } from './webhooks/accountDirectory.ts';
import { startSweeper } from './webhooks/sweeper.ts';

/** A running API. */
export interface RunningApi {
  port: number;
  /** Resolves once the database is there and everything follows it. */
  ready: Promise<void>;
  close(): Promise<void>;
}

const DIRECTORY_REFRESH_MS = 30_000;
const CONNECT_AGAIN_MS = 1_000;

/**
 * Listens at once, whatever is missing: `/readyz` says what is waited for. The store may be unconnected; it is connected
 * as soon as the database can be reached.
 */
export async function startApi(config: ApiConfig, store: Store, engine: Engine, logger: Logger): Promise<RunningApi> {
  const metrics = createMetrics();
  const cookie = sessionCookie(config.publicUrl);
  const directory = createAccountDirectory(store.channelAccounts);
  let realtime: Realtime | null = null;
  const app = buildApp({
    config,
    store,
    engine,
    directory,
    cookie,
    logger,
    metrics,
    onRead: (userId, change) => realtime?.notifyRead(userId, change),
    onSessionEnded: (sessionId) => realtime?.endSession(sessionId),
  });
  const http = createServer(app);
  realtime = createRealtime({ http, store, cookie, publicUrl: config.publicUrl, logger, metrics });
  http.listen(config.port, config.host);
  await once(http, 'listening');

  const closing = new AbortController();
  const sweeper = Promise.withResolvers<ReturnType<typeof startSweeper> | null>();
  const ready = connectPatiently(store, logger, closing.signal).then(async (connected) => {
    if (!connected) return sweeper.resolve(null);
    await keepRefreshed(directory, logger, closing.signal);
    realtime.follow();
    sweeper.resolve(
      startSweeper({
        engine,
        spool: store.spool,
        leases: store.leases,
        logger,
        onCount: (count) => {
          metrics.spooled.set(count);
        },
      }),
    );
    logger.info('The database is there.');
  });
  return {
    port: (http.address() as AddressInfo).port,
    ready,
    async close() {
      closing.abort();
      await ready;
      await (await sweeper.promise)?.stop();
      await realtime.close();
      http.closeAllConnections();
    },
  };
}

/** False when it was told to stop before the database came. */
async function connectPatiently(store: Store, logger: Logger, stop: AbortSignal): Promise<boolean> {
  for (let said = false; !stop.aborted; said = true) {
    try {
      await store.connect();
      return true;
    } catch (error) {
      if (!said) logger.warn({ err: error }, 'The database cannot be reached; waiting for it.');
      await pause(CONNECT_AGAIN_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return false;
}

/** Reads the accounts for the first time, then again and again in the background. */
async function keepRefreshed(directory: AccountDirectory, logger: Logger, stop: AbortSignal): Promise<void> {
  const refresh = (): Promise<void> =>
    directory.refresh().catch((error: unknown) => {
      logger.warn({ err: error }, 'The channel accounts could not be read; what is known stays.');
    });
  await refresh();
  const timer = setInterval(() => void refresh(), DIRECTORY_REFRESH_MS);
  timer.unref();
  stop.addEventListener('abort', () => {
    clearInterval(timer);
  });
}
