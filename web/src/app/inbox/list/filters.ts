import { CdkMenu, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, computed, inject, input, output } from '@angular/core';
import { STATUSES, type ConversationStatus } from '@leadline/contract/names.ts';
import { Directory } from '../../core/directory.ts';
import { Icon } from '../../core/icon.ts';
import { Session } from '../../core/session.ts';
import { isNarrowed, type ListFilter } from './listFilter.ts';

const STATUS_NAMES: Record<ConversationStatus, string> = {
  new: 'New',
  open: 'Open',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
};
const VIEW_NAMES = { mine: 'Mine', all: 'All', unassigned: 'Unassigned' } as const;

/** The chips over the list: each opens a menu or is a switch. */
@Component({
  selector: 'll-filters',
  imports: [CdkMenu, CdkMenuItemRadio, CdkMenuTrigger, Icon],
  templateUrl: './filters.html',
  styleUrl: './filters.scss',
})
export class Filters {
  private readonly directory = inject(Directory);
  private readonly session = inject(Session);

  readonly filter = input.required<ListFilter>();
  readonly filterChange = output<Partial<ListFilter>>();

  protected readonly stages = this.directory.stages;
  protected readonly statuses = STATUSES;
  protected readonly statusNames = STATUS_NAMES;
  protected readonly viewNames = VIEW_NAMES;
  protected readonly views = ['mine', 'all', 'unassigned'] as const;
  protected readonly colleagues = computed(() =>
    this.directory.users().filter((user) => user.id !== this.session.userId()),
  );
  protected readonly isNarrowed = computed(() => isNarrowed(this.filter()));
  protected readonly whose = computed(() => {
    const { assignee, view } = this.filter();
    return assignee === null ? VIEW_NAMES[view] : this.directory.fullName(assignee);
  });
  protected readonly statusName = computed(() =>
    this.filter().status ? STATUS_NAMES[this.filter().status!] : 'Status',
  );
  protected readonly stageName = computed(() =>
    this.filter().stage ? this.directory.stage(this.filter().stage!).name : 'Stage',
  );

  protected set(change: Partial<ListFilter>): void {
    this.filterChange.emit(change);
  }

  protected clear(): void {
    this.filterChange.emit({ view: 'all', assignee: null, status: null, stage: null, unread: false });
  }
}
