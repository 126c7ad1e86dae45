import type { BulkAction, BulkFilter } from './bulk.ts';
import type {
  ConversationEvent,
  ConversationKey,
  DeliveryFailed,
  EventData,
  GeneratedReply,
  InboundMessage,
  UpdateArgs,
  UpdateResults,
} from './conversation.ts';
import type { AgendaItem } from './agenda.ts';
import type { ModelAnswer } from './decision.ts';
import type { DailyHours } from './hours.ts';
import type { AuthorKind, ConversationStatus, Priority, UpdateName } from './names.ts';
import type { DealershipPolicy, Policy } from './process.ts';

/**
 * The ports of the conversation's workflow: what it asks of the world outside. `activities` implements them.
 * Each says in a line what makes it safe to repeat.
 */
export interface ConversationActivities {
  /** Reads what a run starts from. Safe to repeat: it writes only the default contact, by a unique key. */
  loadConversation(request: { key: ConversationKey }): Promise<LoadedConversation>;
  /** Reads a published process. Safe to repeat: it only reads. */
  loadPolicy(request: { dealershipId: string; processId: string }): Promise<Policy | null>;
  /** Reads the dealership's settings. Safe to repeat: it only reads. */
  loadDealership(request: { dealershipId: string }): Promise<DealershipPolicy>;
  /** The contact's other conversations. Safe to repeat: it only reads. */
  loadSiblings(request: { key: ConversationKey; contactId: string }): Promise<{ workflowIds: string[] }>;
  /** Writes what was decided. Safe to repeat: keyed by (conversation, first position), the last attempt wins, a dead one is fenced off. */
  commit(request: CommitRequest): Promise<void>;
}

/** What was published, and for whom: a process, or with `processId` null the dealership's settings. */
export interface Rollout {
  dealershipId: string;
  dealershipSlug: string;
  processId: string | null;
  version: number;
  requestId: string;
}

/** How far a rollout is. */
export interface RolloutProgress {
  /** Conversations that were told; those that sleep read it when they wake. */
  told: number;
  done: boolean;
}

/** The ports of the workflows that work on many conversations. */
export interface FleetActivities {
  /** Workflow ids of the conversations that a rollout concerns, in pages by id. Safe to repeat: it only reads. */
  listConversations(request: { rollout: Rollout; after: string | null; limit: number }): Promise<{
    workflowIds: string[];
    next: string | null;
  }>;
}

/** One action over many conversations: who wants what. */
export interface Bulk {
  /** Names it: 32 hexadecimal digits. */
  id: string;
  dealershipId: string;
  dealershipSlug: string;
  userId: string;
  requestId: string;
  action: BulkAction;
}

/** What became of a batch; conversations that a cancellation left alone are in none of these. */
export interface BulkOutcome {
  done: number;
  failed: number;
  refused: { code: string; sentence: string; count: number }[];
}

/** The ports of `bulkAction`. */
export interface BulkActivities {
  /** Ids of conversations that fit the filter now, in order of id, after one of them. Safe to repeat: it only reads. */
  selectConversations(request: {
    bulk: Bulk;
    filter: BulkFilter;
    after: string | null;
    limit: number;
  }): Promise<{ ids: string[] }>;
  /** Does the action in each of these. Safe to repeat: what is settled is carried by the heartbeat, and a conversation takes one update id once. */
  applyToConversations(request: { bulk: Bulk; ids: string[] }): Promise<BulkOutcome>;
}

/** Does a user's action in a conversation, as the API does; resolves once it is committed, and throws `AppError`. */
export type UpdateConversation = <Name extends UpdateName>(
  key: ConversationKey,
  name: Name,
  args: UpdateArgs[Name],
  updateId: string,
) => Promise<UpdateResults[Name]>;

/** The ports that call out, on the queue `outside`. */
export interface OutsideActivities {
  /** Asks the model for a reply. Safe to repeat: it only reads and thinks. */
  draftReply(request: DraftRequest): Promise<DraftResult>;
  /** Hands a message to the provider. Safe to repeat: a compare-and-set on the message lets one attempt through, and a second finds `sending` and answers `unknown`. */
  deliver(request: DeliverRequest): Promise<DeliverOutcome>;
  /** Looks for a message whose delivery is unknown. Safe to repeat: claims at most one provider id, by a unique index. */
  reconcile(request: ReconcileRequest): Promise<ReconcileOutcome>;
  /** Tells a system of the dealership what a rule did. Safe to repeat: each try carries the same event id, by which the receiver knows a repetition, and a call that was delivered or given up is not made again. */
  callWebhook(request: WebhookRequest): Promise<WebhookOutcome>;
}

/** The ports of `reconcileChannel`, on the queue `outside`. Only counts come back: nothing of a customer is in its history. */
export interface ChannelActivities {
  /** The time for which the provider's list is still to be compared; null when the account is gone or has no provider. Safe to repeat: it only reads. */
  uncheckedSpan(request: { channelAccountId: string }): Promise<TimeSpan | null>;
  /** Compares a page of the provider's list with what we have. Safe to repeat: a conversation takes a provider's message once, a status only rises, and a failure is told until the journal holds it. */
  reconcilePage(request: ReconcilePageRequest): Promise<ReconciledPage>;
  /** Remembers up to when the list has been compared. Safe to repeat: the instant only rises. */
  markReconciled(request: { channelAccountId: string; untilAt: number }): Promise<void>;
}

/** From an instant to right before another, by the provider's stamps. */
export interface TimeSpan {
  fromAt: number;
  untilAt: number;
}

export interface ReconcilePageRequest extends TimeSpan {
  channelAccountId: string;
  direction: 'inbound' | 'outbound';
  /** Where the page begins; null: the first. */
  cursor: string | null;
  /** Names the run in what it causes. */
  requestId: string;
}

export interface ReconcileCounts {
  /** Messages of the provider's list that were compared. */
  listed: number;
  /** Customers' messages that no webhook had brought. */
  recovered: number;
  /** Messages of ours of which the list knew more than we did. */
  settled: number;
}

export interface ReconciledPage extends ReconcileCounts {
  next: string | null;
}

/** How `activities` speak to conversations; a conversation that does not run is started. */
export interface ConversationSignals {
  inbound(key: ConversationKey, message: InboundMessage): Promise<void>;
  deliveryFailed(key: ConversationKey, report: DeliveryFailed): Promise<void>;
}

export interface LoadedConversation {
  /** The rules of the code that began the run: on record, so that later code replays the run by them. */
  rulesVersion: number;
  /** The core's state as a finished run stored it. */
  state: unknown;
  /** Events after that state, or all of them where none is stored. */
  events: ConversationEvent[];
  /** The latest messages that are committed and still wait to be handed over; a load by older code has none. */
  unsent?: { messageId: string; attempt: number; author: AuthorKind; expiresAt: number }[];
  /** What a conversation without any history starts with. */
  start: EventData['conversationStarted'];
}

/** The conversation's row in the inbox, as the core sees it after these events. */
export interface RowUpdate {
  status: ConversationStatus;
  stage: string;
  ownerId: string | null;
  assigneeIds: string[];
  autopilot: boolean;
  processId: string | null;
  processVersionId: string | null;
  /** First inbound that nobody has answered. */
  waitingSinceAt: number | null;
  lastActivityAt: number;
  lastInboundAt: number | null;
  lastInboundPosition: number;
  inboundCount: number;
  optedOut: boolean;
  /** The contact's time zone, or what stands in for it; null before anything is known. */
  zone: string | null;
  /** The dealership's, on the contact's clock, as this conversation holds them; null: none. */
  quietHours: DailyHours | null;
  followUps: boolean;
  tags: string[];
  priority: Priority;
  snoozedUntilAt: number | null;
  /** The response that is owed, and when it is late; null: none. */
  sla: { target: 'first' | 'next'; since: number; dueAt: number; breached: boolean } | null;
  deleted: boolean;
  /** Messages and events up to this position were deleted with an earlier conversation of this customer. */
  deletedUpTo: number;
  agenda: AgendaItem[];
  /** The last message of these events, where they hold one. */
  preview: { text: string; author: AuthorKind; userId: string | null; at: number } | null;
}

export interface CommitRequest {
  key: ConversationKey;
  contactId: string;
  firstPosition: number;
  /** Workflow time of the attempt: a commit older than the row's is refused as stale. */
  fenceAt: number;
  events: ConversationEvent[];
  row: RowUpdate;
  /** The core's state, stored when a run ends so that the next can load it. */
  state?: unknown;
}

/** `ApplicationFailure` type of a commit that a later attempt has overtaken. */
export const STALE_COMMIT = 'StaleCommit';

/** `ApplicationFailure` type of a commit with inbound messages that stand elsewhere already; its details are their provider ids. */
export const DUPLICATE_INBOUND = 'DuplicateInbound';

export interface DraftRequest {
  key: ConversationKey;
  draftId: string;
  purpose: 'autopilot' | 'composer' | 'followUp';
  /** Which step of the sequence to write; null: the answer to what the customer wrote. */
  step: number | null;
  processVersionId: string;
  /** Messages up to this position are the conversation that the model sees. */
  upToPosition: number;
  /** The draft is handed over at this instant, not before: one activity instead of an activity and a timer. */
  holdUntilAt: number | null;
}

export interface DraftResult extends Omit<GeneratedReply, 'intent'> {
  answer: ModelAnswer;
}

/** `ApplicationFailure` types of `draftReply` that no retry can mend. */
export const DRAFT_INVALID = 'DraftInvalid';

export interface DeliverRequest {
  key: ConversationKey;
  messageId: string;
  attempt: number;
  /** The message must not leave after this instant: the provider drops it then, and it is not handed over any more. */
  expiresAt: number;
}

export type DeliverOutcome =
  | { outcome: 'sent' }
  | { outcome: 'failed'; code: string | null }
  /**
   * A message of the AI that was waiting to leave when a person wrote or took over, or a follow-up when the customer
   * wrote: it never leaves. `answered`: by a person, since.
   */
  | { outcome: 'overtaken'; answered: boolean }
  | { outcome: 'unknown'; at: number };

export interface WebhookRequest {
  key: ConversationKey;
  /** `webhookEventId`: the same on each try. */
  eventId: string;
  endpointId: string;
  contactId: string;
  createdAt: number;
  /** No try begins after that instant. */
  giveUpAt: number;
  rule: WebhookRule;
  conversation: WebhookConversation;
}

export interface WebhookRule {
  id: string;
  name: string;
}

/** The conversation as the rule left it when it came to the call: the same on each try. */
export interface WebhookConversation {
  stage: string;
  status: ConversationStatus;
  ownerId: string | null;
  tags: string[];
}

/** `reason` is a sentence for the dealership's admins. */
export type WebhookOutcome = { outcome: 'delivered' } | { outcome: 'givenUp'; reason: string };

/** `ApplicationFailure` type of a call that was not taken and is tried again; its message is a sentence for the admins. */
export const WEBHOOK_NOT_TAKEN = 'WebhookNotTaken';

export interface ReconcileRequest {
  key: ConversationKey;
  messageId: string;
  attempt: number;
}

export type ReconcileOutcome =
  { outcome: 'sent' } | { outcome: 'failed'; code: string | null } | { outcome: 'notFound' };
