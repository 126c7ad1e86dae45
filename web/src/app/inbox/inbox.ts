import { Component, computed, DestroyRef, effect, inject, input, signal, untracked, viewChild } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { Router } from '@angular/router';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import { contactTitle } from '../core/contactNames.ts';
import { Icon } from '../core/icon.ts';
import { Screen } from '../core/screen.ts';
import { Shortcuts } from '../core/shortcuts.ts';
import { CheatSheets } from '../shell/cheatSheets.ts';
import { NotificationBell } from '../shell/notificationBell.ts';
import { UserMenu } from '../shell/userMenu.ts';
import { Actions } from './actions.ts';
import { inboxKeys } from './inboxKeys.ts';
import type { BulkBar } from './list/bulkBar.ts';
import { List } from './list/list.ts';
import { filterFrom, queryOf, type ListFilter } from './list/listFilter.ts';
import { ListStore } from './list/listStore.ts';
import { Selection } from './list/selection.ts';
import { Profile } from './profile/profile.ts';
import { unreadCount } from './rows.ts';
import { ThreadPane } from './thread/threadPane.ts';
import { ThreadStore } from './thread/threadStore.ts';

const PROFILE_CLOSED = 'leadline.profile.closed';

/** The inbox: list, thread and profile; on a phone one of them at a time. The address says everything. */
@Component({
  selector: 'll-inbox',
  imports: [Icon, List, Profile, ThreadPane, NotificationBell, UserMenu],
  templateUrl: './inbox.html',
  styleUrl: './inbox.scss',
  host: { role: 'main', '[class.has-profile]': 'showsProfile()', '[attr.data-pane]': 'shownPane()' },
})
export class Inbox {
  private readonly router = inject(Router);
  private readonly screen = inject(Screen);
  private readonly actions = inject(Actions);
  private readonly title = inject(Title);
  protected readonly list = inject(ListStore);
  protected readonly threads = inject(ThreadStore);
  private readonly sheets = inject(CheatSheets);
  private readonly selection = inject(Selection);

  // From the address.
  readonly id = input<string>();
  readonly pane = input<string>();
  readonly view = input<string>();
  readonly assignee = input<string>();
  readonly status = input<string>();
  readonly channel = input<string>();
  readonly stage = input<string>();
  readonly unread = input<string>();
  readonly q = input<string>();
  readonly sort = input<string>();

  private readonly listPane = viewChild(List);
  private readonly threadPane = viewChild(ThreadPane);
  private readonly profilePane = viewChild(Profile);
  private readonly isProfileClosed = signal(localStorage.getItem(PROFILE_CLOSED) === 'true' || !this.screen.isWide());
  /** Where the keys j and k are; reading or leaving does not move it. */
  protected readonly activeId = signal<string | null>(null);
  /** Marked as unread on purpose, with this many messages: looking at it does not undo that. */
  private readonly keptUnread = signal<string | null>(null);

  protected readonly openId = computed(() => this.id() ?? null);
  protected readonly shownPane = computed(() =>
    this.openId() === null ? 'list' : this.pane() === 'profile' ? 'profile' : 'thread',
  );
  protected readonly showsProfile = computed(
    () => this.openId() !== null && (this.screen.isNarrow() ? this.shownPane() === 'profile' : !this.isProfileClosed()),
  );
  private readonly filter = computed<ListFilter>(
    () =>
      filterFrom({
        view: this.view(),
        assignee: this.assignee(),
        status: this.status(),
        channel: this.channel(),
        stage: this.stage(),
        unread: this.unread(),
        q: this.q(),
        sort: this.sort(),
      }),
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );

  constructor() {
    const shortcuts = inject(Shortcuts);
    const destroyed = inject(DestroyRef);
    effect(() => {
      const filter = this.filter();
      untracked(() => void this.list.show(filter));
    });
    effect(() => {
      const id = this.openId();
      untracked(() => this.onOpened(id));
    });
    effect(() => {
      const [row, isVisible] = [this.threads.row(), this.screen.isVisible()];
      if (row && isVisible && this.threads.thread() && this.isUnread(row))
        untracked(() => void this.actions.markRead(row));
    });
    effect(() => this.title.setTitle(this.pageTitle()));
    shortcuts.register(inboxKeys(this), destroyed);
    destroyed.onDestroy(() => void this.threads.open(null));
  }

  // What the keys do (`inboxKeys`).

  /** The next conversation below (1) or above (-1). */
  move(step: 1 | -1): boolean {
    const rows = this.list.rows();
    const from = rows.findIndex((row) => row.id === (this.activeId() ?? this.openId()));
    const row = rows[from < 0 ? 0 : from + step];
    if (!row) return false;
    this.activeId.set(row.id);
    if (this.openId() !== null && !this.screen.isNarrow()) this.open(row.id);
    this.listPane()?.focusRow(row.id);
    return true;
  }

  openActive(): boolean {
    const id = this.activeId();
    if (id === null || id === this.openId()) return false;
    this.open(id);
    return true;
  }

  back(): boolean {
    const id = this.openId();
    if (id === null) return false;
    if (this.screen.isNarrow() && this.shownPane() === 'profile') this.open(id);
    else this.closeThread();
    return true;
  }

  /** Chooses the conversation that the keys are on; with `isRange`, all up to it. */
  select(isRange: boolean): boolean {
    const id = this.activeId() ?? this.openId();
    if (id === null || !this.list.rows().some((row) => row.id === id)) return false;
    this.listPane()?.pick({ id }, isRange);
    return true;
  }

  selectAll(): boolean {
    if (this.list.rows().length === 0) return false;
    this.selection.chooseAll();
    return true;
  }

  clearSelection(): boolean {
    return this.listPane()?.bulkBar().stepBack() ?? false;
  }

  search(): void {
    this.listPane()?.focusSearch();
  }

  reply(): boolean {
    return this.threadPane()?.focusComposer() ?? false;
  }

  draft(): boolean {
    return this.threadPane()?.draft() ?? false;
  }

  toggleAutopilot(): boolean {
    if (this.bulkBar) return this.bulkBar.openMenu('pilot');
    return this.onRow((row) => void this.actions.setAutopilot(row, !row.autopilot));
  }

  assignToMe(): boolean {
    if (this.bulkBar) return this.bulkBar.assignToMe();
    return this.onRow((row) => void this.actions.assignToMe(row));
  }

  markUnread(): boolean {
    return this.onRow((row) => {
      this.keptUnread.set(unreadMark(row));
      void this.actions.markUnread(row);
    });
  }

  toggleResolved(): boolean {
    if (this.bulkBar) return this.bulkBar.resolve();
    return this.onRow((row) => {
      void (row.status === 'resolved' ? this.actions.reopen(row) : this.actions.resolve(row));
    });
  }

  openSnoozeMenu(): boolean {
    return this.threadPane()?.openSnoozeMenu() ?? false;
  }

  openScheduleMenu(): boolean {
    return this.threadPane()?.openScheduleMenu() ?? false;
  }

  openStageMenu(): boolean {
    if (this.bulkBar) return this.bulkBar.openMenu('stage');
    return this.onProfile((profile) => profile.openStageMenu());
  }

  openAssignMenu(): boolean {
    if (this.bulkBar) return this.bulkBar.openMenu('assign');
    return this.onProfile((profile) => profile.openAssignMenu());
  }

  showKeys(): void {
    void this.sheets.open();
  }

  /** Collapses or opens the profile; on a phone it is a screen of its own. */
  toggleProfile(): void {
    const id = this.openId();
    if (id === null) return;
    if (this.screen.isNarrow()) {
      void this.router.navigate(['/conversations', id, ...(this.shownPane() === 'profile' ? [] : ['profile'])], {
        queryParamsHandling: 'preserve',
      });
      return;
    }
    this.isProfileClosed.update((closed) => !closed);
    localStorage.setItem(PROFILE_CLOSED, String(this.isProfileClosed()));
  }

  protected closeThread(): void {
    const id = this.openId();
    void this.router.navigate(['/conversations'], { queryParamsHandling: 'preserve' }).then(() => {
      if (id !== null) this.listPane()?.focusRow(id);
    });
  }

  protected applyFilter(filter: ListFilter): void {
    void this.router.navigate([], {
      queryParams: queryOf(filter),
      queryParamsHandling: 'merge',
      replaceUrl: filter.q !== this.filter().q,
    });
  }

  /** While conversations are chosen, the keys act on them. */
  private get bulkBar(): BulkBar | null {
    return this.selection.isActive() ? (this.listPane()?.bulkBar() ?? null) : null;
  }

  private open(id: string): void {
    void this.router.navigate(['/conversations', id], { queryParamsHandling: 'preserve' });
  }

  private onOpened(id: string | null): void {
    this.keptUnread.set(null);
    if (id !== null) this.activeId.set(id);
    this.list.setOpen(id);
    void this.threads.open(id);
  }

  private isUnread(row: ConversationRow): boolean {
    const mayBeUnread = row.readInboundCount === null ? row.inboundCount > 0 : unreadCount(row) > 0;
    return mayBeUnread && this.keptUnread() !== unreadMark(row);
  }

  private onRow(run: (row: ConversationRow) => void): boolean {
    const row = this.threads.row();
    if (row) run(row);
    return row !== null;
  }

  /** The menus of stage and people live in the profile: it opens for them. */
  private onProfile(run: (profile: Profile) => void): boolean {
    if (!this.threads.row()) return false;
    if (!this.showsProfile()) this.toggleProfile();
    setTimeout(() => {
      const profile = this.profilePane();
      if (profile) run(profile);
    });
    return true;
  }

  private pageTitle(): string {
    const unread = this.list.counts()?.unread ?? 0;
    const row = this.threads.row();
    return `${unread > 0 ? `(${unread}) ` : ''}${row ? contactTitle(row.contact) : 'Conversations'} · Leadline`;
  }
}

function unreadMark(row: ConversationRow): string {
  return `${row.id}/${row.inboundCount}`;
}
