import { CdkFixedSizeVirtualScroll, CdkVirtualForOf, CdkVirtualScrollViewport } from '@angular/cdk/scrolling';
import { Component, computed, DestroyRef, ElementRef, inject, input, output, viewChild } from '@angular/core';
import { RouterLink } from '@angular/router';
import { MAX_SELECTED } from '@leadline/contract/bulk.ts';
import type { Channel } from '@leadline/contract/names.ts';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import { contactTitle } from '../../core/contactNames.ts';
import { Icon } from '../../core/icon.ts';
import type { IconName } from '../../core/icons.ts';
import { Screen } from '../../core/screen.ts';
import { Toasts } from '../../core/toasts.ts';
import { BulkBar } from './bulkBar.ts';
import { Filters } from './filters.ts';
import { isNarrowed, NO_FILTER, type ListFilter } from './listFilter.ts';
import { ListStore } from './listStore.ts';
import { LongPress } from './longPress.ts';
import { Row } from './row.ts';
import { Selection } from './selection.ts';

const ROW_PX = 72;
/** Rows from the end at which the next page is asked for. */
const AHEAD = 15;
const SEARCH_AFTER_MS = 220;
const TABS: { channel: Channel | null; name: string; icon: IconName }[] = [
  { channel: null, name: 'All', icon: 'inbox' },
  { channel: 'sms', name: 'SMS', icon: 'sms' },
  { channel: 'messenger', name: 'Facebook', icon: 'messenger' },
  { channel: 'webchat', name: 'Webchat', icon: 'webchat' },
];

/** The left pane: tabs, search, filters, and the conversations under them. */
@Component({
  selector: 'll-list',
  imports: [
    BulkBar,
    CdkFixedSizeVirtualScroll,
    CdkVirtualForOf,
    CdkVirtualScrollViewport,
    Filters,
    Icon,
    LongPress,
    Row,
    RouterLink,
  ],
  templateUrl: './list.html',
  styleUrl: './list.scss',
})
export class List {
  private readonly screen = inject(Screen);
  private readonly toasts = inject(Toasts);
  protected readonly store = inject(ListStore);
  protected readonly selection = inject(Selection);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  /** The open conversation, and the one that the keys are on. */
  readonly openId = input<string | null>(null);
  readonly activeId = input<string | null>(null);
  readonly filterChange = output<ListFilter>();

  protected readonly rowPx = ROW_PX;
  protected readonly tabs = TABS;
  protected readonly bones = Array.from({ length: 9 }, (_, index) => index);
  protected readonly filter = this.store.filter;
  /** On a phone, while choosing, a tap on a row chooses it. */
  protected readonly tapChooses = computed(() => this.screen.isTouch() && this.selection.isActive());
  /** Acts on what is chosen. */
  readonly bulkBar = viewChild.required(BulkBar);
  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  private readonly search = viewChild.required<ElementRef<HTMLInputElement>>('search');
  private searchTimer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    inject(DestroyRef).onDestroy(() => this.stopSearchTimer());
  }

  /** Why the list is empty, and what helps. */
  protected readonly emptyText = computed(() => {
    const filter = this.filter();
    if (filter.q.trim() !== '') return `Nothing found for “${filter.q.trim()}”.`;
    return isNarrowed(filter) || filter.channel !== null
      ? 'No conversation fits these filters.'
      : 'No conversations yet. They appear here as soon as a customer writes.';
  });
  protected readonly canClear = computed(
    () => isNarrowed(this.filter()) || this.filter().channel !== null || this.filter().q !== '',
  );

  focusSearch(): void {
    this.search().nativeElement.focus();
    this.search().nativeElement.select();
  }

  /** Brings a row into view and puts the keyboard on it. */
  focusRow(id: string): void {
    const index = this.store.rows().findIndex((row) => row.id === id);
    const viewport = this.viewport();
    if (index < 0 || !viewport) return;
    const [from, height] = [viewport.measureScrollOffset(), viewport.getViewportSize()];
    if (index * ROW_PX < from) viewport.scrollToOffset(index * ROW_PX);
    if ((index + 1) * ROW_PX > from + height) viewport.scrollToOffset((index + 1) * ROW_PX - height);
    requestAnimationFrame(() =>
      this.host.nativeElement.querySelector<HTMLElement>(`[data-id="${id}"]`)?.focus({ preventScroll: true }),
    );
  }

  /** Chooses a row or leaves it out; `isRange`: with all from the last one that was chosen. */
  pick(row: Pick<ConversationRow, 'id'>, isRange: boolean): void {
    const isTaken = isRange ? this.selection.extendTo(row.id) : this.selection.toggle(row.id);
    if (!isTaken)
      this.toasts.say(
        `Up to ${MAX_SELECTED.toLocaleString('en')} can be selected one by one. More go by “Select all that fit”.`,
      );
  }

  protected titleOf(row: ConversationRow): string {
    return contactTitle(row.contact);
  }

  protected onRowClick(event: MouseEvent, row: ConversationRow): void {
    if (!event.shiftKey && !this.tapChooses()) return;
    // With Shift the browser would open a window.
    event.preventDefault();
    this.pick(row, event.shiftKey);
  }

  protected countOf(channel: Channel | null): number {
    const counts = this.store.counts();
    return channel === null ? (counts?.unread ?? 0) : (counts?.byChannel[channel] ?? 0);
  }

  protected trackRow(_index: number, row: ConversationRow): string {
    return row.id;
  }

  protected onScrolled(index: number): void {
    const shown = Math.ceil((this.viewport()?.getViewportSize() ?? 0) / ROW_PX);
    if (index + shown + AHEAD >= this.store.rows().length) void this.store.loadMore();
  }

  protected setFilter(change: Partial<ListFilter>): void {
    this.filterChange.emit({ ...this.filter(), ...change });
  }

  protected clearFilter(): void {
    this.search().nativeElement.value = '';
    this.filterChange.emit({ ...NO_FILTER, sort: this.filter().sort });
  }

  protected onSearch(q: string): void {
    this.stopSearchTimer();
    this.searchTimer = setTimeout(() => this.setFilter({ q }), SEARCH_AFTER_MS);
  }

  protected onSearchKey(event: KeyboardEvent): void {
    const field = this.search().nativeElement;
    if (event.key === 'Escape') {
      if (field.value !== '') {
        field.value = '';
        this.onSearch('');
      } else field.blur();
      event.stopPropagation();
    }
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      const first = this.store.rows()[0];
      if (first) this.focusRow(first.id);
      event.preventDefault();
    }
  }

  private stopSearchTimer(): void {
    if (this.searchTimer !== null) clearTimeout(this.searchTimer);
  }
}
