import { createHmac } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { conversationWorkflowId } from '@leadline/contract/ids.ts';
import { defaultSettings, type DealershipSettings, type ProcessInput } from '@leadline/contract/process.ts';
import { DEFAULT_RULES } from '@leadline/contract/rules.ts';
import type { ClientToServer, ServerToClient } from '@leadline/contract/realtime.ts';
import type { MessageView } from '@leadline/contract/rest.ts';
import { conversationIdOf } from '@leadline/store/conversationId.ts';
import type { Store } from '@leadline/store/connect.ts';
import type { Product } from '@leadline/temporal/product.ts';
import type { Target } from './load.ts';

const SLUG = 'bench';
const ZONE = 'America/Edmonton';
const LINE = '+18255550199';
const PASSWORD = 'measured';
const EMAIL = 'bench@demo.test';
/** What is measured must not depend on the hour. */
const SETTINGS: DealershipSettings = { ...defaultSettings(ZONE, DEFAULT_RULES), quietHours: null };

/** A dealership in a running Leadline, a signed-in client of it, and customers who text it through signed webhooks. */
export interface LeadlineTarget extends Target {
  /** Like `send`, but resolves once the Auto Pilot answer to it is known to be delivered. */
  sendAndAwaitAnswer(conversation: string): Promise<void>;
  /** Resolves when the client is told that a conversation has come back from snooze. */
  reopened(conversation: string): Promise<void>;
  /** The workflow of a conversation that was sent to. */
  workflowIdOf(conversation: string): string;
  /** The key of a conversation, whether it was sent to or not. */
  keyOf(conversation: string): ConversationKey;
  dealershipId: string;
  /** Turns the clocks for a response off: they wake conversations that nobody answers. */
  stopSla(): Promise<void>;
  /** Chooses the response window of conversations that begin from now on, and whether they follow up each minute. */
  setWindow(window: ProcessInput['window'], followUps?: boolean): Promise<void>;
}

export interface Twilio {
  accountSid: string;
  authToken: string;
}

/** Sets the dealership up and connects its client; `twilio` are the credentials that its webhooks are signed with. */
export async function openLeadline(product: Product, store: Store, twilio: Twilio): Promise<LeadlineTarget> {
  const dealership = await setUp(store, twilio);
  const socket = await connect(product.url, await signIn(product.url));
  const customers = new Map<string, string>();
  const arrivals = new Map<string, () => void>();
  const answers = new Map<string, () => void>();
  const reopenings = new Map<string, () => void>();
  let texts = 0;

  socket.on('change', (change) => {
    for (const message of change.messages) {
      if (message.author === 'customer') settle(arrivals, message.text);
      if (isAnswer(message)) settle(answers, message.conversationId);
    }
    if (change.events.some((event) => event.type === 'conversationReopened')) settle(reopenings, change.conversationId);
  });

  function addressOf(conversation: string): string {
    const address = customers.get(conversation) ?? `+1587${String(5_550_000 + customers.size)}`;
    customers.set(conversation, address);
    return address;
  }
  const conversationId = (conversation: string): string =>
    conversationIdOf(dealership.idKey, dealership.accountId, addressOf(conversation));

  async function send(conversation: string): Promise<void> {
    const text = `Is stock number ${++texts} still there?`;
    const arrived = new Promise<void>((resolve) => arrivals.set(text, resolve));
    const status = await postText(product.url, twilio, { from: addressOf(conversation), sid: `SMbench${texts}`, text });
    if (status !== 200) throw new Error(`The webhook was answered with ${status}.`);
    await arrived;
  }

  return {
    send,
    async sendAndAwaitAnswer(conversation) {
      const answered = new Promise<void>((resolve) => answers.set(conversationId(conversation), resolve));
      await send(conversation);
      await answered;
    },
    reopened: (conversation) => new Promise<void>((resolve) => reopenings.set(conversationId(conversation), resolve)),
    dealershipId: dealership.id,
    keyOf: (conversation) => ({
      dealershipId: dealership.id,
      dealershipSlug: SLUG,
      conversationId: conversationId(conversation),
      channel: 'sms',
      channelAccountId: dealership.accountId,
      address: addressOf(conversation),
    }),
    workflowIdOf: (conversation) => conversationWorkflowId(SLUG, conversationId(conversation)),
    async setWindow(window, followUps = false) {
      const { processId } = await store.processes.publish(dealership.id, processWith(window));
      await store.dealerships.setDefaults(dealership.id, { defaultProcessId: processId, defaultFollowUps: followUps });
    },
    async stopSla() {
      await store.dealerships.saveSettings(dealership.id, { ...SETTINGS, sla: null }, 2);
    },
    async stop() {
      socket.close();
    },
  };
}

function settle(waiting: Map<string, () => void>, key: string): void {
  waiting.get(key)?.();
  waiting.delete(key);
}

function isAnswer({ author, status }: MessageView): boolean {
  return author === 'autopilot' && status === 'delivered';
}

async function setUp(store: Store, twilio: Twilio): Promise<{ id: string; idKey: string; accountId: string }> {
  const { id, idKey } = await store.dealerships.create({
    slug: SLUG,
    name: 'Bench Motors',
    timeZone: ZONE,
    stages: [{ key: 'new', name: 'New', color: 'teal' }],
    defaultAutopilot: true,
  });
  await store.dealerships.saveSettings(id, SETTINGS, 1);
  const credentials: ConversationCredentials = { ...twilio, previousAuthToken: null };
  const account = {
    dealershipId: id,
    channel: 'sms' as const,
    name: 'Line',
    address: LINE,
  };
  const { id: accountId } = await store.channelAccounts.create({ ...account, credentials });
  await store.users.create({ dealershipId: id, name: 'Ben Bench', email: EMAIL, role: 'admin', password: PASSWORD });
  return { id, idKey, accountId };
}
type ConversationCredentials = Parameters<Store['channelAccounts']['create']>[0]['credentials'];

const STEP = { afterMinutes: 1, body: { kind: 'template' as const, text: 'Do you still want to see it?' } };

function processWith(window: ProcessInput['window']): ProcessInput {
  return {
    schema: 1,
    name: 'Bench',
    prompt: {
      persona: { name: 'Robin', role: 'sales assistant', tone: 'friendly' },
      instructions: 'Answer the question.',
      facts: ['The car is on the lot.'],
      guardrails: { neverSay: [], maxCharacters: 320 },
    },
    window,
    limits: { aiTurnsPerDay: 50 },
    followUps: { hours: null, stopStages: [], steps: Array.from({ length: 5 }, () => STEP) },
  };
}

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (!cookie) throw new Error(`Signing in was answered with ${answer.status}.`);
  return cookie;
}

async function connect(url: string, cookie: string): Promise<Socket<ServerToClient, ClientToServer>> {
  const socket: Socket<ServerToClient, ClientToServer> = io(url, {
    transports: ['websocket'],
    extraHeaders: { Cookie: cookie },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  await socket.emitWithAck('resume', { cursor: null });
  return socket;
}

/** Posts a text as Twilio does; answers the HTTP status. */
async function postText(
  url: string,
  { accountSid, authToken }: Twilio,
  { from, sid, text }: { from: string; sid: string; text: string },
): Promise<number> {
  const params = { AccountSid: accountSid, Body: text, From: from, MessageSid: sid, NumMedia: '0', To: LINE };
  const target = `${url}/webhooks/twilio/sms`;
  // Twilio signs the address and every parameter, sorted by name, as these are.
  const signed = Object.entries(params).reduce((data, [name, value]) => data + name + value, target);
  const answer = await fetch(target, {
    method: 'POST',
    headers: { 'x-twilio-signature': createHmac('sha1', authToken).update(signed).digest('base64') },
    body: new URLSearchParams(params),
  });
  await answer.arrayBuffer();
  return answer.status;
}
