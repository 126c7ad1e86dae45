import { computed, inject, Service, signal } from '@angular/core';
import { type MessageView } from '@leadline/contract/rest.ts';
import { SendMessageResult } from '@leadline/contract/restActions.ts';
import { Api, ApiError, messageOf } from '../../core/api.ts';
import { Session } from '../../core/session.ts';

/** A message that the server has not confirmed yet. */
export interface PendingMessage {
  /** Idempotency key: sending again under it sends once. */
  key: string;
  /** Who wrote it: nobody else may send it from this browser. */
  userId: string;
  conversationId: string;
  text: string;
  fromDraftId: string | null;
  /** When it was sent off, milliseconds since 1970. */
  at: number;
  /** Position of the conversation then: its confirmation comes after it. */
  afterPosition: number;
  /** `waiting`: goes out by itself as soon as Leadline can be reached. */
  state: 'sending' | 'waiting' | 'failed';
  problem: string | null;
}

const KEPT = 'leadline.outbox';
const RETRY_MS = 4000;

/** Messages on their way to the server. They survive a reload of the page, and none is sent twice. */
@Service()
export class Outbox {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly entries = signal<readonly PendingMessage[]>(kept());
  private readonly flushing = new Set<string>();
  private confirmed: (message: MessageView) => void = () => undefined;

  private readonly own = computed(() => this.entries().filter((one) => one.userId === this.session.userId()));
  /** How many go out by themselves once Leadline can be reached. */
  readonly waitingCount = computed(() => this.own().filter((one) => one.state === 'waiting').length);

  /** Hands every confirmed message over. */
  onConfirmed(handler: (message: MessageView) => void): void {
    this.confirmed = handler;
  }

  of(conversationId: string): readonly PendingMessage[] {
    return this.own().filter((one) => one.conversationId === conversationId);
  }

  /** Sends a message; it is shown at once. */
  send(message: Pick<PendingMessage, 'conversationId' | 'text' | 'fromDraftId' | 'afterPosition'>): void {
    const userId = this.session.userId();
    const entry = {
      ...message,
      userId,
      key: crypto.randomUUID(),
      at: Date.now(),
      state: 'waiting' as const,
      problem: null,
    };
    this.set([...this.entries(), entry]);
    void this.flush(message.conversationId);
  }

  /** Tries a failed one again, under the same key. */
  retry(key: string): void {
    const entry = this.entries().find((one) => one.key === key);
    if (!entry) return;
    this.change(key, { state: 'waiting', problem: null });
    void this.flush(entry.conversationId);
  }

  /** Takes a failed one back, so that its text can be edited. */
  takeBack(key: string): void {
    this.set(this.entries().filter((one) => one.key !== key));
  }

  /** One after the other: the customer reads them in the order in which they were written. */
  private async flush(conversationId: string): Promise<void> {
    if (this.flushing.has(conversationId)) return;
    this.flushing.add(conversationId);
    try {
      for (let next = this.nextOf(conversationId); next; next = this.nextOf(conversationId)) {
        if (!(await this.deliver(next))) break;
      }
    } finally {
      this.flushing.delete(conversationId);
    }
  }

  private nextOf(conversationId: string): PendingMessage | undefined {
    return this.of(conversationId).find((one) => one.state === 'waiting');
  }

  /** False when later ones must wait. */
  private async deliver({ key, conversationId, text, fromDraftId }: PendingMessage): Promise<boolean> {
    this.change(key, { state: 'sending' });
    try {
      const body = { text, attachmentIds: [], fromDraftId };
      const { message } = await this.api.send(
        'POST',
        `/conversations/${conversationId}/messages`,
        body,
        SendMessageResult,
        key,
      );
      this.confirmed(message);
      this.takeBack(key);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError && (error.isTemporary || error.status === 401))) {
        this.change(key, { state: 'failed', problem: messageOf(error) });
        return true;
      }
      this.change(key, { state: 'waiting', problem: error.message });
      setTimeout(() => void this.flush(conversationId), RETRY_MS);
      return false;
    }
  }

  private change(key: string, change: Partial<PendingMessage>): void {
    this.set(this.entries().map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  private set(entries: readonly PendingMessage[]): void {
    this.entries.set(entries);
    localStorage.setItem(KEPT, JSON.stringify(entries));
  }
}

/** What an earlier page left behind. Whether it went out is unknown; its key makes asking again harmless. */
function kept(): PendingMessage[] {
  try {
    const entries = JSON.parse(localStorage.getItem(KEPT) ?? '[]') as PendingMessage[];
    return entries.map((one) => ({
      ...one,
      state: 'failed',
      problem: 'The page was closed before this was confirmed.',
    }));
  } catch {
    return [];
  }
}
