import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { readPayloadKeys } from './codec/payloadKeys.ts';
import { requireFreePort } from './embeddedServers.ts';
import type { Part } from './part.ts';
import { Launch, type PartName, type Product } from './product.ts';
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

/** How to stop what runs, in the order in which it was started. */
const toStop: (() => void | Promise<void>)[] = [];
let stopping = false;
/** Whether the file of process ids is ours. */
let noted = false;

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
  const launch = new Launch({ root, tools, dataFolder, ...ports, env, say, onStart: remember });
  toStop.push(() => launch.stop());
  const product = await launch.start();
  if (process.argv.includes('--watch')) toStop.push(watchSources(root, product, say));
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

/** Written at once: a part is known from its first moment, and a restarted one by its new id. */
function remember(parts: ReadonlyMap<PartName, Part>): void {
  const known = [...parts].flatMap(([name, { pid }]) => (pid === undefined ? [] : [{ name, pid }]));
  const running: Running = { launcher: process.pid, parts: known };
  writeFileSync(pidFile, JSON.stringify(running));
  noted = true;
}

/** Ends everything, the last started first, whether or not all of it runs already. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  say('Stopping…');
  for (const one of toStop.reverse()) await one();
  forget();
  say('Stopped.');
  process.exit(0);
}

function forget(): void {
  if (noted) rmSync(pidFile, { force: true });
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

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
try {
  await main();
} catch (error) {
  // What fails because it is being stopped is no error of the start; `stop` ends the process.
  if (stopping) await new Promise(() => undefined);
  forget();
  console.error(`\n  ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
