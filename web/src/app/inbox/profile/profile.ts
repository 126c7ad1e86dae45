import { CdkMenu, CdkMenuItemCheckbox, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { afterNextRender, Component, computed, inject, Injector, output, viewChild } from '@angular/core';
import { MatSlideToggle } from '@angular/material/slide-toggle';
import { PRIORITIES } from '@leadline/contract/names.ts';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import { Avatar } from '../../core/avatar.ts';
import { Clock } from '../../core/clock.ts';
import { contactTitle, phoneText } from '../../core/contactNames.ts';
import { Directory } from '../../core/directory.ts';
import { Icon } from '../../core/icon.ts';
import { Session } from '../../core/session.ts';
import { ago, countdown, dateText } from '../../core/times.ts';
import { Actions } from '../actions.ts';
import { Reminders } from '../reminders.ts';
import { ThreadStore } from '../thread/threadStore.ts';
import { workflowUrl } from '../thread/workflowUrl.ts';
import { ProfileSection } from './profileSection.ts';
import { autopilotText, followUpsText, peopleOf, sectionsOf } from './profileText.ts';

const MINUTE_MS = 60_000;
/** What salespeople are most often reminded of: a click puts it into the field, where the time can be changed. */
const QUICK_REMINDERS = ['Follow up for paystubs', 'Call co-applicant', 'Call back'];
const QUICK_TIME = 'tomorrow 9am';

/** The right pane: who this is, who works on it, what Auto Pilot does, and what is known. */
@Component({
  selector: 'll-profile',
  imports: [
    Avatar,
    CdkMenu,
    CdkMenuItemCheckbox,
    CdkMenuItemRadio,
    CdkMenuTrigger,
    Icon,
    MatSlideToggle,
    ProfileSection,
  ],
  templateUrl: './profile.html',
  styleUrl: './profile.scss',
})
export class Profile {
  private readonly clock = inject(Clock);
  private readonly injector = inject(Injector);
  private readonly session = inject(Session);
  private readonly reminderList = inject(Reminders);
  private readonly store = inject(ThreadStore);
  protected readonly directory = inject(Directory);
  protected readonly actions = inject(Actions);

  readonly back = output();

  private readonly stageTrigger = viewChild('stageTrigger', { read: CdkMenuTrigger });
  private readonly assignTrigger = viewChild('assignTrigger', { read: CdkMenuTrigger });
  protected readonly row = this.store.row;
  protected readonly contact = computed(() => this.store.thread()?.view.contact ?? null);
  protected readonly title = computed(() => (this.row() ? contactTitle(this.row()!.contact) : ''));
  protected readonly stage = computed(() => this.directory.stage(this.row()?.stage ?? ''));
  protected readonly people = computed(() => peopleOf(this.row()));
  protected readonly peopleText = computed(
    () =>
      this.people()
        .map((id) => this.directory.fullName(id))
        .join(', ') || 'Nobody is assigned',
  );
  protected readonly process = computed(
    () => this.directory.processes().find((one) => one.id === this.row()?.processId) ?? null,
  );
  protected readonly autopilotText = computed(() => (this.row() ? autopilotText(this.row()!, this.clock.now) : ''));
  protected readonly followUpsText = computed(() => (this.row() ? followUpsText(this.row()!) : ''));
  protected readonly sections = computed(() => sectionsOf(this.contact()?.fields ?? []));
  protected readonly reminders = computed(() =>
    this.reminderList.all().filter((one) => one.conversationId === this.row()?.id),
  );
  protected readonly details = computed(() => {
    const [row, contact] = [this.row(), this.contact()];
    if (!row || !contact) return [];
    return [
      { label: 'Phone', value: phoneText(contact.phone ?? row.contact.address) },
      { label: 'Our number', value: `${row.channelAccount.name}, ${phoneText(row.channelAccount.address)}` },
      { label: 'Source', value: contact.source ?? '' },
      { label: 'Time zone', value: contact.timeZone ?? '' },
      { label: 'Status', value: row.status },
      { label: 'Contact since', value: dateText(Date.parse(contact.createdAt)) },
    ].filter((detail) => detail.value !== '');
  });
  protected readonly workflowUrl = computed(() =>
    workflowUrl(this.session.me()?.temporalUiUrl ?? null, this.store.thread()?.view.workflowId ?? null),
  );

  protected readonly priorities = PRIORITIES;
  protected readonly quickReminders = QUICK_REMINDERS;

  openStageMenu(): void {
    this.openMenu(this.stageTrigger());
  }

  openAssignMenu(): void {
    this.openMenu(this.assignTrigger());
  }

  /** Opened by a key, a menu has to be given the keyboard. */
  private openMenu(trigger: CdkMenuTrigger | undefined): void {
    trigger?.open();
    afterNextRender(() => trigger?.getMenu()?.focusFirstItem('keyboard'), { injector: this.injector });
  }

  protected setOwner(row: ConversationRow, userId: string): void {
    if (userId !== row.ownerId) void this.actions.assign(row, [userId, ...this.people().filter((id) => id !== userId)]);
  }

  protected toggleAssignee(row: ConversationRow, userId: string): void {
    const people = this.people();
    void this.actions.assign(row, people.includes(userId) ? people.filter((id) => id !== userId) : [...people, userId]);
  }

  /** The time is marked, so that typing replaces it. */
  protected begin(field: HTMLInputElement, what: string): void {
    field.value = `${QUICK_TIME} ${what.toLowerCase()}`;
    field.focus();
    field.setSelectionRange(0, QUICK_TIME.length);
  }

  protected async addReminder(row: ConversationRow, field: HTMLInputElement): Promise<void> {
    const text = field.value.trim();
    if (text !== '' && (await this.actions.addReminder(row, text))) field.value = '';
  }

  protected addTag(row: ConversationRow, field: HTMLInputElement): void {
    const tag = field.value.trim().toLowerCase();
    field.value = '';
    if (tag !== '' && !row.tags.includes(tag)) void this.actions.setTags(row, [...row.tags, tag].sort());
  }

  protected removeTag(row: ConversationRow, tag: string): void {
    void this.actions.setTags(
      row,
      row.tags.filter((one) => one !== tag),
    );
  }

  protected dueText(dueAt: string): string {
    const [at, now] = [Date.parse(dueAt), this.clock.minute()];
    return this.isDue(dueAt) ? `due ${ago(at, now + MINUTE_MS - 1)}` : countdown(at, now);
  }

  protected isDue(dueAt: string): boolean {
    return Date.parse(dueAt) < this.clock.minute() + MINUTE_MS;
  }
}
