import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { openStore } from '@leadline/store/connect.ts';
import { freePort } from '@leadline/temporal/embeddedServers.ts';
import { startProduct, type Product } from '@leadline/temporal/product.ts';
import { ensureTools } from '@leadline/temporal/toolCache.ts';
import { startBare } from './bareTarget.ts';
import { figure, type Figure } from './figures.ts';
import { costOf, sumOf, type Cost, type CountedEvent } from './historyCost.ts';
import { openLeadline, type LeadlineTarget, type Twilio } from './leadlineTarget.ts';
import { percentile, perSecond, run, together, type Load, type Timings } from './load.ts';

const LOAD: Load = { conversations: 64, messagesEach: 8, concurrency: 32 };
/** The two loads take turns, so that whatever else the machine does falls on both. */
const TURNS = 3;
const WARM_UP: Load = { conversations: 32, messagesEach: 3, concurrency: 32 };
const IDLE: Load = { conversations: 20, messagesEach: 6, concurrency: 1, pauseMs: 50 };
const ROUNDS = { conversations: 12, each: 3 };

/** Auto Pilot arms its reply, as it does in life, but none falls due within a load: what is measured is the way in. */
const LONG_WINDOW = { quietMs: 7_200_000, minMs: 3_600_000, maxMs: 14_400_000, jitter: 0.1 };
const SHORT_WINDOW = { quietMs: 1_000, minMs: 500, maxMs: 3_000, jitter: 0.1 };

/**
 * From a customer's text to the screen: signed webhook over HTTP, workflow, MongoDB, socket event at a connected client;
 * against the floor that Temporal sets on the same machine, in the same run.
 */
export async function inbound(say: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'leadline-bench-'));
  const product = await startFresh(folder, say);
  try {
    return await measure(product, folder, say);
  } finally {
    await product.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function startFresh(dataFolder: string, say: (line: string) => void): Promise<Product> {
  const env = { ...process.env, MONGODB_URI: undefined, TEMPORAL_ADDRESS: undefined, TWILIO_ACCOUNT_SID: undefined };
  return startProduct({
    root: path.dirname(path.dirname(fileURLToPath(import.meta.url))),
    tools: await ensureTools(say),
    dataFolder,
    port: await freePort(),
    temporalPort: await freePort(),
    temporalUiPort: null,
    env: { ...env, OPENAI_API_KEY: undefined, PUBLIC_URL: undefined },
    say,
  });
}

async function measure(product: Product, folder: string, say: (line: string) => void): Promise<Figure[]> {
  const store = await openStore(product.mongoUri);
  const connection = await Connection.connect({ address: product.temporalAddress });
  const leadline = await openLeadline(product, store, await simulatedTwilio(folder));
  await leadline.setWindow(LONG_WINDOW);
  const loads = await takeTurns(product, leadline, say);
  say('Measuring Leadline at idle…');
  const idle = await run(leadline, 'idle', IDLE);
  say('Measuring answered rounds…');
  await leadline.setWindow(SHORT_WINDOW);
  await answerRounds(leadline);

  const client = new Client({ connection });
  const costOfAll = async (names: string[]): Promise<Cost> =>
    sumOf(await Promise.all(names.map((name) => costOfWorkflow(client, leadline.workflowIdOf(name)))));
  const loaded = await costOfAll(namesOf('load0', LOAD.conversations));
  const rounds = await costOfAll(namesOf('round', ROUNDS.conversations));
  await leadline.stop();
  await connection.close();
  await store.close();
  return figuresOf(loads, idle, loaded, rounds);
}

/** Credentials of the simulated account, which the demo's channel and the simulators share. */
async function simulatedTwilio(folder: string): Promise<Twilio> {
  const account = JSON.parse(await readFile(path.join(folder, 'simulated-twilio.json'), 'utf8')) as Record<
    string,
    string
  >;
  return { accountSid: account['TWILIO_ACCOUNT_SID']!, authToken: account['TWILIO_AUTH_TOKEN']! };
}

interface Loads {
  bare: Timings;
  leadline: Timings;
}

async function takeTurns(product: Product, leadline: LeadlineTarget, say: (line: string) => void): Promise<Loads> {
  const bare = await startBare(product.temporalAddress);
  const results: { bare: Timings[]; leadline: Timings[] } = { bare: [], leadline: [] };
  try {
    say('Warming up…');
    await run(bare, 'warm', WARM_UP);
    await run(leadline, 'warm', WARM_UP);
    for (let turn = 0; turn < TURNS; turn += 1) {
      say(`Measuring bare Temporal and Leadline, ${turn + 1} of ${TURNS}…`);
      results.bare.push(await run(bare, `load${turn}`, LOAD));
      results.leadline.push(await run(leadline, `load${turn}`, LOAD));
    }
  } finally {
    await bare.stop();
  }
  return { bare: together(results.bare), leadline: together(results.leadline) };
}

async function answerRounds(leadline: LeadlineTarget): Promise<void> {
  const customer = async (name: string): Promise<void> => {
    for (let round = 0; round < ROUNDS.each; round += 1) await leadline.sendAndAwaitAnswer(name);
  };
  await Promise.all(namesOf('round', ROUNDS.conversations).map(customer));
}

function namesOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

async function costOfWorkflow(client: Client, workflowId: string): Promise<Cost> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return costOf((events ?? []) as CountedEvent[]);
}

function figuresOf({ bare, leadline }: Loads, idle: Timings, loaded: Cost, rounds: Cost): Figure[] {
  const messages = LOAD.conversations * LOAD.messagesEach;
  const answered = ROUNDS.conversations * ROUNDS.each;
  const of = (metric: string, value: number, unit: string, target?: string): Figure =>
    figure('inbound', metric, value, unit, target);
  return [
    of('ratio', perSecond(leadline) / perSecond(bare), '', '>=0.6'),
    of('messagesPerSecond', perSecond(leadline), '1/s'),
    of('bareMessagesPerSecond', perSecond(bare), '1/s'),
    of('p50Ms', percentile(leadline.latenciesMs, 0.5), 'ms'),
    of('p95Ms', percentile(leadline.latenciesMs, 0.95), 'ms'),
    of('p99Ms', percentile(leadline.latenciesMs, 0.99), 'ms'),
    of('idleP50Ms', percentile(idle.latenciesMs, 0.5), 'ms'),
    of('idleP95Ms', percentile(idle.latenciesMs, 0.95), 'ms', '<=250'),
    of('actionsPerMessage', loaded.actions / messages, ''),
    of('eventsPerMessage', loaded.events / messages, ''),
    of('actionsPerRound', rounds.actions / answered, '', '<=7'),
    of('eventsPerRound', rounds.events / answered, ''),
  ];
}
