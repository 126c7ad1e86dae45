import {
  ApplicationFailure,
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  rootCause,
} from '@temporalio/workflow';
import { ActivityFailure } from '@temporalio/common';
import { SIGNALS, TASK_QUEUES } from '@leadline/contract/names.ts';
import {
  DRAFT_INVALID,
  type DraftRequest,
  type DraftResult,
  type OutsideActivities,
  WEBHOOK_NOT_TAKEN,
} from '@leadline/contract/ports.ts';
import type { ContactChanged, ConversationKey } from '@leadline/contract/conversation.ts';
import type { Effect, Input } from '../core/inputs.ts';
import { DeliveryLane } from './deliveryLane.ts';

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;

/** After a reply's due time, this long is left for retries of the model before a person is asked (quality.md R8: 30 s). */
const DRAFT_GRACE_MS = 28_000;
const SECOND_MS = 1_000;
/** A webhook that nobody takes is given up after that long: until then the run cannot continue as new. */
export const WEBHOOK_GIVE_UP_AFTER_MS = 14 * 60 * SECOND_MS;

/**
 * Runs the effects that call out, and hands each outcome back as the next input. Sends leave one after the other; the
 * draft is apart, so that a slow model holds up no send, and is cancelled by whatever overtakes it. Webhooks are apart, too:
 * a dead endpoint holds up nothing.
 */
export class Outside {
  private readonly inHandItems = new Set<string>();
  private readonly drafts = new Map<string, { scope: CancellationScope; endsBy: number }>();
  private composerDrafts = 0;
  private tellings = 0;
  private webhooks = 0;
  private readonly lane: DeliveryLane;
  private readonly key: ConversationKey;
  private readonly handBack: (input: Input) => void;

  constructor(key: ConversationKey, handBack: (input: Input) => void) {
    this.key = key;
    this.handBack = handBack;
    this.lane = new DeliveryLane(key, handBack);
  }

  /** Ids of the agenda items that are being worked on. */
  get inHand(): string[] {
    return [...this.inHandItems];
  }

  /** Whether nothing is under way. */
  get idle(): boolean {
    return this.webhooks === 0 && this.idleButForWebhooks;
  }

  /** Whether nothing is under way that a deleted conversation has to wait for. */
  get idleButForWebhooks(): boolean {
    return this.inHandItems.size === 0 && this.lane.isEmpty && this.composerDrafts === 0 && this.tellings === 0;
  }

  /** When the last draft under way has handed back at the latest; null without one. */
  get handsBackBy(): number | null {
    return this.drafts.size === 0 ? null : Math.max(...[...this.drafts.values()].map((draft) => draft.endsBy));
  }

  /** An AI message that is committed and on its way. */
  get leavingAiMessage(): { messageId: string } | null {
    return this.lane.aiMessage;
  }

  /** Drafts for an agenda item. What comes back for an item that is gone is dropped. */
  draft(effect: EffectOf<'draft'>): void {
    const { itemId, dueAt, step } = effect;
    const scope = new CancellationScope();
    this.drafts.set(itemId, { scope, endsBy: dueAt + DRAFT_GRACE_MS });
    this.inHandItems.add(itemId);
    const purpose = step === null ? 'autopilot' : 'followUp';
    const request = this.draftRequest(`${this.key.conversationId}-d${effect.upTo}`, purpose, effect);
    const budgetMs = Math.max(dueAt - Date.now(), 0) + DRAFT_GRACE_MS;
    const summary = step === null ? 'Draft the Auto Pilot reply' : `Write follow-up ${step + 1}`;
    void scope
      .run(() => draftActivity(budgetMs, summary).draftReply({ ...request, holdUntilAt: dueAt }))
      .then((result): Input => ({ type: 'draftReady', itemId, result }))
      .catch((error: unknown): Input | null => (isCancellation(error) ? null : draftFailure(itemId, error)))
      .then((outcome) => {
        if (this.drafts.get(itemId)?.scope !== scope) return;
        this.drafts.delete(itemId);
        this.inHandItems.delete(itemId);
        if (outcome) this.handBack(outcome);
      });
  }

  /** Ends the drafts whose item is no longer on the agenda. */
  endDraftsExcept(itemIds: readonly string[]): void {
    for (const [itemId, { scope }] of [...this.drafts]) {
      if (itemIds.includes(itemId)) continue;
      this.drafts.delete(itemId);
      this.inHandItems.delete(itemId);
      scope.cancel();
    }
  }

  /** The same draft for the composer; rejects with a sentence when the model cannot answer. */
  async draftForComposer(effect: EffectOf<'draftForComposer'>): Promise<DraftResult> {
    this.composerDrafts += 1;
    try {
      const request = this.draftRequest(`${this.key.conversationId}-c${effect.upTo}`, 'composer', effect);
      return await draftActivity(DRAFT_GRACE_MS, 'Draft a reply for the composer').draftReply(request);
    } finally {
      this.composerDrafts -= 1;
    }
  }

  deliver(effect: EffectOf<'deliver'>): void {
    this.lane.add(effect);
  }

  reconcile(effect: EffectOf<'reconcile'>): void {
    const { itemId, messageId, attempt } = effect;
    this.inHandItems.add(itemId);
    void reconcileActivity()
      .reconcile({ key: this.key, messageId, attempt })
      .catch(() => ({ outcome: 'notFound' as const }))
      .then((outcome) => {
        this.inHandItems.delete(itemId);
        this.handBack({ type: 'reconcileOutcome', messageId, attempt, outcome });
      });
  }

  /** Only what was given up comes back: that a webhook arrived is no news. */
  callWebhook(effect: EffectOf<'callWebhook'>): void {
    const { type: _type, ...call } = effect;
    const { eventId, rule } = call;
    this.webhooks += 1;
    void webhookActivity(`Call the webhook of the automation ${rule.id}`)
      .callWebhook({ ...call, key: this.key, giveUpAt: call.createdAt + WEBHOOK_GIVE_UP_AFTER_MS })
      .catch((error: unknown) => ({ outcome: 'givenUp' as const, reason: explainWebhookFailure(error) }))
      .then((result) => {
        this.webhooks -= 1;
        if (result.outcome === 'givenUp')
          this.handBack({ type: 'webhookGivenUp', eventId, rule, reason: result.reason });
      });
  }

  /** Counts as under way what tells others, from its beginning on. */
  async telling(work: () => Promise<void>): Promise<void> {
    this.tellings += 1;
    await work().finally(() => {
      this.tellings -= 1;
    });
  }

  /** The contact's other conversations that run now; one that sleeps reads the contact when it wakes. */
  async tell(workflowIds: readonly string[], change: ContactChanged): Promise<void> {
    await Promise.all(
      workflowIds.map((workflowId) =>
        getExternalWorkflowHandle(workflowId)
          .signal(SIGNALS.contactChanged, change)
          .catch(() => undefined),
      ),
    );
  }

  private draftRequest(
    draftId: string,
    purpose: DraftRequest['purpose'],
    effect: { processVersionId: string; upTo: number; step: number | null },
  ): DraftRequest {
    const { processVersionId, upTo, step } = effect;
    return { key: this.key, draftId, purpose, step, processVersionId, upToPosition: upTo, holdUntilAt: null };
  }
}

/** Why a draft failed, as the input that follows. */
function draftFailure(itemId: string, error: unknown): Input {
  return { type: 'draftFailed', itemId, ...explainDraftFailure(error) };
}

/** Tells a model that cannot be reached from one whose answer cannot be used; the detail is a sentence for people. */
export function explainDraftFailure(error: unknown): { reason: 'model-unavailable' | 'model-invalid'; detail: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.type === DRAFT_INVALID)
    return { reason: 'model-invalid', detail: cause.message };
  return {
    reason: 'model-unavailable',
    detail: `The AI model could not be reached: ${(rootCause(error) ?? 'no answer in time').replace(/\.$/, '')}.`,
  };
}

/** What the last try says in words; anything else is a worker or a database that was gone all the time. */
function explainWebhookFailure(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === WEBHOOK_NOT_TAKEN
    ? cause.message
    : 'It could not be called in time.';
}

function draftActivity(budgetMs: number, summary: string): Pick<OutsideActivities, 'draftReply'> {
  return proxyActivities<Pick<OutsideActivities, 'draftReply'>>({
    taskQueue: TASK_QUEUES.outside,
    // One call of 20 s. A worker that died is noticed by this, early enough for another try within the budget.
    startToCloseTimeout: 22 * SECOND_MS,
    scheduleToCloseTimeout: budgetMs,
    // A draft heartbeats once it has taken more than 4 s.
    retry: { initialInterval: SECOND_MS, backoffCoefficient: 2, maximumInterval: 5 * SECOND_MS },
    summary,
  });
}

function reconcileActivity(): Pick<OutsideActivities, 'reconcile'> {
  return proxyActivities<Pick<OutsideActivities, 'reconcile'>>({
    taskQueue: TASK_QUEUES.outside,
    startToCloseTimeout: 30 * SECOND_MS,
    scheduleToCloseTimeout: 120 * SECOND_MS,
    summary: 'Look for a message of unknown delivery',
  });
}

function webhookActivity(summary: string): Pick<OutsideActivities, 'callWebhook'> {
  return proxyActivities<Pick<OutsideActivities, 'callWebhook'>>({
    taskQueue: TASK_QUEUES.outside,
    // One call of 10 s.
    startToCloseTimeout: 20 * SECOND_MS,
    // The activity gives up by itself at `giveUpAt`, and notes it; this is for when it cannot run at all.
    scheduleToCloseTimeout: WEBHOOK_GIVE_UP_AFTER_MS + 60 * SECOND_MS,
    // Where the activity fails without naming the time of its next try.
    retry: { initialInterval: 5 * SECOND_MS, backoffCoefficient: 2, maximumInterval: 180 * SECOND_MS },
    summary,
  });
}
