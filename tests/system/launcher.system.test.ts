import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@leadline/temporal/embeddedServers.ts';
import { isAlive } from '@leadline/temporal/toolCache.ts';
import { until } from '../until.ts';

interface Ended {
  code: number | null;
  /** What it said to the person, without what it was doing meanwhile. */
  sentence: string;
}

/** The launcher's file of what runs; empty before there is one. */
interface Noted {
  launcher?: number;
  parts: { pid: number }[];
}

/** What a person reads when `npm start` cannot start: one sentence that says what to do, and exit code 1. */
describe('the launcher', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'leadline-launcher-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function launch(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
    const ports = { PORT: await freePort(), TEMPORAL_PORT: await freePort(), TEMPORAL_UI_PORT: await freePort() };
    const numbers = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]));
    const entry = path.join(process.cwd(), 'temporal/start.ts');
    const options = { env: { ...process.env, DATA_DIR: path.join(folder, 'data'), ...numbers, ...env } };
    return execFile(process.execPath, [entry], options);
  }

  async function start(env: NodeJS.ProcessEnv): Promise<Ended> {
    const child = await launch(env);
    const [stderr] = await Promise.all([textOf(child.stderr!), once(child, 'close')]);
    const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.includes('Warning'));
    return { code: child.exitCode, sentence: lines.join(' ').trim() };
  }

  /** A start at the moment at which its first part runs and others do not yet, and the ids of the parts. */
  async function startedHalfway(): Promise<{ launcher: ChildProcess; parts: number[]; output: Promise<string> }> {
    const launcher = await launch({});
    const output = textOf(launcher.stdout!);
    const file = path.join(folder, 'data', 'launcher.json');
    let parts: number[] = [];
    await until('the first part runs', async () => {
      const noted = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Noted;
      if (noted.launcher === launcher.pid) parts = noted.parts.map(({ pid }) => pid);
      return parts.length > 0;
    });
    return { launcher, parts, output };
  }

  it('names a port that is in use, and the setting that changes it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const ended = await start({ PORT: String(port) });
    server.close();
    expect(ended).toEqual({
      code: 1,
      sentence: `Port ${port} (the app) is in use: stop what uses it, or set PORT to another port.`,
    });
  }, 30_000);

  it('names a setting that is no port', async () => {
    expect(await start({ PORT: 'web' })).toEqual({ code: 1, sentence: 'PORT must be a port number; it is "web".' });
  }, 30_000);

  it('names a key of payloads that is no key, and does not print it', async () => {
    const { code, sentence } = await start({ PAYLOAD_KEYS: 'k1:c2VjcmV0' });
    expect(code).toBe(1);
    expect(sentence).toContain('PAYLOAD_KEYS: the key "k1" must be 32 random bytes in base64');
    expect(sentence).not.toContain('c2VjcmV0');
  }, 30_000);

  it('says that Python is missing, and how to get it', async () => {
    const ended = await start({ PATH: '/nowhere', LEADLINE_TOOLS: path.join(folder, 'no-python') });
    expect(ended).toEqual({
      code: 1,
      sentence: expect.stringMatching(/^Python 3\.10 or newer .* was not found: install it/),
    });
  }, 30_000);

  it('asks for the network when the tools cannot be fetched', async () => {
    const nowhere = { PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '0', PIP_NO_CACHE_DIR: '1' };
    const ended = await start({ ...nowhere, PIP_EXTRA_INDEX_URL: '', LEADLINE_TOOLS: path.join(folder, 'no-network') });
    expect(ended.code).toBe(1);
    expect(ended.sentence).toMatch(/could not be installed from PyPI\. Is the network up\?/);
  }, 60_000);

  it('ends what runs already when it is stopped while it is starting', async () => {
    const { launcher, parts, output } = await startedHalfway();
    launcher.kill('SIGINT');
    await once(launcher, 'close');
    expect(await output).toMatch(/Stopping…\s+Stopped\.\s*$/);
    expect(launcher.exitCode).toBe(0);
    expect(parts.filter(isAlive)).toEqual([]);
    // Those, too, that were started after we looked.
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(folder))).toEqual([]);
  }, 60_000);

  it('ends what an earlier one left that was killed while it was starting', async () => {
    const killed = await startedHalfway();
    killed.launcher.kill('SIGKILL');
    await once(killed.launcher, 'close');
    expect(killed.parts.filter(isAlive)).toEqual(killed.parts);
    const next = await startedHalfway();
    expect(killed.parts.filter(isAlive)).toEqual([]);
    next.launcher.kill('SIGTERM');
    await once(next.launcher, 'close');
    expect(await next.output).toContain('left over from a launcher that was killed');
    expect(next.parts.filter(isAlive)).toEqual([]);
  }, 60_000);
});
