import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConversationEvent, ConversationKey } from '@leadline/contract/conversation.ts';
import { messageIdAt } from '@leadline/contract/ids.ts';
import type { CommitRequest, RowUpdate } from '@leadline/contract/ports.ts';
import type { ProcessInput } from '@leadline/contract/process.ts';
import { createStore, openStore, type Store } from './connect.ts';
import { conversationIdOf } from './conversationId.ts';

/** What the tests of the store and of the API share: the real database, a small dealership, and commits to make. */

/** A database server of a test's own. */
export interface TestMongo {
  uri: string;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the embedded database (the program that `SECANTUSD` names), or uses `MONGODB_URI` where it is given and the test
 * does not want to end a server of its `own`.
 */
export async function startTestMongo({ own = false } = {}): Promise<TestMongo> {
  const given = process.env['MONGODB_URI'];
  if (given !== undefined && !own)
    return { uri: given, kill: unsupported, restart: unsupported, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'leadline-store-'));
  const port = await freePort();
  const uri = `mongodb://127.0.0.1:${port}/leadline`;
  let server = await startServer(folder, port, uri);
  return {
    uri,
    kill: () => end(server, 'SIGKILL'),
    async restart() {
      server = await startServer(folder, port, uri);
    },
    async stop() {
      await end(server, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function unsupported(): Promise<void> {
  throw new Error('The database of MONGODB_URI is not ours to end.');
}

async function startServer(folder: string, port: number, uri: string): Promise<ChildProcess> {
  const command = process.env['SECANTUSD'] ?? 'secantusd-py';
  const options = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder, '--sync-on-commit'];
  const server = spawn(command, options, { stdio: 'ignore' });
  const probe = createStore(uri, { serverSelectionTimeoutMs: 60_000 });
  try {
    await probe.connect();
  } finally {
    await probe.close();
  }
  return server;
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill(signal);
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const PROCESS: ProcessInput = {
  schema: 1,
  name: 'Internet lead',
  prompt: {
    persona: { name: 'Sam', role: 'sales assistant', tone: 'friendly' },
    instructions: 'Answer.',
    facts: [],
    guardrails: { neverSay: [], maxCharacters: 320 },
  },
  window: { quietMs: 10_000, minMs: 5_000, maxMs: 60_000, jitter: 0 },
  limits: { aiTurnsPerDay: 10 },
};

/** A dealership with two users, one number and one process. */
export interface TestDealership {
  id: string;
  slug: string;
  idKey: string;
  accountId: string;
  accountAddress: string;
  userId: string;
  otherUserId: string;
  email: string;
  processId: string;
  /** The key of a customer's conversation. */
  key(address: string): ConversationKey;
}

export const TEST_PASSWORD = 'correct horse';
export const TEST_AUTH_TOKEN = 'token-of-the-tests';
let dealerships = 0;

/** Adds a dealership that nothing else uses. */
export async function addDealership(store: Store): Promise<TestDealership> {
  const count = ++dealerships;
  const slug = `dealer-${process.pid}-${count}`;
  const stages = [
    { key: 'new', name: 'New', color: 'blue' as const },
    { key: 'engaged', name: 'Engaged', color: 'teal' as const },
  ];
  const { id, idKey } = await store.dealerships.create({
    slug,
    name: `Dealer ${count}`,
    timeZone: 'America/Denver',
    stages,
    defaultAutopilot: true,
  });
  const { processId } = await store.processes.publish(id, PROCESS);
  await store.dealerships.setDefaults(id, { defaultProcessId: processId });
  const email = `ana@${slug}.test`;
  const user = await store.users.create({
    dealershipId: id,
    name: 'Ana',
    email,
    role: 'manager',
    password: TEST_PASSWORD,
  });
  const other = await store.users.create({
    dealershipId: id,
    name: 'Ben',
    email: `ben@${slug}.test`,
    role: 'sales',
    password: TEST_PASSWORD,
  });
  const accountAddress = `+1555${String(process.pid % 10_000).padStart(4, '0')}${String(count).padStart(3, '0')}`;
  const credentials = { accountSid: `AC${'0'.repeat(32)}`, authToken: TEST_AUTH_TOKEN, previousAuthToken: null };
  const account = await store.channelAccounts.create({
    dealershipId: id,
    channel: 'sms',
    name: 'Main',
    address: accountAddress,
    credentials,
    ownerId: user.id,
  });
  const place = { dealershipId: id, dealershipSlug: slug, channel: 'sms', channelAccountId: account.id } as const;
  return {
    id,
    slug,
    idKey,
    accountId: account.id,
    accountAddress,
    userId: user.id,
    otherUserId: other.id,
    email,
    processId,
    key: (address) => ({ ...place, address, conversationId: conversationIdOf(idKey, account.id, address) }),
  };
}

/** A store on a fresh database of the server, so that tests do not see each other. */
export function openTestStore(mongo: TestMongo, name: string): Promise<Store> {
  return openStore(mongo.uri, { dbName: `${name}-${process.pid}` });
}

/** Event makers for commits. */
export function inboundEvent(
  key: ConversationKey,
  position: number,
  text: string,
  providerMessageId: string,
  at: number,
): ConversationEvent {
  const data = {
    messageId: messageIdAt(key.conversationId, position),
    providerMessageId,
    text,
    textHash: 0,
    media: [],
    providerAt: at,
    receivedAt: at,
    late: false,
  };
  return {
    type: 'messageReceived',
    position,
    at,
    actor: { kind: 'customer' },
    cause: { kind: 'input', id: providerMessageId, requestId: null },
    data,
  };
}

export function outboundEvent(
  key: ConversationKey,
  position: number,
  text: string,
  at: number,
  retried?: { messageId: string; attempt: number },
): ConversationEvent {
  const { messageId, attempt } = retried ?? { messageId: messageIdAt(key.conversationId, position), attempt: 1 };
  return {
    type: 'messageQueued',
    position,
    at,
    actor: { kind: 'system' },
    cause: { kind: 'input', id: 'test', requestId: null },
    data: {
      messageId,
      attempt,
      author: 'user',
      userId: null,
      processVersionId: null,
      text,
      textHash: 0,
      fromDraftId: null,
    },
  };
}

/** A commit of these events; the row says what they and `row` say. */
export function commitOf(
  key: ConversationKey,
  contactId: string,
  events: ConversationEvent[],
  row: Partial<RowUpdate> = {},
): CommitRequest {
  const at = events.at(-1)?.at ?? Date.now();
  const inbounds = events.filter((event) => event.type === 'messageReceived');
  const lastMessage = events.findLast(
    (event) => event.type === 'messageReceived' || (event.type === 'messageQueued' && event.data.attempt === 1),
  );
  const preview =
    lastMessage && 'text' in lastMessage.data
      ? {
          text: lastMessage.data.text,
          author: lastMessage.type === 'messageReceived' ? ('customer' as const) : ('user' as const),
          userId: null,
          at,
        }
      : null;
  return {
    key,
    contactId,
    firstPosition: events[0]?.position ?? 1,
    fenceAt: at,
    events,
    row: {
      status: 'open',
      stage: 'new',
      ownerId: null,
      assigneeIds: [],
      autopilot: false,
      processId: null,
      processVersionId: null,
      waitingSinceAt: null,
      lastActivityAt: at,
      lastInboundAt: inbounds.at(-1)?.at ?? null,
      lastInboundPosition: inbounds.at(-1)?.position ?? 0,
      inboundCount: inbounds.length,
      optedOut: false,
      zone: null,
      quietHours: null,
      followUps: false,
      tags: [],
      priority: 'none',
      snoozedUntilAt: null,
      sla: null,
      deleted: false,
      deletedUpTo: 0,
      agenda: [],
      preview,
      ...row,
    },
  };
}
