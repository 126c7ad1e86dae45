import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@leadline/temporal/embeddedServers.ts';
import { startProduct, type Product } from '@leadline/temporal/product.ts';
import { ensureTools } from '@leadline/temporal/toolCache.ts';

/** The whole product, as `npm start` runs it, on free ports and data of its own. */
export interface TestProduct extends Product {
  /** Asks the simulators' control interface. */
  control<T>(method: string, resource: string, body?: unknown): Promise<T>;
}

/** `settings` are variables of the environment. */
export async function startLeadline(settings: Record<string, string> = {}): Promise<TestProduct> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'leadline-'));
  const [port, temporalPort] = [await freePort(), await freePort()];
  const silent = (): void => undefined;
  const embedded = { MONGODB_URI: undefined, TEMPORAL_ADDRESS: undefined };
  // A number's rate has a test of its own: the others do not wait for it.
  const env = { ...process.env, ...embedded, SENDS_PER_SECOND: '100', ...settings };
  const tools = await ensureTools(silent);
  const product = await startProduct({
    root: process.cwd(),
    tools,
    dataFolder,
    port,
    temporalPort,
    temporalUiPort: null,
    env,
    say: silent,
  });
  return {
    ...product,
    async stop() {
      await product.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
    async control<T>(method: string, resource: string, body?: unknown): Promise<T> {
      const init =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const answer = await fetch(`${product.simulatorUrl}/control${resource}`, { method, ...init });
      if (!answer.ok) throw new Error(`The simulators answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as T;
    },
  };
}
