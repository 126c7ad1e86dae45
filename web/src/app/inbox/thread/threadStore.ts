import { computed, effect, inject, Service, signal, untracked } from '@angular/core';
import { mayFollow } from '@leadline/contract/messageStatus.ts';
import type { Change } from '@leadline/contract/realtime.ts';
import { ConversationView, EventView, MessageView } from '@leadline/contract/rest.ts';
import { Api, ApiError, messageOf, pageOf } from '../../core/api.ts';
import { Realtime } from '../../core/realtime.ts';
import { Rows } from '../rows.ts';
import { Outbox } from './outbox.ts';

/** What is loaded of one conversation. */
export interface Thread {
  view: ConversationView;
  messages: ReadonlyMap<string, MessageView>;
  /** Without those that have no position: they are in the messages' statuses. */
  events: ReadonlyMap<string, EventView>;
  /** Cursors of older pages; null at the beginning of the conversation. */
  olderMessages: string | null;
  olderEvents: string | null;
}

type Phase = { is: 'loading' } | { is: 'ready' } | { is: 'missing' } | { is: 'failed'; why: string };

const MESSAGES = 50;
const EVENTS = 150;
const KEPT_THREADS = 30;
const MessagePage = pageOf(MessageView);
const EventPage = pageOf(EventView);
type Pages = Pick<Thread, 'messages' | 'events' | 'olderMessages' | 'olderEvents'>;

/** The open conversation's history. Conversations that were open lately stay, so that going back to them is instant. */
@Service()
export class ThreadStore {
  private readonly api = inject(Api);
  private readonly rows = inject(Rows);

  private readonly openId = signal<string | null>(null);
  private readonly threads = signal<ReadonlyMap<string, Thread>>(new Map());
  private readonly problem = signal<Phase | null>(null);
  private readonly isLoadingOlder = signal(false);
  private readonly olderProblem = signal<string | null>(null);

  readonly id = this.openId.asReadonly();
  readonly thread = computed(() => this.threads().get(this.openId() ?? '') ?? null);
  readonly row = computed(() => this.rows.all().get(this.openId() ?? '') ?? null);
  readonly phase = computed<Phase>(() => (this.thread() ? { is: 'ready' } : (this.problem() ?? { is: 'loading' })));
  readonly hasOlder = computed(() => (this.thread()?.olderMessages ?? this.thread()?.olderEvents ?? null) !== null);
  readonly problemWithOlder = this.olderProblem.asReadonly();
  readonly loadsOlder = this.isLoadingOlder.asReadonly();

  constructor() {
    const realtime = inject(Realtime);
    realtime.listen({ change: (change) => this.applyChange(change), reload: () => this.reloadAll() });
    // What could not be loaded while the connection was away is asked for when it is back.
    effect(() => {
      if (!realtime.isOffline() && untracked(this.problem)?.is === 'failed') void this.retry();
    });
    inject(Outbox).onConfirmed((message) => this.takeMessage(message));
  }

  /** Opens a conversation: what is known of it stands at once, and is brought up to date. */
  async open(id: string | null): Promise<void> {
    if (id === this.openId()) return;
    this.openId.set(id);
    this.problem.set(null);
    this.olderProblem.set(null);
    if (id !== null) await this.load(id);
  }

  /** Tries again after a failure. */
  async retry(): Promise<void> {
    const id = this.openId();
    this.problem.set(null);
    if (id !== null) await this.load(id);
  }

  /** Loads the page before the oldest that is shown. */
  async loadOlder(): Promise<void> {
    const [id, thread] = [this.openId(), this.thread()];
    if (id === null || !thread || !this.hasOlder() || this.isLoadingOlder()) return;
    this.isLoadingOlder.set(true);
    this.olderProblem.set(null);
    try {
      const older = await this.pages(id, thread);
      this.update(id, (now) => ({
        ...now,
        ...older,
        messages: merged(older.messages, now.messages),
        events: new Map([...older.events, ...now.events]),
      }));
    } catch (error) {
      this.olderProblem.set(messageOf(error));
    } finally {
      this.isLoadingOlder.set(false);
    }
  }

  /** The one way in which news change a thread. Applying the same again changes nothing. */
  applyChange({ conversationId, row, messages, events, reload }: Change): void {
    // A deleted conversation that is brought back stands again where it is open.
    if (conversationId === this.openId() && row !== null && this.problem()?.is === 'missing') return void this.retry();
    if (!this.threads().has(conversationId)) return;
    if (row === null) return this.forget(conversationId);
    if (reload) return void this.load(conversationId);
    this.update(conversationId, (thread) => ({
      ...thread,
      messages: messages.reduce(withMessage, thread.messages),
      events: events.length === 0 ? thread.events : new Map([...thread.events, ...entriesOf(events)]),
    }));
  }

  /** A message that the server has confirmed in an answer. */
  takeMessage(message: MessageView): void {
    this.update(message.conversationId, (thread) => ({ ...thread, messages: withMessage(thread.messages, message) }));
  }

  private reloadAll(): void {
    const openId = this.openId();
    // The others are brought up to date when they are opened.
    this.threads.update((threads) => new Map([...threads].filter(([id]) => id === openId)));
    if (openId !== null) void this.load(openId);
  }

  private async load(id: string): Promise<void> {
    try {
      const [view, pages] = await Promise.all([
        this.api.get(`/conversations/${id}`, ConversationView),
        this.pages(id, null),
      ]);
      this.rows.take([view.row]);
      const shown = await this.reachingBackTo(id, pages, this.threads().get(id));
      this.keep(id, { view, ...shown });
    } catch (error) {
      if (this.openId() !== id || this.threads().has(id)) return;
      const isMissing = error instanceof ApiError && error.status === 404;
      this.problem.set(isMissing ? { is: 'missing' } : { is: 'failed', why: messageOf(error) });
    }
  }

  /** What was scrolled to stays in reach. */
  private async reachingBackTo(id: string, pages: Pages, before: Thread | undefined): Promise<Pages> {
    const reach = before ? floorOf(before) : Infinity;
    let loaded = pages;
    while (loaded.olderMessages !== null && floorOf(loaded) > reach) {
      const older = await this.pages(id, loaded);
      loaded = {
        ...older,
        messages: merged(older.messages, loaded.messages),
        events: new Map([...older.events, ...loaded.events]),
      };
    }
    return loaded;
  }

  /** One page of messages, and the events that belong between them. Null: the newest. */
  private async pages(id: string, after: Pages | null): Promise<Pages> {
    const isDone = after !== null && after.olderMessages === null;
    const [messages, firstEvents] = await Promise.all([
      isDone
        ? { items: [], next: null }
        : this.api.get(`/conversations/${id}/messages`, MessagePage, { before: after?.olderMessages, limit: MESSAGES }),
      this.eventsBefore(id, after),
    ]);
    let { items: events, next } = firstEvents;
    const floor = messages.next === null ? 0 : Number(messages.next);
    while (next !== null && Number(next) > floor) {
      const page: { items: EventView[]; next: string | null } = await this.api.get(
        `/conversations/${id}/events`,
        EventPage,
        { before: next, limit: EVENTS },
      );
      events = [...events, ...page.items];
      next = page.next;
    }
    return {
      messages: new Map(messages.items.map((one) => [one.id, one])),
      events: new Map(entriesOf(events)),
      olderMessages: messages.next,
      olderEvents: next,
    };
  }

  private async eventsBefore(id: string, after: Pages | null) {
    if (after !== null && after.olderEvents === null) return { items: [], next: null };
    return this.api.get(`/conversations/${id}/events`, EventPage, { before: after?.olderEvents, limit: EVENTS });
  }

  private keep(id: string, thread: Thread): void {
    this.threads.update((threads) => {
      const next = new Map(threads);
      next.delete(id);
      next.set(id, thread);
      for (const oldest of next.keys()) {
        if (next.size <= KEPT_THREADS) break;
        if (oldest !== this.openId()) next.delete(oldest);
      }
      return next;
    });
  }

  private update(id: string, change: (thread: Thread) => Thread): void {
    this.threads.update((threads) => {
      const thread = threads.get(id);
      return thread ? new Map(threads).set(id, change(thread)) : threads;
    });
  }

  private forget(id: string): void {
    this.threads.update((threads) => new Map([...threads].filter(([one]) => one !== id)));
    if (this.openId() === id) this.problem.set({ is: 'missing' });
  }
}

/** The position from which on everything is loaded. */
export function floorOf(pages: Pages): number {
  const messages = pages.olderMessages === null ? 0 : Number(pages.olderMessages);
  const events = pages.olderEvents === null ? 0 : Number(pages.olderEvents);
  return Math.max(messages, events);
}

function entriesOf(events: readonly EventView[]): [string, EventView][] {
  return events.filter((event) => event.position !== null).map((event) => [event.id, event]);
}

function merged(
  older: ReadonlyMap<string, MessageView>,
  newer: ReadonlyMap<string, MessageView>,
): ReadonlyMap<string, MessageView> {
  return [...newer.values()].reduce(withMessage, older);
}

/** A message in its newest state: statuses come late, twice and out of order. */
function withMessage(
  messages: ReadonlyMap<string, MessageView>,
  message: MessageView,
): ReadonlyMap<string, MessageView> {
  const known = messages.get(message.id);
  if (known && !isNews(known, message)) return messages;
  return new Map(messages).set(message.id, message);
}

function isNews(known: MessageView, message: MessageView): boolean {
  if (message.attempt !== known.attempt) return message.attempt > known.attempt;
  return message.status === known.status || mayFollow(known.status, message.status);
}
