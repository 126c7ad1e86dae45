import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { openStore, type Store } from '@leadline/store/connect.ts';
import { dataConverterOf } from '@leadline/temporal/codec/dataConverter.ts';
import { readPayloadKeys } from '@leadline/temporal/codec/payloadKeys.ts';
import { freePort } from '@leadline/temporal/embeddedServers.ts';
import { startProduct, type Product } from '@leadline/temporal/product.ts';
import { ensureTools } from '@leadline/temporal/toolCache.ts';
import { costOf, sumOf, type Cost, type CountedEvent } from './historyCost.ts';
import { openLeadline, type LeadlineTarget, type Twilio } from './leadlineTarget.ts';

/** Auto Pilot arms its reply, as it does in life, but none falls due within a load: what is measured is the way in. */
export const LONG_WINDOW = { quietMs: 7_200_000, minMs: 3_600_000, maxMs: 14_400_000, jitter: 0.1 };
export const SHORT_WINDOW = { quietMs: 1_000, minMs: 500, maxMs: 3_000, jitter: 0.1 };

/** Leadline on fresh servers, for one measurement. */
export interface FreshLeadline {
  product: Product;
  store: Store;
  client: Client;
  leadline: LeadlineTarget;
  /** What the conversations of these names have cost so far. */
  costOf(names: string[]): Promise<Cost>;
}

/** Starts fresh servers, measures, and leaves nothing behind. */
export async function withLeadline<T>(
  say: (line: string) => void,
  measure: (fresh: FreshLeadline) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'leadline-bench-'));
  const product = await startFresh(folder, say);
  try {
    const [store, connection] = await Promise.all([
      openStore(product.mongoUri),
      Connection.connect({ address: product.temporalAddress }),
    ]);
    const client = new Client({ connection, dataConverter: dataConverterOf(readPayloadKeys(process.env)) });
    const leadline = await openLeadline(product, store, await simulatedTwilio(folder));
    const cost = async (names: string[]): Promise<Cost> =>
      sumOf(await Promise.all(names.map((name) => costOfWorkflow(client, leadline.workflowIdOf(name)))));
    const measured = await measure({ product, store, client, leadline, costOf: cost });
    await Promise.all([leadline.stop(), connection.close(), store.close()]);
    return measured;
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
    env: { ...env, OPENAI_API_KEY: undefined, PUBLIC_URL: undefined, SENDS_PER_SECOND: '1000' },
    say,
  });
}

/** Credentials of the simulated account, which the demo's channel and the simulators share. */
async function simulatedTwilio(folder: string): Promise<Twilio> {
  const account = JSON.parse(await readFile(path.join(folder, 'simulated-twilio.json'), 'utf8')) as Record<
    string,
    string
  >;
  return { accountSid: account['TWILIO_ACCOUNT_SID']!, authToken: account['TWILIO_AUTH_TOKEN']! };
}

async function costOfWorkflow(client: Client, workflowId: string): Promise<Cost> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return costOf((events ?? []) as CountedEvent[]);
}

/** Names of a load's conversations. */
export function namesOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

/** Customers who text and wait for the answer, some rounds each. */
export async function answerRounds(
  leadline: LeadlineTarget,
  name: string,
  { conversations, each }: { conversations: number; each: number },
): Promise<void> {
  const customer = async (one: string): Promise<void> => {
    for (let round = 0; round < each; round += 1) await leadline.sendAndAwaitAnswer(one);
  };
  await Promise.all(namesOf(name, conversations).map(customer));
}
