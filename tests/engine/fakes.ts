import { ApplicationFailure } from '@temporalio/common';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import type {
  CommitRequest,
  ConversationActivities,
  DeliverOutcome,
  DeliverRequest,
  DraftRequest,
  DraftResult,
  LoadedConversation,
  OutsideActivities,
  WebhookOutcome,
  WebhookRequest,
} from '@leadline/contract/ports.ts';
import { RULES_VERSION } from '@leadline/contract/names.ts';
import { DUPLICATE_INBOUND, STALE_COMMIT } from '@leadline/contract/ports.ts';
import type { DealershipPolicy, Policy } from '@leadline/contract/process.ts';

/** The database as the commit protocol sees it: a fence per conversation, and the last attempt wins. */
export class FakeStore implements ConversationActivities {
  readonly journals = new Map<string, ConversationEvent[]>();
  readonly commits: CommitRequest[] = [];
  /** Workflow ids of the contact's other conversations. */
  siblings: string[] = [];
  /** How long the next reads of these take. */
  siblingDelaysMs: number[] = [];
  /** Messages that wait to be handed over, whatever the conversation. */
  unsent: NonNullable<LoadedConversation['unsent']> = [];
  /** The state that a run stored when it ended, by conversation. */
  readonly states = new Map<string, unknown>();
  private readonly fences = new Map<string, number>();
  /** What a conversation starts with, or wakes to. */
  start: LoadedConversation['start'];
  /** The rules of the code that begins a run. */
  rulesVersion = RULES_VERSION;
  private readonly policies: Policy[];

  constructor(start: LoadedConversation['start'], policies: Policy[]) {
    this.start = start;
    this.policies = policies;
    this.loadConversation = this.loadConversation.bind(this);
    this.loadPolicy = this.loadPolicy.bind(this);
    this.loadDealership = this.loadDealership.bind(this);
    this.loadSiblings = this.loadSiblings.bind(this);
    this.commit = this.commit.bind(this);
  }

  journal(conversationId: string): ConversationEvent[] {
    return this.journals.get(conversationId) ?? [];
  }

  async loadConversation({ key }: { key: { conversationId: string } }): Promise<LoadedConversation> {
    const state = (this.states.get(key.conversationId) ?? null) as { position: number } | null;
    const events = this.journal(key.conversationId).filter((event) => event.position > (state?.position ?? 0));
    return { state, events, unsent: this.unsent, rulesVersion: this.rulesVersion, start: this.start };
  }

  async loadPolicy({ processId }: { processId: string }): Promise<Policy | null> {
    return this.policies.find((policy) => policy.processId === processId) ?? null;
  }

  async loadDealership(): Promise<DealershipPolicy> {
    return this.start.dealership;
  }

  async loadSiblings(): Promise<{ workflowIds: string[] }> {
    await new Promise((resolve) => setTimeout(resolve, this.siblingDelaysMs.shift() ?? 0));
    return { workflowIds: this.siblings };
  }

  /** Commits fail while this holds, as without a database. */
  isDown = false;

  async commit(request: CommitRequest): Promise<void> {
    if (this.isDown) throw new Error('The database cannot be reached.');
    const id = request.key.conversationId;
    if ((this.fences.get(id) ?? 0) > request.fenceAt) throw ApplicationFailure.nonRetryable('stale', STALE_COMMIT);
    const kept = this.journal(id).filter((event) => event.position < request.firstPosition);
    const known = new Set(
      kept.flatMap((event) => (event.type === 'messageReceived' ? [event.data.providerMessageId] : [])),
    );
    const doubled = request.events.flatMap((event) =>
      event.type === 'messageReceived' && known.has(event.data.providerMessageId) ? [event.data.providerMessageId] : [],
    );
    if (doubled.length > 0) throw ApplicationFailure.nonRetryable('duplicate', DUPLICATE_INBOUND, ...doubled);
    this.fences.set(id, request.fenceAt);
    this.journals.set(id, [...kept, ...request.events]);
    this.commits.push(request);
    if (request.state !== undefined) this.states.set(id, request.state);
  }
}

/** Model and provider: each call is recorded, and the model answers unless it is said to be down for a conversation. */
export class FakeOutside implements OutsideActivities {
  readonly drafts: DraftRequest[] = [];
  readonly sent: DeliverRequest[] = [];
  readonly modelIsDownFor = new Set<string>();
  /** Conversations of whose sends nobody knows whether the provider took them. */
  readonly inDoubtFor = new Set<string>();
  /** Conversations whose sends the provider does not take; one that was refused so has been overtaken when it is. */
  readonly notTakenFor = new Set<string>();
  private readonly refused = new Set<string>();
  /** Conversations whose sends wait for something. */
  readonly holdFor = new Map<string, Promise<void>>();
  readonly webhooks: WebhookRequest[] = [];
  /** Answers a call of a webhook, or throws; it is taken otherwise. */
  onWebhook: (request: WebhookRequest) => Promise<WebhookOutcome> = async () => ({ outcome: 'delivered' });

  constructor() {
    this.draftReply = this.draftReply.bind(this);
    this.deliver = this.deliver.bind(this);
    this.reconcile = this.reconcile.bind(this);
    this.callWebhook = this.callWebhook.bind(this);
  }

  async draftReply(request: DraftRequest): Promise<DraftResult> {
    this.drafts.push(request);
    if (this.modelIsDownFor.has(request.key.conversationId))
      throw ApplicationFailure.nonRetryable('The API key is wrong');
    return {
      draftId: request.draftId,
      outcome: 'reply',
      text: 'Yes, it is on the lot.',
      reason: 'asked about a vehicle',
      processVersionId: request.processVersionId,
      answer: { model: 'fake', reason: 'asked', confidence: 1, suggestedStage: null, intent: null, tookMs: 5 },
    };
  }

  async deliver(request: DeliverRequest): Promise<DeliverOutcome> {
    this.sent.push(request);
    await this.holdFor.get(request.key.conversationId);
    if (this.notTakenFor.has(request.key.conversationId)) {
      this.refused.add(request.messageId);
      throw ApplicationFailure.retryable('The provider did not take the message', 'NotSent');
    }
    if (this.refused.has(request.messageId)) return { outcome: 'overtaken', answered: true };
    return this.inDoubtFor.has(request.key.conversationId)
      ? { outcome: 'unknown', at: Date.now() }
      : { outcome: 'sent' };
  }

  async reconcile(): Promise<{ outcome: 'notFound' }> {
    return { outcome: 'notFound' };
  }

  async callWebhook(request: WebhookRequest): Promise<WebhookOutcome> {
    this.webhooks.push(request);
    return this.onWebhook(request);
  }
}
