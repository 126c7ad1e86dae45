import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { conversationIdOf } from '@leadline/store/conversationId.ts';
import type { Store } from '@leadline/store/connect.ts';
import { demoCommit, type DemoStep } from './demoConversation.ts';
import { DEMO_CONTACTS, type DemoContact } from './demoContacts.ts';
import { DEMO_DEALERSHIP, DEMO_PROCESSES, DEMO_STAGES, DEMO_USERS } from './demoDealership.ts';
import { StartupError } from './toolCache.ts';

const DEMO_PASSWORD = 'demo';

/** Who can sign in after the first start, for the launcher to print. */
export function demoLogins(env: NodeJS.ProcessEnv): { email: string; password: string; role: string }[] {
  const admin = {
    email: env['LEADLINE_ADMIN_EMAIL'] ?? 'admin@demo.test',
    password: env['LEADLINE_ADMIN_PASSWORD'] ? 'as set' : DEMO_PASSWORD,
    role: 'admin',
  };
  return [admin, { email: 'ana@demo.test', password: DEMO_PASSWORD, role: 'sales' }];
}

/** Fills an empty database with a demo dealership, once; where there is a user already, it does nothing. */
export async function seedDemo(store: Store, env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  if (await store.users.any()) return;
  if (env['NODE_ENV'] === 'production' && !env['LEADLINE_ADMIN_PASSWORD']) {
    throw new StartupError(
      'Set LEADLINE_ADMIN_EMAIL and LEADLINE_ADMIN_PASSWORD: the demo password is refused in production.',
    );
  }
  say('Setting up the demo dealership (once)…');
  const seed = await setUp(store, env);
  for (const contact of DEMO_CONTACTS) await seed.conversation(contact);
  // Last, so that an interrupted set-up is not taken for a finished one.
  await store.users.create({
    dealershipId: seed.dealershipId,
    name: 'Alex Admin',
    email: env['LEADLINE_ADMIN_EMAIL'] ?? 'admin@demo.test',
    role: 'admin',
    password: env['LEADLINE_ADMIN_PASSWORD'] ?? DEMO_PASSWORD,
  });
}

interface Seed {
  dealershipId: string;
  conversation(contact: DemoContact): Promise<void>;
}

async function setUp(store: Store, env: NodeJS.ProcessEnv): Promise<Seed> {
  const { id: dealershipId, idKey } = await store.dealerships.create({
    ...DEMO_DEALERSHIP,
    stages: DEMO_STAGES,
    defaultAutopilot: true,
  });
  const accounts = await channelAccounts(store, dealershipId, env);
  const processes: string[] = [];
  for (const process of DEMO_PROCESSES)
    processes.push((await store.processes.publish(dealershipId, process)).processId);
  await store.dealerships.setDefaults(dealershipId, { defaultProcessId: processes[0]! });
  const users = new Map<string, string>();
  for (const { key, name, role } of DEMO_USERS) {
    users.set(
      key,
      (await store.users.create({ dealershipId, name, role, email: `${key}@demo.test`, password: DEMO_PASSWORD })).id,
    );
  }
  return {
    dealershipId,
    conversation: (contact) => seedConversation(store, { dealershipId, idKey, accounts, users }, contact),
  };
}

type Accounts = Record<'sms' | 'messenger' | 'webchat', string>;

async function channelAccounts(store: Store, dealershipId: string, env: NodeJS.ProcessEnv): Promise<Accounts> {
  const twilio = {
    accountSid: env['TWILIO_ACCOUNT_SID'] ?? '',
    authToken: env['TWILIO_AUTH_TOKEN'] ?? '',
    previousAuthToken: null,
  };
  const none = { accountSid: '', authToken: '', previousAuthToken: null };
  const sms = await store.channelAccounts.create({
    dealershipId,
    channel: 'sms',
    name: 'Sales line',
    address: env['TWILIO_PHONE_NUMBER'] ?? '+18255550100',
    credentials: twilio,
  });
  const messenger = await store.channelAccounts.create({
    dealershipId,
    channel: 'messenger',
    name: 'Facebook page',
    address: env['META_PAGE_ID'] ?? 'northside-page',
    credentials: none,
  });
  const webchat = await store.channelAccounts.create({
    dealershipId,
    channel: 'webchat',
    name: 'Website',
    address: 'northside-website',
    credentials: none,
  });
  return { sms: sms.id, messenger: messenger.id, webchat: webchat.id };
}

interface Place {
  dealershipId: string;
  idKey: string;
  accounts: Accounts;
  users: Map<string, string>;
}

async function seedConversation(store: Store, place: Place, contact: DemoContact): Promise<void> {
  const { dealershipId, idKey, users } = place;
  const channel = contact.channel ?? 'sms';
  const address = channel === 'sms' ? `+1${contact.address.replace(/\D/g, '')}` : contact.address;
  const ownerId = contact.owner === null ? null : users.get(contact.owner)!;
  const contactId = await store.contacts.create({
    dealershipId,
    name: contact.name,
    address,
    phone: channel === 'sms' ? address : null,
    timeZone: DEMO_DEALERSHIP.timeZone,
    source: contact.source,
    ownerId,
    stage: 'new',
    optedOut: false,
    fields: fieldsOf(contact),
    createdAt: new Date(Date.now() - contact.from * 60_000),
  });
  const channelAccountId = place.accounts[channel];
  const key: ConversationKey = {
    dealershipId,
    dealershipSlug: DEMO_DEALERSHIP.slug,
    conversationId: conversationIdOf(idKey, channelAccountId, address),
    channel,
    channelAccountId,
    address,
  };
  const { start } = await store.conversations.load(key);
  const request = demoCommit(key, { ...start, contactId, ownerId }, stepsOf(contact, users), Date.now());
  await store.conversations.commit(request);
  for (const event of request.events) {
    if (event.type !== 'messageQueued') continue;
    const { messageId, attempt } = event.data;
    await store.messages.recordStatus({
      messageId,
      attempt,
      status: 'delivered',
      at: event.at,
      providerMessageId: `SMdemo${messageId}`,
    });
  }
  if (!contact.read) return;
  for (const userId of users.values())
    await store.inbox(dealershipId).mark(userId, key.conversationId, { unread: false });
}

function fieldsOf(contact: DemoContact): { section: string; label: string; value: string }[] {
  return [
    { section: 'Lead', label: 'Source', value: contact.source },
    ...(contact.wants ? [{ section: 'Lead', label: 'Wants', value: contact.wants }] : []),
    ...(contact.trade ? [{ section: 'Trade-in', label: 'Vehicle', value: contact.trade }] : []),
  ];
}

/** The steps that lead to what the contact's line says: who spoke, and how it stands now. */
function stepsOf(contact: DemoContact, users: Map<string, string>): DemoStep[] {
  const { said, from, to, stage } = contact;
  const someone = users.get(contact.owner ?? 'leo')!;
  const minutesAgo = (index: number): number =>
    said.length === 1 ? to : from - ((from - to) * index) / (said.length - 1);
  const steps: DemoStep[] = said.map(([speaker, text], index) => {
    const at = { minutesAgo: minutesAgo(index) };
    if (speaker === 'c') return { ...at, kind: 'inbound', text };
    return speaker === 'ai'
      ? { ...at, kind: 'reply', by: 'autopilot', text }
      : { ...at, kind: 'reply', by: 'user', userId: users.get(speaker)!, text };
  });
  const lastIndex = said.findLastIndex(([speaker]) => speaker !== 'c');
  // A demo conversation sleeps: nobody may be waiting for Auto Pilot in it, so it is off after our last message.
  if (!contact.autopilot)
    steps.splice(lastIndex + 1, 0, {
      kind: 'autopilot',
      userId: someone,
      on: false,
      minutesAgo: minutesAgo(Math.max(lastIndex, 0)),
    });
  if (stage !== 'new' && stage !== 'dnc') steps.push({ kind: 'stage', userId: someone, stage, minutesAgo: to });
  return steps;
}
