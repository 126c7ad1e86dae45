import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { parseMessageId } from '@leadline/contract/ids.ts';
import { overtakenBy } from '@leadline/store/lastLook.ts';
import type { Effect, Input } from '@leadline/workflows/conversation/core/inputs.ts';
import { draftResult } from '@leadline/workflows/conversation/core/scenario.ts';
import type { State } from '@leadline/workflows/conversation/core/state.ts';
import { fail } from './invariants.ts';

type Send = Extract<Effect, { type: 'deliver' }>;
type Draft = Extract<Effect, { type: 'draft' }>;
type Webhook = Extract<Effect, { type: 'callWebhook' }>;
const MOST_WEBHOOK_TRIES = 5;

/** A model of what the workflow calls: provider, language model, webhooks. What comes of a call is an input, or nothing. */
export class SimulatedOutside {
  /** What the provider has taken, by our id and attempt. */
  readonly accepted = new Map<string, number>();
  /** What the webhook's endpoint has taken: how often, by event id. */
  readonly webhooksTaken = new Map<string, number>();
  /** Ids of messages that never leave, and of those that the provider has reported as failed. */
  private readonly overtaken = new Set<string>();
  private readonly reported = new Set<string>();
  private readonly started = new Set<string>();
  private webhooks: { call: Webhook; tries: number }[] = [];
  private drafts: Draft[] = [];
  private endedDrafts: Draft[] = [];
  private sends: Send[] = [];
  private reconciles: Extract<Effect, { type: 'reconcile' }>[] = [];

  get inHand(): string[] {
    return [...this.drafts.map((draft) => draft.itemId), ...this.reconciles.map((one) => one.itemId)];
  }

  get isBusy(): boolean {
    return [this.drafts, this.sends, this.reconciles, this.webhooks].some((list) => list.length > 0);
  }

  begin(effect: Effect): void {
    if (effect.type === 'draft') this.drafts.push(effect);
    if (effect.type === 'reconcile') this.reconciles.push(effect);
    if (effect.type === 'callWebhook') {
      this.beginOnce(effect.eventId);
      this.webhooks.push({ call: effect, tries: 0 });
    }
    if (effect.type !== 'deliver') return;
    this.beginOnce(`${effect.messageId}/${effect.attempt}`);
    this.sends.push(effect);
  }

  private beginOnce(id: string): void {
    if (this.started.has(id)) fail(`10: ${id} was handed over twice`);
    this.started.add(id);
  }

  endDraftsExcept(itemIds: readonly string[]): void {
    const ended = this.drafts.filter((draft) => !itemIds.includes(draft.itemId));
    this.endedDrafts = [...this.endedDrafts, ...ended].slice(-5);
    this.drafts = this.drafts.filter((draft) => itemIds.includes(draft.itemId));
  }

  /** A run that ends forgets its drafts. */
  dropDrafts(): void {
    this.drafts = [];
  }

  /** A deleted conversation does not wait for them. */
  dropWebhooks(): void {
    this.webhooks = [];
  }

  /** A draft comes back when it is due; an old one is of an item that is gone. */
  draft(kind: 'draft' | 'oldDraft' | 'draftFails', at: number): { input: Input; dueAt: number } | null {
    const draft = kind === 'oldDraft' ? this.endedDrafts.shift() : this.drafts.shift();
    if (!draft) return null;
    const { itemId, processVersionId, dueAt } = draft;
    if (kind === 'draftFails')
      return { input: { type: 'draftFailed', itemId, reason: 'model-unavailable', detail: 'Down.' }, dueAt };
    const outcome = at < 0.75 ? 'reply' : at < 0.9 ? 'handOff' : 'nothing';
    const intent = at > 0.97 ? 'optOut' : at > 0.94 ? 'callRequested' : null;
    const text = outcome === 'reply' ? `Answer ${at < 0.2 ? '' : at}` : '';
    const result = draftResult({ outcome, text, processVersionId });
    return {
      input: { type: 'draftReady', itemId, result: { ...result, answer: { ...result.answer, intent } } },
      dueAt,
    };
  }

  /** The provider takes a message or not, and we learn of it or not; what the journal has overtaken never leaves. */
  deliver(at: number, now: number, journal: readonly ConversationEvent[]): Input | null {
    const send = this.sends.shift();
    if (!send) return null;
    const { messageId, attempt, author, inbounds } = send;
    const cameTo = (outcome: Extract<Input, { type: 'deliveryOutcome' }>['outcome']): Input => ({
      type: 'deliveryOutcome',
      messageId,
      attempt,
      author,
      inbounds,
      outcome,
    });
    const overtaken = this.overtakenBy(send, journal);
    if (overtaken) return cameTo({ outcome: 'overtaken', answered: overtaken.answered });
    const id = `${messageId}/${attempt}`;
    const takes = at < 0.7 || (at >= 0.85 && at < 0.93);
    if (takes) this.accepted.set(id, (this.accepted.get(id) ?? 0) + 1);
    if (at < 0.7) return cameTo({ outcome: 'sent' });
    const codes = ['30003', '21610', '30034', '30007', null];
    if (at < 0.85) return cameTo({ outcome: 'failed', code: codes[Math.floor(((at - 0.7) / 0.15) * 5)]! });
    return cameTo({ outcome: 'unknown', at: now });
  }

  /** What the provider has reported has left, although our call has not ended yet. */
  private overtakenBy({ messageId, attempt, author }: Send, journal: readonly ConversationEvent[]) {
    if (attempt > 1 || this.reported.has(messageId)) return null;
    const { position } = parseMessageId(messageId)!;
    const later = journal.filter((event) => event.position > position);
    const overtaken = overtakenBy(later, author);
    if (overtaken) this.overtaken.add(messageId);
    return overtaken;
  }

  reconcile(): Input | null {
    const one = this.reconciles.shift();
    if (!one) return null;
    const { messageId, attempt } = one;
    const found = this.accepted.has(`${messageId}/${attempt}`);
    return { type: 'reconcileOutcome', messageId, attempt, outcome: { outcome: found ? 'sent' : 'notFound' } };
  }

  /** The endpoint takes a call or not, and its answer arrives or not: then it is tried again, with the same id. */
  webhook(at: number): Input | null {
    const one = this.webhooks.shift();
    if (!one) return null;
    const { eventId, rule } = one.call;
    const tries = one.tries + 1;
    if (at < 0.6) this.webhooksTaken.set(eventId, (this.webhooksTaken.get(eventId) ?? 0) + 1);
    if (at < 0.4) return null;
    if (at >= 0.9 || tries >= MOST_WEBHOOK_TRIES)
      return { type: 'webhookGivenUp', eventId, rule, reason: 'It answered 500.' };
    this.webhooks.push({ ...one, tries });
    return null;
  }

  /** The provider says that the last message did not arrive. */
  failureReport(at: number, last: State['lastOutbound']): Input | null {
    if (!last || this.overtaken.has(last.messageId)) return null;
    this.reported.add(last.messageId);
    const code = at < 0.2 ? '21610' : '30006';
    return { type: 'deliveryFailed', report: { messageId: last.messageId, attempt: 1, code, requestId: 'r' } };
  }
}
