import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker, WorkflowBundleWithSourceMap } from '@temporalio/worker';
import pino from 'pino';
import { buildCodecServer } from '@leadline/temporal/codec-server/app.ts';
import { dataConverterOf } from '@leadline/temporal/codec/dataConverter.ts';
import { EncryptionCodec } from '@leadline/temporal/codec/encryptionCodec.ts';
import { readPayloadKeys, type PayloadKeys } from '@leadline/temporal/codec/payloadKeys.ts';
import { registerSearchAttributes } from '@leadline/temporal/searchAttributes.ts';
import { bundleWorkflows, createWorkers } from '@leadline/temporal/worker.ts';
import { fold } from '@leadline/workflows/conversation/core/evolve.ts';
import { KEY, POLICY, START, ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import { emptyState } from '@leadline/workflows/conversation/core/state.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import { until } from '../until.ts';
import { Talk } from './talk.ts';

const keysOf = (...list: [id: string, byte: number][]): PayloadKeys =>
  readPayloadKeys({
    PAYLOAD_KEYS: list.map(([id, byte]) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`).join(),
  });
const NO_KEY = keysOf();
const OLD = keysOf(['old', 1]);
const ROTATED = keysOf(['new', 2], ['old', 1]);
const NEW_ONLY = keysOf(['new', 2]);

/** Payload keys on the dev server: what it holds, and what becomes of conversations when keys come, change and go. */
describe('a conversation with the payload codec', () => {
  let env: TestWorkflowEnvironment;
  let inClear: WorkflowBundleWithSourceMap;
  let encrypting: WorkflowBundleWithSourceMap;
  let workers: Worker[] = [];
  let running: Promise<void>[] = [];
  const policy = {
    ...POLICY,
    processName: 'Internet lead of Zanzibar Motors',
    window: { ...POLICY.window, quietMs: 300, minMs: 100, maxMs: 1_000, jitter: 0 },
  };
  const store = new FakeStore({ ...START, policy }, [policy]);
  const outside = new FakeOutside();

  beforeAll(async () => {
    const executable = { type: 'existing-path' as const, path: process.env['TEMPORAL_CLI'] ?? '/tmp/tv/bin/temporal' };
    const workflows = path.join(process.cwd(), 'workflows/index.ts');
    [env, inClear, encrypting] = await Promise.all([
      TestWorkflowEnvironment.createLocal({ server: { executable } }),
      bundleWorkflows(workflows, dataConverterOf(NO_KEY)),
      bundleWorkflows(workflows, dataConverterOf(OLD)),
    ]);
    await registerSearchAttributes(env.connection, 'default');
  }, 60_000);
  afterAll(async () => {
    await stopWorkers();
    await env.teardown();
  });

  async function stopWorkers(): Promise<void> {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }

  /** A worker restarted with other settings: it has nothing in memory, so each conversation is replayed. */
  async function workWith(keys: PayloadKeys): Promise<void> {
    await stopWorkers();
    workers = await createWorkers({
      connection: env.nativeConnection,
      namespace: 'default',
      workflowBundle: keys.length > 0 ? encrypting : inClear,
      dataConverter: dataConverterOf(keys),
      conversationActivities: store,
      outsideActivities: outside,
      maxCachedWorkflows: 10,
    });
    running = workers.map((worker) => worker.run());
  }

  const talkWith = (keys: PayloadKeys, conversationId: string): Talk => {
    const client = new Client({ connection: env.connection, dataConverter: dataConverterOf(keys) });
    return new Talk({ client }, { key: { ...KEY, conversationId: conversationId.repeat(32) } }, store, outside);
  };
  const answered = (talk: Talk, count: number): Promise<void> =>
    until(`${count} are answered`, async () => {
      const { inboundCount, reply, undecided } = await talk.state();
      return inboundCount === count && reply === null && undecided.length === 0 && talk.sent.length >= count;
    });
  const isWhole = async (talk: Talk): Promise<void> => {
    const journal = store.journal(talk.key.conversationId);
    expect(fold(emptyState(talk.key), journal)).toEqual(await talk.state());
  };

  /** What the Temporal UI says of a failed task, with the codec server's help. */
  async function taskFailureOf(talk: Talk): Promise<string> {
    const { events } = await talk.handle.fetchHistory();
    const failure = events?.findLast((event) => event.workflowTaskFailedEventAttributes)
      ?.workflowTaskFailedEventAttributes?.failure;
    const [attributes] = await new EncryptionCodec(NEW_ONLY).decode([failure!.encodedAttributes!]);
    return defaultPayloadConverter.fromPayload<{ message: string }>(attributes!).message;
  }

  it('leaves no text, name, number or failure in clear at the server', async () => {
    await workWith(OLD);
    const talk = talkWith(OLD, 'a');
    await talk.inbound('I am Ottokar Quixote, call me at 825-555-9025');
    await answered(talk, 1);
    await talk.update('setTags', { tags: ['trade-in-of-ottokar'] });
    const wall = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 16);
    const later = { text: 'The Pathfinder is yours', wall, zone: ZONE, cancelIfTheyReply: false };
    await talk.update('scheduleMessage', later);
    outside.modelIsDownFor.add(talk.key.conversationId);
    await talk.inbound('Is the Pathfinder still there?');
    await until('the model has failed', async () =>
      (await rawOf(env, talk)).includes('activityTaskFailedEventAttributes'),
    );
    const raw = await rawOf(env, talk);
    expect(raw).toContain('binary/encrypted');
    expect(raw).toContain('Encoded failure');
    for (const text of [
      ...[
        'Ottokar',
        'ottokar',
        'Quixote',
        // Fewer digits are found in instants and ids, by chance.
        '825-555-9025',
        '8255559025',
        'Pathfinder',
        'Yes, it is on the lot',
        'API key is wrong',
      ],
      ...['Zanzibar', 'Send the message', 'Draft the', 'asked about'],
    ])
      expect({ text, isThere: raw.includes(text) }).toEqual({ text, isThere: false });
    // A refusal is a failure too, and reaches who asked.
    await talk.update('resolve', {});
    const refused = await talk.update('resolve', {}).catch((error: unknown) => error);
    expect(refused instanceof WorkflowUpdateFailedError && refused.cause?.message).toMatch(/resolved/);
    await isWhole(talk);
    outside.modelIsDownFor.clear();
  }, 60_000);

  it('goes on after a rotation, and waits unharmed while a key is missing', async () => {
    const talk = talkWith(ROTATED, 'b');
    const before = talkWith(OLD, 'b');
    await workWith(OLD);
    await before.inbound('first');
    await answered(before, 1);
    await workWith(NEW_ONLY);
    await talk.inbound('Is the Pathfinder there?', `SMsecond${talk.key.conversationId}`);
    await until('a task has failed', async () =>
      (await rawOf(env, talk)).includes('workflowTaskFailedEventAttributes'),
    );
    expect(await taskFailureOf(talk)).toContain('the key "old", which PAYLOAD_KEYS does not hold');
    await workWith(ROTATED);
    await answered(talk, 2);
    await isWhole(talk);
  }, 60_000);

  it('that began without a key goes on with one', async () => {
    await workWith(NO_KEY);
    const before = talkWith(NO_KEY, 'c');
    await before.inbound('first');
    await answered(before, 1);
    expect(await rawOf(env, before)).not.toContain('binary/encrypted');
    await workWith(OLD);
    const talk = talkWith(OLD, 'c');
    await talk.inbound('Is the Pathfinder there?', `SMsecond${talk.key.conversationId}`);
    await answered(talk, 2);
    await isWhole(talk);
    expect(await rawOf(env, talk)).not.toContain('Pathfinder');
  }, 60_000);

  it('shows its details and its state through the codec server', async () => {
    await workWith(OLD);
    const talk = talkWith(OLD, 'd');
    await talk.inbound('hello');
    await answered(talk, 1);
    const app = buildCodecServer({
      codec: new EncryptionCodec(OLD),
      access: { uiOrigin: 'http://localhost:8233', token: null, originSuffices: true },
      logger: pino({ level: 'silent' }),
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ask = async (queryType: string): Promise<string> => {
      const { queryResult } = await env.connection.workflowService.queryWorkflow({
        namespace: 'default',
        execution: { workflowId: talk.handle.workflowId },
        query: { queryType },
      });
      const [payload] = queryResult!.payloads!;
      const metadata = Object.fromEntries(
        Object.entries(payload!.metadata!).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
      );
      const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/decode`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: 'http://localhost:8233' },
        body: JSON.stringify({ payloads: [{ metadata, data: Buffer.from(payload!.data!).toString('base64') }] }),
      });
      const { payloads } = (await answer.json()) as { payloads: { data: string }[] };
      return Buffer.from(payloads[0]!.data, 'base64').toString('utf8');
    };
    const metadata = JSON.parse(await ask('__temporal_workflow_metadata')) as { currentDetails: string };
    expect(metadata.currentDetails).toMatch(/\| Process\s+\| Internet lead of Zanzibar Motors v1 \|/);
    expect(JSON.parse(await ask('state'))).toEqual(await talk.state());
    server.closeAllConnections();
    server.close();
  }, 60_000);
});

/** All that the server holds of a conversation, every text and all bytes as text: read by a client that has no key. */
async function rawOf({ connection }: TestWorkflowEnvironment, talk: Talk): Promise<string> {
  const execution = { workflowId: talk.handle.workflowId };
  const service = connection.workflowService;
  const [history, description] = await Promise.all([
    service.getWorkflowExecutionHistory({ namespace: 'default', execution }),
    service.describeWorkflowExecution({ namespace: 'default', execution }),
  ]);
  expect(history.nextPageToken?.length ?? 0).toBe(0);
  return textsOf([history, description]).join('\n');
}

function textsOf(value: unknown): string[] {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]);
}
