import { Component, computed, inject, input } from '@angular/core';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import { Avatar } from '../../core/avatar.ts';
import { Clock } from '../../core/clock.ts';
import { contactTitle, shortName } from '../../core/contactNames.ts';
import { Directory } from '../../core/directory.ts';
import { Icon } from '../../core/icon.ts';
import { ago, countdown, hasCome, isLate } from '../../core/times.ts';
import { unreadCount } from '../rows.ts';

const AUTHOR_PREFIX = {
  customer: '',
  user: '',
  autopilot: 'Auto Pilot: ',
  followUp: 'Follow-up: ',
  schedule: 'Scheduled: ',
  automation: 'Automation: ',
};
const WAITING_WARN_MS = 15 * 60_000;
const WAITING_LATE_MS = 60 * 60_000;

/** One conversation in the list. */
@Component({
  selector: 'll-row',
  imports: [Avatar, Icon],
  templateUrl: './row.html',
  styleUrl: './row.scss',
  host: { '[class.unread]': 'unread() > 0' },
})
export class Row {
  private readonly clock = inject(Clock);
  private readonly directory = inject(Directory);

  readonly row = input.required<ConversationRow>();

  protected readonly title = computed(() => contactTitle(this.row().contact));
  protected readonly unread = computed(() => unreadCount(this.row()));
  protected readonly unreadText = computed(() => (this.unread() > 99 ? '99+' : String(this.unread())));
  protected readonly stage = computed(() => this.directory.stage(this.row().stage));
  protected readonly since = computed(() => ago(Date.parse(this.row().lastActivityAt), this.clock.minute() + 59_999));
  protected readonly owner = computed(() => {
    const { ownerId } = this.row();
    return ownerId === null ? 'Unassigned' : shortName(this.directory.fullName(ownerId));
  });
  protected readonly preview = computed(() => {
    const { preview } = this.row();
    if (!preview) return 'No message yet';
    const prefix =
      preview.author === 'user'
        ? `${shortName(this.directory.userName(preview.userId))}: `
        : AUTHOR_PREFIX[preview.author];
    return prefix + preview.text.replace(/\s+/g, ' ');
  });

  /** What happens next, and else how long the customer has been waiting. */
  protected readonly next = computed<{ text: string; tone: '' | 'soon' | 'amber' | 'red'; clock: boolean } | null>(
    () => {
      const row = this.row();
      if (row.optedOut) return { text: 'opted out', tone: 'red', clock: false };
      const reply = row.agenda.find((item) => item.kind === 'autopilotReply');
      if (reply && isLate(Date.parse(reply.at), this.clock.minute()))
        return { text: 'Auto Pilot is late', tone: 'amber', clock: true };
      if (reply && (reply.phase === 'drafting' || hasCome(Date.parse(reply.at), this.clock.now())))
        return { text: 'Auto Pilot writing…', tone: 'soon', clock: true };
      if (reply)
        return { text: `Auto Pilot ${countdown(Date.parse(reply.at), this.clock.now())}`, tone: 'soon', clock: true };
      if (row.waitingSince !== null) return this.waiting(Date.parse(row.waitingSince));
      if (row.agenda.length > 0) return { text: 'checks delivery', tone: 'amber', clock: false };
      return row.status === 'snoozed' || row.status === 'resolved'
        ? { text: row.status, tone: '', clock: false }
        : null;
    },
  );

  private waiting(since: number): { text: string; tone: '' | 'amber' | 'red'; clock: boolean } {
    const now = this.clock.minute() + 59_999;
    const tone = now - since > WAITING_LATE_MS ? 'red' : now - since > WAITING_WARN_MS ? 'amber' : '';
    const span = ago(since, now);
    return { text: span === 'now' ? 'waiting' : `waiting ${span}`, tone, clock: false };
  }
}
