import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Channel } from '@leadline/channels/channel.ts';
import { createTwilioSms } from '@leadline/channels/twilio/sms.ts';
import { Faults, type SimulatedMessage } from '@leadline/contract/simulator.ts';
import { buildSimulators } from '@leadline/simulators/app.ts';

/** What tests of deliveries share: a simulated provider over HTTP, with its fault switches. */

export interface TestProvider {
  url: string;
  channel: Channel;
  /** As a process that has just started makes one. */
  newChannel(): Channel;
  faults(twilio: Partial<Faults['twilio']>): Promise<void>;
  /** A customer's phone sends a text; answers the provider's id. */
  text(from: string, to: string, body: string): Promise<string>;
  /** Everything that was taken from us, with the id that we planted. */
  accepted(): Promise<{ sid: string; messageId: string; to: string }[]>;
  /** All messages as the simulated phones show them, the oldest first. */
  messages(): Promise<SimulatedMessage[]>;
  /** Nobody answers on its port. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestProviderOptions {
  credentials: { accountSid: string; authToken: string };
  /** Where webhooks are sent; nowhere, where absent. */
  sendTo?: string;
  /** What webhooks are signed for. */
  publicUrl?: string;
  timeoutMs?: number;
}

const NOWHERE = 'http://127.0.0.1:9';

export async function startTestProvider(options: TestProviderOptions): Promise<TestProvider> {
  const { credentials, sendTo = NOWHERE, publicUrl = NOWHERE, timeoutMs } = options;
  const app = buildSimulators({ sendTo, publicUrl, ...credentials });
  let server: Server;
  async function listen(port: number): Promise<void> {
    server = app.listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  }
  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
  await listen(0);
  const { port } = server!.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  async function control<T>(method: string, resource: string, body?: unknown): Promise<T> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${url}/control${resource}`, { method, ...init });
    if (!answer.ok) throw new Error(`The simulators answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
  const newChannel = (): Channel => createTwilioSms({ credentials, apiBase: url, publicUrl, timeoutMs });
  return {
    url,
    channel: newChannel(),
    newChannel,
    async faults(twilio) {
      await control('PUT', '/faults', Faults.parse({ twilio, openai: { delayMs: 20 } }));
    },
    text: async (from, to, body) => (await control<{ sid: string }>('POST', '/inbound', { from, to, body })).sid,
    accepted: async () =>
      (await control<{ items: { sid: string; messageId: string; to: string }[] }>('GET', '/accepted')).items,
    messages: async () => (await control<{ items: SimulatedMessage[] }>('GET', '/messages')).items,
    goDown: close,
    comeBack: () => listen(port),
    stop: close,
  };
}
