import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import type { BulkProgress } from '@leadline/contract/bulk.ts';
import type { ConversationKey, DeliveryFailed, InboundMessage, UpdateArgs } from '@leadline/contract/conversation.ts';
import { AppError } from '@leadline/contract/errors.ts';
import type { Rollout } from '@leadline/contract/ports.ts';
import type { UpdateName } from '@leadline/contract/names.ts';
import { createStore, type Store } from '@leadline/store/connect.ts';
import { TEST_AUTH_TOKEN, TEST_PASSWORD, type TestDealership, type TestMongo } from '@leadline/store/testStore.ts';
import type { BulkStart, Engine } from './engine.ts';
import { startApi, type RunningApi } from './server.ts';

/** What the tests of the API share: an API on a port of its own, with the real store and a conversation engine that records. */

/** Records what it is asked, and answers as the test says. */
export class FakeEngine implements Engine {
  readonly inbounds: { key: ConversationKey; message: InboundMessage }[] = [];
  readonly failures: { key: ConversationKey; report: DeliveryFailed }[] = [];
  readonly updates: { key: ConversationKey; name: UpdateName; args: unknown; updateId: string }[] = [];
  isDown = false;
  /** Answers of updates, by name; an error is thrown. */
  answers: Partial<Record<UpdateName, unknown>> = {};

  inbound = async (key: ConversationKey, message: InboundMessage): Promise<void> => {
    this.requireUp();
    this.inbounds.push({ key, message });
  };

  deliveryFailed = async (key: ConversationKey, report: DeliveryFailed): Promise<void> => {
    this.requireUp();
    this.failures.push({ key, report });
  };

  update = async <Name extends UpdateName>(
    key: ConversationKey,
    name: Name,
    args: UpdateArgs[Name],
    updateId: string,
  ): Promise<never> => {
    this.requireUp();
    this.updates.push({ key, name, args, updateId });
    const answer = this.answers[name];
    if (answer instanceof Error) throw answer;
    // The test knows what its route expects.
    return answer as never;
  };

  readonly rollouts: Rollout[] = [];
  rollOut = async (rollout: Rollout): Promise<void> => {
    this.rollouts.push(rollout);
  };
  rolloutProgress = async (slug: string, processId: string | null, version: number) =>
    this.rollouts.some((one) => one.dealershipSlug === slug && one.processId === processId && one.version === version)
      ? { told: 3, done: true }
      : null;

  readonly bulkStarts: BulkStart[] = [];
  readonly cancelledBulks: string[] = [];
  /** What `bulkProgress` says, by `<dealership slug>/<bulk id>`. */
  readonly bulks = new Map<string, BulkProgress>();
  startBulk = async (start: BulkStart): Promise<void> => {
    this.requireUp();
    this.bulkStarts.push(start);
    const { total, bulk } = start;
    const fresh = { total, done: 0, failed: 0, refusedByReason: {}, isDone: false, cancelled: false };
    this.bulks.set(`${bulk.dealershipSlug}/${bulk.id}`, fresh);
  };

  bulkProgress = async (dealershipSlug: string, bulkId: string): Promise<BulkProgress | null> =>
    this.bulks.get(`${dealershipSlug}/${bulkId}`) ?? null;

  cancelBulk = async (dealershipSlug: string, bulkId: string): Promise<void> => {
    this.cancelledBulks.push(`${dealershipSlug}/${bulkId}`);
  };

  ping = async (): Promise<void> => {
    this.requireUp();
  };

  close = async (): Promise<void> => undefined;

  private requireUp(): void {
    if (this.isDown) throw new AppError('unavailable', 'Temporal is down, says the test.');
  }
}

export interface TestApi {
  url: string;
  store: Store;
  engine: FakeEngine;
  running: RunningApi;
  close(): Promise<void>;
}

/** The address that webhooks are signed over; another one than the port's, as behind a proxy. */
export const TEST_PUBLIC_URL = 'http://leadline.test';

export async function startTestApi(
  mongo: TestMongo,
  name: string,
  options: { waitForStore?: boolean; simulatorUrl?: string; webDir?: string } = {},
): Promise<TestApi> {
  const store = createStore(mongo.uri.replace(/\/leadline$/, `/${name}-${process.pid}`), {
    serverSelectionTimeoutMs: 1_000,
  });
  const engine = new FakeEngine();
  const config = {
    port: 0,
    host: '127.0.0.1',
    publicUrl: TEST_PUBLIC_URL,
    mongodbUri: mongo.uri,
    temporal: { address: '', namespace: '', uiUrl: null, payloadKeys: [] },
    webDir: options.webDir ?? '/nonexistent',
    simulatorUrl: options.simulatorUrl ?? null,
    simulated: ['twilio' as const],
    metricsToken: null,
    webhooksMayBePrivate: false,
    logLevel: 'silent',
  };
  const running = await startApi(config, store, engine, pino({ level: 'silent' }));
  if (options.waitForStore !== false) await running.ready;
  return {
    url: `http://127.0.0.1:${running.port}`,
    store,
    engine,
    running,
    async close() {
      await running.close();
      await store.close();
    },
  };
}

/** A signed-in browser. */
export interface TestBrowser {
  cookie: string;
  csrfToken: string;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; body: any }>;
}

export async function signInAs(api: TestApi, email: string): Promise<TestBrowser> {
  const response = await postSession(api, { email, password: TEST_PASSWORD });
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  const cookie = response.headers.get('set-cookie')!.split(';')[0]!;
  return {
    cookie,
    csrfToken,
    call: (method, path, body, headers = {}) =>
      call(api, method, path, body, { Cookie: cookie, 'X-CSRF-Token': csrfToken, ...headers }),
  };
}

export function postSession(api: TestApi, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api.url}/api/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** Answers of many shapes come back here: each test says which it expects, so the body is not typed. */
export async function call(
  api: TestApi,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: any }> {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(api.url + path, {
    method,
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    ...content,
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** A webhook as Twilio sends it; `token` null leaves the signature out. */
export async function postWebhook(
  api: { url: string },
  path: string,
  params: Record<string, string>,
  token: string | null = TEST_AUTH_TOKEN,
) {
  const signature = token === null ? {} : { 'X-Twilio-Signature': signatureOf(token, TEST_PUBLIC_URL + path, params) };
  const response = await fetch(api.url + path, {
    method: 'POST',
    headers: signature,
    body: new URLSearchParams(params),
  });
  return { status: response.status, type: response.headers.get('Content-Type') ?? '', text: await response.text() };
}

/** As Twilio signs: the address, and every parameter sorted by name. */
export function signatureOf(token: string, url: string, params: Record<string, string>): string {
  const data = Object.keys(params)
    .toSorted()
    .reduce((joined, name) => joined + name + params[name]!, url);
  return createHmac('sha1', token).update(data).digest('base64');
}

let sids = 0;
/** Parameters of a customer's text. */
export function textFrom(address: string, dealer: TestDealership, body = 'hi'): Record<string, string> {
  const sid = `SM${String(++sids).padStart(32, '0')}`;
  return {
    MessageSid: sid,
    SmsSid: sid,
    AccountSid: `AC${'0'.repeat(32)}`,
    From: address,
    To: dealer.accountAddress,
    Body: body,
    NumMedia: '0',
  };
}

export async function until(holds: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (Date.now() > end) throw new Error(`The condition did not come to hold within ${withinMs} ms.`);
  }
}
