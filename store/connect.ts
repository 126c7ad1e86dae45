import mongoose from 'mongoose';
import type { CommitRequest, LoadedConversation } from '@leadline/contract/ports.ts';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { createChannelAccounts, type ChannelAccountRepository } from './channelAccounts.ts';
import { commit, type CommitResult } from './conversations/commit.ts';
import { idsAfter, loadConversation, siblingsOf } from './conversations/load.ts';
import { createInbox, type Inbox } from './inbox.ts';
import {
  createDeadLetters,
  createLeases,
  createSpool,
  type DeadLetterRepository,
  type LeaseRepository,
  type SpoolRepository,
} from './intake.ts';
import { createJournal, type Journal } from './journal.ts';
import { createMessages, type MessageRepository } from './messages.ts';
import { bindModels, type Models } from './models/index.ts';
import { createProviderRecords, type ProviderRecords } from './providerRecords.ts';
import { createSessions, createUsers, type SessionRepository, type UserRepository } from './people.ts';
import { createProcesses, type ProcessRepository } from './processes.ts';
import { createContacts, createDealerships, type ContactRepository, type DealershipRepository } from './tenants.ts';
import { createWebhookDeliveries, type WebhookDeliveryRepository } from './webhookDeliveries.ts';

/**
 * The database. `inbox(dealershipId)` is what routes read from: every one of its queries names the dealership, in one
 * place (`scope.ts`). The other repositories serve the parts that work across dealerships: workers, webhooks, sign-in.
 */
export interface Store {
  conversations: {
    /** What a run starts from; see `contract/ports.ts`. */
    load(key: ConversationKey): Promise<LoadedConversation>;
    /** Workflow ids of the contact's other conversations. */
    siblings(key: ConversationKey, contactId: string): Promise<string[]>;
    /** Ids of conversations, in order of id: of a process, or all of a dealership. */
    idsAfter(dealershipId: string, processId: string | null, after: string | null, limit: number): Promise<string[]>;
    /** Writes what was decided; see `conversations/commit.ts`. */
    commit(request: CommitRequest): Promise<CommitResult>;
  };
  inbox(dealershipId: string): Inbox;
  messages: MessageRepository;
  /** What a provider's list is compared with. */
  providerRecords: ProviderRecords;
  processes: ProcessRepository;
  channelAccounts: ChannelAccountRepository;
  dealerships: DealershipRepository;
  contacts: ContactRepository;
  webhookDeliveries: WebhookDeliveryRepository;
  users: UserRepository;
  sessions: SessionRepository;
  spool: SpoolRepository;
  deadLetters: DeadLetterRepository;
  leases: LeaseRepository;
  journal: Journal;
  /** The collections themselves: for the seed and for tests, never for routes. */
  models: Models;
  /** Connects and brings the indexes up to date; may be called again after it failed. */
  connect(): Promise<void>;
  /** Whether there is a connection, as far as is known: asks nobody. */
  isConnected(): boolean;
  /** Whether the database answers; rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Otherwise the database that the URI names. */
  dbName?: string;
  /** How long an operation looks for a server before it fails. */
  serverSelectionTimeoutMs?: number;
}

/** A store that is not connected yet; its functions reject until `connect` has succeeded. */
export function createStore(uri: string, options: StoreOptions = {}): Store {
  const connection = mongoose.createConnection();
  const models = bindModels(connection);
  const channelAccounts = createChannelAccounts(models);
  return {
    conversations: {
      load: (key) => loadConversation(models, key),
      siblings: (key, contactId) => siblingsOf(models, key, contactId),
      idsAfter: (dealershipId, processId, after, limit) => idsAfter(models, dealershipId, processId, after, limit),
      commit: (request) => commit(connection, models, request),
    },
    inbox: (dealershipId) => createInbox(models, dealershipId),
    messages: createMessages(connection, models, channelAccounts),
    providerRecords: createProviderRecords(models),
    processes: createProcesses(models),
    channelAccounts,
    dealerships: createDealerships(models),
    contacts: createContacts(models),
    webhookDeliveries: createWebhookDeliveries(models),
    users: createUsers(models),
    sessions: createSessions(models),
    spool: createSpool(models),
    deadLetters: createDeadLetters(models),
    leases: createLeases(models),
    journal: createJournal(models),
    models,
    async connect() {
      await connection.openUri(uri, {
        ...(options.dbName !== undefined && { dbName: options.dbName }),
        serverSelectionTimeoutMS: options.serverSelectionTimeoutMs ?? 5_000,
        writeConcern: { w: 'majority', journal: true },
        autoCreate: false,
        autoIndex: false,
        // Without a connection an operation fails at once, instead of waiting in a queue for one.
        bufferCommands: false,
      });
      // The models' documents differ, so TypeScript cannot call a method on their union.
      for (const model of Object.values(models) as { syncIndexes(): Promise<unknown> }[]) await model.syncIndexes();
    },
    isConnected: () => connection.readyState === mongoose.ConnectionStates.connected,
    async ping() {
      await connection.getClient().db().command({ ping: 1 });
    },
    close: () => connection.close(),
  };
}

/** A connected store with its indexes up to date. Each has a connection of its own. */
export async function openStore(uri: string, options: StoreOptions = {}): Promise<Store> {
  const store = createStore(uri, options);
  try {
    await store.connect();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
