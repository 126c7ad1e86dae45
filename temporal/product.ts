import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openStore } from '@leadline/store/connect.ts';
import { readPayloadKeys } from './codec/payloadKeys.ts';
import { answersOn, embeddedMongo, embeddedTemporal, freePort } from './embeddedServers.ts';
import { Part } from './part.ts';
import { seedDemo } from './seed.ts';
import { exists, type Tools } from './toolCache.ts';

/** What to run, and where. Parts that are given from outside are not started. */
export interface ProductOptions {
  root: string;
  tools: Tools;
  dataFolder: string;
  port: number;
  temporalPort: number;
  /** Null: without Temporal's UI. */
  temporalUiPort: number | null;
  /** Of the codec server, which runs where `PAYLOAD_KEYS` is set and this port is given. */
  codecServerPort?: number;
  /** Settings, of the start and of the parts. */
  env: NodeJS.ProcessEnv;
  say(line: string): void;
  /** Called whenever a part's process begins, so that whoever comes after a crash knows what runs. */
  onStart?(parts: ReadonlyMap<PartName, Part>): void;
}

/** Leadline, running: every part a process of its own. */
export interface Product {
  url: string;
  temporalUiUrl: string | null;
  codecServerUrl: string | null;
  temporalAddress: string;
  mongoUri: string;
  /** Null when real providers are used. */
  simulatorUrl: string | null;
  /** Running parts by name, in the order in which they were started. */
  parts: Map<PartName, Part>;
  stop(): Promise<void>;
}
export type PartName = 'mongo' | 'temporal' | 'codecServer' | 'simulators' | 'worker' | 'api';

/** Restarted parts wait this long, doubled with each failure in a row. */
const RESTART_AFTER_MS = 500;
const MAX_RESTART_MS = 15_000;
const STABLE_AFTER_MS = 60_000;

/** Starts all parts; see `Launch`. */
export function startProduct(options: ProductOptions): Promise<Product> {
  return new Launch(options).start();
}

/** One start of the product, which can be stopped before it is done. */
export class Launch {
  private readonly options: ProductOptions;
  private readonly parts = new Map<PartName, Part>();
  private readonly logFolder: string;
  private stopped: Promise<void> | null = null;

  constructor(options: ProductOptions) {
    this.options = options;
    this.logFolder = path.join(options.dataFolder, 'logs');
  }

  /** Starts all parts in order, each when those that it needs are ready. Throws when one cannot start; then none is left running. */
  async start(): Promise<Product> {
    try {
      return await this.startParts();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private async startParts(): Promise<Product> {
    const { env, port, temporalUiPort, say } = this.options;
    await mkdir(this.logFolder, { recursive: true });
    const temporalUiUrl =
      env['TEMPORAL_UI_URL'] ??
      (temporalUiPort === null || env['TEMPORAL_ADDRESS'] ? null : `http://localhost:${temporalUiPort}`);
    const codecServerUrl = await this.codecServer(temporalUiUrl);
    const [mongoUri, temporalAddress] = await Promise.all([this.mongo(), this.temporal(codecServerUrl)]);
    const url = `http://localhost:${port}`;
    const publicUrl = env['PUBLIC_URL'] ?? url;
    const providers = await this.providers(publicUrl);
    const shared = {
      MONGODB_URI: mongoUri,
      TEMPORAL_ADDRESS: temporalAddress,
      PAYLOAD_KEYS: env['PAYLOAD_KEYS'] ?? '',
      PUBLIC_URL: publicUrl,
      ...providers.env,
    };
    say('Looking whether the database has to be filled…');
    const store = await openStore(mongoUri);
    await seedDemo(store, { ...env, ...providers.env }, say);
    await store.close();
    await Promise.all([
      this.run('worker', 'temporal/main.ts', shared, () => this.logSays('worker', 'The worker is ready.')),
      this.run(
        'api',
        'api/main.ts',
        { ...shared, PORT: String(port), ...(temporalUiUrl && { TEMPORAL_UI_URL: temporalUiUrl }) },
        () => isOk(`http://127.0.0.1:${port}/readyz`),
      ),
    ]);
    return {
      url,
      temporalUiUrl,
      codecServerUrl,
      temporalAddress,
      mongoUri,
      simulatorUrl: providers.simulatorUrl,
      parts: this.parts,
      stop: () => this.stop(),
    };
  }

  /** Ends the parts, the last started first; resolves, whoever asks, when all have ended. */
  stop(): Promise<void> {
    this.stopped ??= this.endParts();
    return this.stopped;
  }

  private async endParts(): Promise<void> {
    for (const part of [...this.parts.values()].reverse()) await part.stop();
  }

  private async mongo(): Promise<string> {
    const given = this.options.env['MONGODB_URI'];
    if (given) return given;
    this.options.say('Starting MongoDB (embedded)…');
    const { part, uri } = await embeddedMongo({ ...this.embedded(), port: await freePort() });
    await this.add('mongo', part);
    return uri;
  }

  /** Lets the Temporal UI read what is encrypted. Also ends the start where the keys are wrong, before anything runs. */
  private async codecServer(temporalUiUrl: string | null): Promise<string | null> {
    const { env, codecServerPort: port } = this.options;
    if (readPayloadKeys(env).length === 0 || port === undefined) return null;
    this.options.say('Starting the codec server, because PAYLOAD_KEYS is set…');
    const settings = {
      PAYLOAD_KEYS: env['PAYLOAD_KEYS'] ?? '',
      CODEC_SERVER_PORT: String(port),
      ...(temporalUiUrl && { TEMPORAL_UI_URL: temporalUiUrl }),
    };
    await this.run('codecServer', 'temporal/codec-server/main.ts', settings, () => answersOn(port));
    return `http://localhost:${port}`;
  }

  private async temporal(codecServerUrl: string | null): Promise<string> {
    const given = this.options.env['TEMPORAL_ADDRESS'];
    if (given) return given;
    this.options.say('Starting Temporal (dev server)…');
    const { temporalPort: port, temporalUiPort: uiPort } = this.options;
    const { part, address } = await embeddedTemporal({ ...this.embedded(), port, uiPort, codecServerUrl });
    await this.add('temporal', part);
    return address;
  }

  private embedded() {
    const { tools, dataFolder } = this.options;
    return { tools, dataFolder, logFolder: this.logFolder };
  }

  /** Simulators stand in for the providers that no credentials were given for. */
  private async providers(publicUrl: string): Promise<{ simulatorUrl: string | null; env: Record<string, string> }> {
    const { env, port, dataFolder, say } = this.options;
    const simulated = [...(env['TWILIO_ACCOUNT_SID'] ? [] : ['twilio']), ...(env['OPENAI_API_KEY'] ? [] : ['openai'])];
    if (simulated.length === 0) return { simulatorUrl: null, env: {} };
    say(`Starting the simulators (${simulated.join(', ')})…`);
    const simulatorPort = await freePort();
    const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
    const twilio = await simulatedAccount(dataFolder);
    const settings = {
      SIMULATOR_PORT: String(simulatorPort),
      WEBHOOK_BASE_URL: `http://127.0.0.1:${port}`,
      PUBLIC_URL: publicUrl,
      ...twilio,
    };
    await this.run('simulators', 'simulators/main.ts', settings, () => isOk(`${simulatorUrl}/healthz`));
    return {
      simulatorUrl,
      env: {
        SIMULATOR_URL: simulatorUrl,
        SIMULATED: simulated.join(','),
        ...(simulated.includes('twilio') && { ...twilio, TWILIO_API_BASE: simulatorUrl }),
        ...(simulated.includes('openai') && {
          OPENAI_API_KEY: 'simulated',
          OPENAI_BASE_URL: `${simulatorUrl}/v1`,
          OPENAI_MODEL: 'simulated',
        }),
      },
    };
  }

  private run(
    name: PartName,
    entry: string,
    env: Record<string, string>,
    isReady: () => Promise<boolean>,
  ): Promise<void> {
    const command = process.execPath;
    const args = ['--disable-warning=ExperimentalWarning', path.join(this.options.root, entry)];
    if (name === 'worker' || name === 'api') this.options.say(`Starting the ${name === 'api' ? 'API' : 'worker'}…`);
    return this.add(
      name,
      new Part({ name, command, args, env: { ...this.options.env, ...env }, logFile: this.logFile(name), isReady }),
    );
  }

  private logFile(name: PartName): string {
    return path.join(this.logFolder, `${name}.log`);
  }

  private async add(name: PartName, part: Part): Promise<void> {
    if (this.stopped !== null) throw new Error(`${part.name} was not started, because Leadline is being stopped.`);
    this.parts.set(name, part);
    part.onStart = () => this.options.onStart?.(this.parts);
    await part.start();
    this.keepRunning(part);
  }

  /** A part that dies is started again, and said so. */
  private keepRunning(part: Part): void {
    let failures = 0;
    let startedAt = Date.now();
    const again = (reason: string): void => {
      if (this.stopped !== null) return;
      failures = Date.now() - startedAt > STABLE_AFTER_MS ? 0 : failures + 1;
      const waitMs = Math.min(RESTART_AFTER_MS * 2 ** failures, MAX_RESTART_MS);
      this.options.say(`${part.name} ended (${reason}); starting it again.`);
      setTimeout(() => {
        if (this.stopped !== null) return;
        startedAt = Date.now();
        part.start().then(
          () => this.options.say(`${part.name} runs again.`),
          (error: unknown) => {
            this.options.say(String(error instanceof Error ? error.message : error));
            if (part.pid === undefined) again('it did not start');
          },
        );
      }, waitMs);
    };
    part.onExit = again;
  }

  private async logSays(name: PartName, text: string): Promise<boolean> {
    const pid = this.parts.get(name)?.pid;
    const lines = (await readFile(this.logFile(name), 'utf8')).split('\n');
    return lines.some((line) => line.includes(text) && line.includes(`"pid":${pid}`));
  }
}

async function isOk(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
}

/** Credentials of the simulated Twilio account; kept, because the demo dealership's channel holds them too. */
async function simulatedAccount(
  dataFolder: string,
): Promise<{ TWILIO_ACCOUNT_SID: string; TWILIO_AUTH_TOKEN: string }> {
  const file = path.join(dataFolder, 'simulated-twilio.json');
  if (!(await exists(file))) {
    const account = {
      TWILIO_ACCOUNT_SID: `AC${randomBytes(16).toString('hex')}`,
      TWILIO_AUTH_TOKEN: randomBytes(16).toString('hex'),
    };
    await writeFile(file, JSON.stringify(account), { mode: 0o600 });
  }
  // Written by this function only.
  return JSON.parse(await readFile(file, 'utf8')) as { TWILIO_ACCOUNT_SID: string; TWILIO_AUTH_TOKEN: string };
}
