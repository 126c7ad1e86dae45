import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { readPayloadKeys } from './codec/payloadKeys.ts';
import { requireFreePort } from './embeddedServers.ts';
import { startProduct, type Product } from './product.ts';
import { demoLogins } from './seed.ts';
import { ensureTools, isAlive, StartupError } from './toolCache.ts';
import { watchSources } from './watch.ts';
import { buildWeb } from './webBuild.ts';

/** `npm start`: brings up what it was not given, and keeps it running until Ctrl-C; with `--watch`, follows the sources. */

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { env } = process;
const dataFolder = path.resolve(root, env['DATA_DIR'] ?? '.data');
const pidFile = path.join(dataFolder, 'launcher.json');
const say = (line: string): void => console.log(`  ${line}`);

interface Running {
  launcher: number;
  parts: { name: string; pid: number }[];
}

async function main(): Promise<void> {
  const startedAt = Date.now();
  const port = portOf('PORT', 3000);
  const temporalPort = portOf('TEMPORAL_PORT', 7233);
  const temporalUiPort = portOf('TEMPORAL_UI_PORT', 8233);
  const codecServerPort = portOf('CODEC_SERVER_PORT', 8234);
  await mkdir(dataFolder, { recursive: true });
  await endLeftovers();
  await requireFreePort(port, 'the app', 'PORT');
  if (!env['TEMPORAL_ADDRESS']) {
    await requireFreePort(temporalPort, 'Temporal', 'TEMPORAL_PORT');
    await requireFreePort(temporalUiPort, 'the Temporal UI', 'TEMPORAL_UI_PORT');
  }
  if (readPayloadKeys(env).length > 0) await requireFreePort(codecServerPort, 'the codec server', 'CODEC_SERVER_PORT');
  const tools = await ensureTools(say);
  await buildWeb(root, say);
  const ports = { port, temporalPort, temporalUiPort, codecServerPort };
  const product = await startProduct({ root, tools, dataFolder, ...ports, env, say });
  await remember(product);
  const stopWatching = process.argv.includes('--watch') ? watchSources(root, product, say) : () => undefined;
  stopOnSignal(product, stopWatching);
  printAddresses(product, Date.now() - startedAt);
}

function portOf(name: string, standard: number): number {
  const port = Number(env[name] ?? standard);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StartupError(`${name} must be a port number; it is "${env[name]}".`);
}

/** Ends what an earlier launcher left when it was killed; refuses to run beside a living one on the same data. */
async function endLeftovers(): Promise<void> {
  const text = await readFile(pidFile, 'utf8').catch(() => null);
  if (text === null) return;
  // Written by `remember` only.
  const running = JSON.parse(text) as Running;
  if (isAlive(running.launcher) && (await isOurs(running.launcher))) {
    throw new StartupError(
      `Leadline runs already on this data (process ${running.launcher}): stop it first, or set DATA_DIR to another folder.`,
    );
  }
  for (const { name, pid } of running.parts) {
    if (!isAlive(pid) || !(await isOurs(pid))) continue;
    say(`Ending ${name}, left over from a launcher that was killed…`);
    process.kill(pid, 'SIGTERM');
    for (let tries = 0; isAlive(pid) && tries < 100; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
  await rm(pidFile, { force: true });
}

/** A process id can be reused: only a command that names our folders is ours. */
async function isOurs(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes(root) || stdout.includes(dataFolder);
}

async function remember(product: Product): Promise<void> {
  const parts = [...product.parts].flatMap(([name, part]) => (part.pid === undefined ? [] : [{ name, pid: part.pid }]));
  const running: Running = { launcher: process.pid, parts };
  await writeFile(pidFile, JSON.stringify(running));
}

function stopOnSignal(product: Product, stopWatching: () => void): void {
  // Restarted parts have new ids.
  const timer = setInterval(() => void remember(product), 5_000);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      clearInterval(timer);
      stopWatching();
      say('Stopping…');
      void product.stop().then(async () => {
        await rm(pidFile, { force: true });
        say('Stopped.');
        process.exit(0);
      });
    });
  }
}

function printAddresses(product: Product, tookMs: number): void {
  const { url, temporalUiUrl, codecServerUrl, simulatorUrl } = product;
  const rows = [
    ['App', url],
    ...(simulatorUrl ? [['Simulated phones', `${url}/simulator`]] : []),
    ...(temporalUiUrl ? [['Temporal UI', temporalUiUrl]] : []),
    ...(codecServerUrl ? [['Codec server', codecServerUrl]] : []),
    ['API docs', `${url}/api/docs`],
    ['Logs', path.join(dataFolder, 'logs')],
    ...demoLogins(env).map(({ email, password, role }) => ['Sign in', `${email} / ${password}  (${role})`]),
  ];
  console.log(`\n  Leadline is ready after ${(tookMs / 1000).toFixed(1)} s.\n`);
  for (const [name = '', value] of rows) console.log(`  ${name.padEnd(18)}${value}`);
  console.log('\n  Ctrl-C stops everything.\n');
}

try {
  await main();
} catch (error) {
  console.error(`\n  ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
