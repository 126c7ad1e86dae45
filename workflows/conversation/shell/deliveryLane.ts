import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  patched,
  proxyActivities,
} from '@temporalio/workflow';
import { ActivityFailure, type Priority } from '@temporalio/common';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { type AuthorKind, TASK_QUEUES } from '@leadline/contract/names.ts';
import type { DeliverOutcome, OutsideActivities } from '@leadline/contract/ports.ts';
import type { Effect, Input } from '../core/inputs.ts';
import { deliverySummary } from './summaries.ts';

type Delivery = Extract<Effect, { type: 'deliver' }>;

const SECOND_MS = 1_000;
/** A message whose time is over still waits so long for its number's turn, to be found so. */
const TURN_MS = 3_600 * SECOND_MS;
/** Of Temporal's levels 1 to 5, the first goes first. */
const PRIORITIES: Record<AuthorKind, number> = {
  user: 1,
  autopilot: 2,
  schedule: 3,
  automation: 3,
  followUp: 4,
  customer: 5,
};

/**
 * A conversation's messages leave one after the other, so that one whose delivery is unknown can be told from its
 * neighbours (quality.md 2.2). A person's goes before all that others have waiting.
 */
export class DeliveryLane {
  private readonly leaving: Delivery[] = [];
  private lane: Promise<void> = Promise.resolve();
  private atTheProvider: { effect: Delivery; scope: CancellationScope } | null = null;
  /** Those that had to make way while they were being handed over. */
  private readonly calledBack = new Set<Delivery>();
  private readonly key: ConversationKey;
  private readonly handBack: (input: Input) => void;

  constructor(key: ConversationKey, handBack: (input: Input) => void) {
    this.key = key;
    this.handBack = handBack;
  }

  get isEmpty(): boolean {
    return this.leaving.length === 0;
  }

  /** An AI message that is committed and on its way. */
  get aiMessage(): { messageId: string } | null {
    const message = this.leaving.find((one) => one.author === 'autopilot');
    return message ? { messageId: message.messageId } : null;
  }

  add(effect: Delivery): void {
    this.leaving.push(effect);
    this.queueUp(effect);
    const { atTheProvider } = this;
    if (!atTheProvider || !this.isOutranked(atTheProvider.effect)) return;
    this.calledBack.add(atTheProvider.effect);
    atTheProvider.scope.cancel();
  }

  private queueUp(effect: Delivery): void {
    this.lane = this.lane.then(() => this.handOver(effect));
  }

  private async handOver(effect: Delivery): Promise<void> {
    if (this.isOutranked(effect)) return this.makeWay(effect);
    const { messageId, attempt, author, inbounds } = effect;
    const outcome = await this.outcomeOf(effect);
    if (!outcome) return this.makeWay(effect);
    this.leaving.splice(this.leaving.indexOf(effect), 1);
    if (outcome.outcome !== 'sent')
      this.handBack({ type: 'deliveryOutcome', messageId, attempt, author, inbounds, outcome });
  }

  /** Null: it was called back, and has still to be handed over. */
  private async outcomeOf(effect: Delivery): Promise<DeliverOutcome | null> {
    const { messageId, attempt, author, expiresAt } = effect;
    const leftMs = expiresAt - Date.now();
    // One that was tried already may have left: the activity looks.
    if (leftMs <= 0 && !this.calledBack.has(effect)) return { outcome: 'failed', code: null };
    const scope = new CancellationScope();
    this.atTheProvider = { effect, scope };
    const activity = deliverActivity(leftMs, deliverySummary(messageId, attempt), this.priorityOf(author));
    return scope
      .run(() => activity.deliver({ key: this.key, messageId, attempt, expiresAt }))
      .catch((error: unknown) =>
        this.calledBack.has(effect) && this.isOutranked(effect) && mayBeTriedAgain(error)
          ? null
          : deliveryFailure(error),
      )
      .finally(() => (this.atTheProvider = null));
  }

  /** Whether a person's message waits behind this one, which is not a person's. */
  private isOutranked(effect: Delivery): boolean {
    const behind = this.leaving.slice(this.leaving.indexOf(effect) + 1);
    const outranks = effect.author !== 'user' && behind.some(({ author }) => author === 'user');
    return outranks && patched('people-go-first');
  }

  /** Goes to the end of the lane; what a person has overtaken is stopped there, by the last look before it leaves. */
  private makeWay(effect: Delivery): void {
    this.leaving.push(...this.leaving.splice(this.leaving.indexOf(effect), 1));
    this.queueUp(effect);
  }

  /** A number sends so many in a second (temporal/sendRate.ts): what waits for it longest is what nobody waits for. */
  private priorityOf(author: AuthorKind): Priority {
    return { fairnessKey: this.key.channelAccountId, priorityKey: PRIORITIES[author] };
  }
}

/** Nobody had begun it, or the try that was under way failed: Temporal retries no activity that was called back. */
function mayBeTriedAgain(error: unknown): boolean {
  return isCancellation(error) || (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure);
}

/** The activity itself says when nothing has left; of a time-out nobody knows, so the message is looked for. */
function deliveryFailure(error: unknown): DeliverOutcome {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure
    ? { outcome: 'failed', code: null }
    : { outcome: 'unknown', at: Date.now() };
}

function deliverActivity(leftMs: number, summary: string, priority: Priority): Pick<OutsideActivities, 'deliver'> {
  return proxyActivities<Pick<OutsideActivities, 'deliver'>>({
    taskQueue: TASK_QUEUES.deliveries,
    priority,
    // A try that is under way says what came of it; only what waits can be called back.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    startToCloseTimeout: 30 * SECOND_MS,
    // Retried only while the message certainly was not taken. One that nobody took in its time is said to have failed by the
    // activity itself, so it is given time to come to its turn.
    scheduleToCloseTimeout: Math.max(leftMs, 0) + TURN_MS,
    // As often as the breaker lets one try: what waits leaves soon after the provider is back.
    retry: { initialInterval: SECOND_MS, backoffCoefficient: 2, maximumInterval: 10 * SECOND_MS },
    summary,
  });
}
