import { mkdir } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { Part } from './part.ts';
import { StartupError, type Tools } from './toolCache.ts';

/** Where an embedded server keeps its data and its log. */
export interface EmbeddedOptions {
  tools: Tools;
  dataFolder: string;
  logFolder: string;
  port: number;
}

/** Embedded MongoDB (docs/adr/0006): its writes are durable only with `--sync-on-commit`. */
export async function embeddedMongo({
  tools,
  dataFolder,
  logFolder,
  port,
}: EmbeddedOptions): Promise<{ part: Part; uri: string }> {
  const storage = path.join(dataFolder, 'mongo');
  await mkdir(storage, { recursive: true });
  const args = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', storage, '--sync-on-commit'];
  const history = ['--oplog-retention-seconds', '86400', '--oplog-max-entries', '1000000'];
  const part = new Part({
    name: 'MongoDB',
    command: tools.mongo,
    args: [...args, ...history],
    logFile: path.join(logFolder, 'mongo.log'),
    isReady: () => answersOn(port),
  });
  return { part, uri: `mongodb://127.0.0.1:${port}/leadline` };
}

/**
 * Temporal keeps the state of few runs by default; reading another's from SQLite, for which there is one connection, holds
 * up all. Measured by `npm run bench -- timers`. A queue in one part keeps rates and priorities to the letter.
 */
const TEMPORAL_SETTINGS = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'history.hostLevelCacheMaxSize': 100_000,
  'history.hostLevelCacheMaxSizeBytes': 1_000_000_000,
  'history.cacheTTL': '24h',
};

/** As arguments of the dev server. */
export function temporalSettings(): string[] {
  return Object.entries(TEMPORAL_SETTINGS).flatMap(([name, value]) => [
    '--dynamic-config-value',
    `${name}=${JSON.stringify(value)}`,
  ]);
}

/** Temporal's dev server on a SQLite file, with its UI where a port for it is given; the UI asks the codec server given. */
export async function embeddedTemporal(
  options: EmbeddedOptions & { uiPort: number | null; codecServerUrl: string | null },
): Promise<{ part: Part; address: string }> {
  const { tools, dataFolder, logFolder, port, uiPort, codecServerUrl } = options;
  await mkdir(dataFolder, { recursive: true });
  const ui = uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)];
  const codec = codecServerUrl === null ? [] : ['--ui-codec-endpoint', codecServerUrl];
  const file = ['--db-filename', path.join(dataFolder, 'temporal.sqlite')];
  const server = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
  const part = new Part({
    name: 'Temporal',
    command: tools.temporal,
    args: [...server, ...ui, ...codec, ...file, ...temporalSettings()],
    logFile: path.join(logFolder, 'temporal.log'),
    isReady: () => answersOn(port),
  });
  return { part, address: `127.0.0.1:${port}` };
}

/** A port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Throws a sentence when something listens on the port already. */
export async function requireFreePort(port: number, what: string, setting: string): Promise<void> {
  if (await answersOn(port))
    throw new StartupError(`Port ${port} (${what}) is in use: stop what uses it, or set ${setting} to another port.`);
}

/** Whether something takes connections on a port of this machine. */
export function answersOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const answer = (yes: boolean) => (): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).setTimeout(1_000, answer(false));
  });
}
