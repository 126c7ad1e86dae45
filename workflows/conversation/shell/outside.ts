import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  rootCause,
} from '@temporalio/workflow';
import { ActivityFailure } from '@temporalio/common';
import { TASK_QUEUES } from '@leadline/contract/names.ts';
import {
  DRAFT_INVALID,
  type DraftRequest,
  type DraftResult,
  type OutsideActivities,
} from '@leadline/contract/ports.ts';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { replyItemId } from '../core/agenda.ts';
import type { Effect, Input } from '../core/inputs.ts';

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;

/** After a reply's due time, this long is left for retries of the model before a person is asked (quality.md R8: 30 s). */
const DRAFT_GRACE_MS = 28_000;
const SECOND_MS = 1_000;

/**
 * Runs the effects that call out, and hands each outcome back as the next input. Sends leave one after the other; the
 * draft is apart, so that a slow model holds up no send, and is cancelled by whatever overtakes it.
 */
export class Outside {
  private readonly inHandItems = new Set<string>();
  private draft: { itemId: string; scope: CancellationScope } | null = null;
  private composerDrafts = 0;
  private lane: Promise<void> = Promise.resolve();
  private readonly leaving: EffectOf<'deliver'>[] = [];
  private readonly key: ConversationKey;
  private readonly handBack: (input: Input) => void;

  constructor(key: ConversationKey, handBack: (input: Input) => void) {
    this.key = key;
    this.handBack = handBack;
  }

  /** Ids of the agenda items that are being worked on. */
  get inHand(): string[] {
    return [...this.inHandItems];
  }

  /** Whether nothing is under way. */
  get idle(): boolean {
    return this.inHandItems.size === 0 && this.leaving.length === 0 && this.composerDrafts === 0;
  }

  /** An AI message that is committed and on its way. */
  get leavingAiMessage(): { messageId: string } | null {
    const message = this.leaving.find((one) => one.author === 'autopilot');
    return message ? { messageId: message.messageId } : null;
  }

  draftReply(effect: EffectOf<'draftReply'>): void {
    const itemId = replyItemId(effect);
    const scope = new CancellationScope();
    this.draft = { itemId, scope };
    this.inHandItems.add(itemId);
    const request = this.draftRequest(`${this.key.conversationId}-d${effect.upTo}`, 'autopilot', effect);
    const budgetMs = Math.max(effect.dueAt - Date.now(), 0) + DRAFT_GRACE_MS;
    void scope
      .run(() =>
        draftActivity(budgetMs, 'Draft the Auto Pilot reply').draftReply({ ...request, holdUntilAt: effect.dueAt }),
      )
      .then((result): Input => ({ type: 'draftReady', burst: effect.burst, upTo: effect.upTo, result }))
      .catch((error: unknown): Input | null => (isCancellation(error) ? null : draftFailure(effect, error)))
      .then((outcome) => {
        if (this.draft?.scope !== scope) return;
        this.draft = null;
        this.inHandItems.delete(itemId);
        if (outcome) this.handBack(outcome);
      });
  }

  cancelDraft(): void {
    if (!this.draft) return;
    const { itemId, scope } = this.draft;
    this.draft = null;
    this.inHandItems.delete(itemId);
    scope.cancel();
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

  /** One outbound lane: a message whose delivery is unknown can be told from its neighbours (quality.md 2.2). */
  deliver(effect: EffectOf<'deliver'>): void {
    this.leaving.push(effect);
    this.lane = this.lane.then(async () => {
      const { messageId, attempt, author, inbounds, validityMs } = effect;
      const outcome = await deliverActivity(validityMs, attempt)
        .deliver({ key: this.key, messageId, attempt, validityMs })
        .catch(() => ({ outcome: 'failed' as const, code: null }));
      this.leaving.splice(this.leaving.indexOf(effect), 1);
      if (outcome.outcome !== 'sent')
        this.handBack({ type: 'deliveryOutcome', messageId, attempt, author, inbounds, outcome });
    });
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

  private draftRequest(
    draftId: string,
    purpose: DraftRequest['purpose'],
    effect: { processVersionId: string; upTo: number },
  ): DraftRequest {
    const { processVersionId, upTo } = effect;
    return { key: this.key, draftId, purpose, processVersionId, upToPosition: upTo, holdUntilAt: null };
  }
}

/** Why a draft failed, as the input that follows. */
function draftFailure(effect: EffectOf<'draftReply'>, error: unknown): Input {
  const { reason, detail } = explainDraftFailure(error);
  return { type: 'draftFailed', burst: effect.burst, upTo: effect.upTo, reason, detail };
}

/** Tells a model that cannot be reached from one whose answer cannot be used; the detail is a sentence for people. */
export function explainDraftFailure(error: unknown): { reason: 'model-unavailable' | 'model-invalid'; detail: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure && cause.type === DRAFT_INVALID)
    return { reason: 'model-invalid', detail: cause.message };
  return {
    reason: 'model-unavailable',
    detail: `The AI model could not be reached: ${rootCause(error) ?? 'no answer in time'}.`,
  };
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

function deliverActivity(validityMs: number, attempt: number): Pick<OutsideActivities, 'deliver'> {
  return proxyActivities<Pick<OutsideActivities, 'deliver'>>({
    taskQueue: TASK_QUEUES.outside,
    startToCloseTimeout: 30 * SECOND_MS,
    // Retried only while the message certainly was not taken; a message that nobody took in that time has failed.
    scheduleToCloseTimeout: validityMs,
    retry: { initialInterval: SECOND_MS, backoffCoefficient: 2, maximumInterval: 30 * SECOND_MS },
    summary: `Send the message, attempt ${attempt}`,
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
