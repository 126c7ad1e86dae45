import {
  afterRenderEffect,
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { EventView, MessageView } from '@leadline/contract/rest.ts';
import { Clock } from '../../core/clock.ts';
import { Icon } from '../../core/icon.ts';
import { dayName } from '../../core/times.ts';
import { Lines } from './lines.ts';
import { Message } from './message.ts';
import type { PendingMessage } from './outbox.ts';
import { Pending } from './pending.ts';
import { ThreadStore } from './threadStore.ts';
import type { ThreadItem } from './timeline.ts';

/** So close to the end one is at the end. */
const END_PX = 60;
/** So close to the beginning the page before is asked for. */
const OLDER_PX = 600;

/** The scrolling history. It stays at its end while one is there, and stands still under one's eyes anywhere else. */
@Component({
  selector: 'll-history',
  imports: [Icon, Lines, Message, Pending],
  templateUrl: './history.html',
  styleUrl: './history.scss',
})
export class History {
  private readonly clock = inject(Clock);
  protected readonly store = inject(ThreadStore);

  readonly conversationId = input.required<string>();
  readonly items = input.required<ThreadItem[]>();
  readonly processNames = input.required<ReadonlyMap<string, string>>();
  readonly why = output<EventView>();
  readonly retryMessage = output<MessageView>();
  readonly retryPending = output<PendingMessage>();
  readonly editPending = output<PendingMessage>();

  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly content = viewChild.required<ElementRef<HTMLElement>>('content');
  /** Messages that came while one was further up. */
  protected readonly newCount = signal(0);
  private readonly lastMessage = computed(
    () => this.items().findLast((item) => item.kind === 'message' || item.kind === 'pending') ?? null,
  );
  private sticks = true;
  private shown = { conversationId: '', firstKey: '', lastKey: '', height: 0, top: 0 };

  constructor() {
    const observer = new ResizeObserver(() => this.settle());
    inject(DestroyRef).onDestroy(() => observer.disconnect());
    afterRenderEffect(() => {
      const [scroller, content] = [this.scroller().nativeElement, this.content().nativeElement];
      untracked(() => {
        observer.observe(scroller);
        observer.observe(content);
      });
    });
    afterRenderEffect(() => {
      const [id, items] = [this.conversationId(), this.items()];
      untracked(() => this.onItems(id, items));
    });
  }

  protected dayOf(at: number): string {
    return dayName(at, this.clock.minute());
  }

  protected processNameOf(message: MessageView): string {
    return this.processNames().get(message.processVersionId ?? '') ?? '';
  }

  protected onScroll(): void {
    const scroller = this.scroller().nativeElement;
    this.shown.top = scroller.scrollTop;
    this.sticks = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < END_PX;
    if (this.sticks) this.newCount.set(0);
    if (scroller.scrollTop < OLDER_PX) void this.store.loadOlder();
  }

  protected toEnd(): void {
    this.sticks = true;
    this.newCount.set(0);
    this.settle();
  }

  private onItems(conversationId: string, items: ThreadItem[]): void {
    const scroller = this.scroller().nativeElement;
    const before = this.shown;
    const last = this.lastMessage();
    const [firstKey, lastKey] = [items[0]?.key ?? '', last?.key ?? ''];
    if (conversationId !== before.conversationId || last?.kind === 'pending') {
      this.toEnd();
    } else if (firstKey !== before.firstKey && !this.sticks) {
      // Older ones have come above: what was read stays where it is.
      scroller.scrollTop = before.top + (scroller.scrollHeight - before.height);
    } else if (lastKey !== before.lastKey && !this.sticks) {
      this.newCount.update((count) => count + 1);
    }
    this.shown = { conversationId, firstKey, lastKey, height: scroller.scrollHeight, top: scroller.scrollTop };
    this.settle();
    if (scroller.scrollHeight <= scroller.clientHeight) void this.store.loadOlder();
  }

  private settle(): void {
    const scroller = this.scroller().nativeElement;
    if (this.sticks) scroller.scrollTop = scroller.scrollHeight;
    this.shown.height = scroller.scrollHeight;
    this.shown.top = scroller.scrollTop;
  }
}
