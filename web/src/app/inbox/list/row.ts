import { Component, computed, inject, input } from '@angular/core';
import type { AgendaItemView, ConversationRow } from '@leadline/contract/rest.ts';
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
/** A target turns amber when that share of its time is left. */
const WARN_SHARE = 0.25;

/** What the row says of things to come. */
const COMING: Partial<Record<AgendaItemView['kind'], string>> = {
  followUp: 'follow-up',
  scheduledMessage: 'scheduled',
  reconcileDelivery: 'checks delivery',
};

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
  protected readonly next = computed<NextText | null>(() => {
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
    if (row.status === 'snoozed' && row.snoozedUntil !== null)
      return { text: `back ${countdown(Date.parse(row.snoozedUntil), this.clock.now())}`, tone: '', clock: true };
    const coming = row.agenda.find((item) => item.kind in COMING);
    if (coming) return this.coming(coming);
    return row.status === 'snoozed' || row.status === 'resolved' ? { text: row.status, tone: '', clock: false } : null;
  });

  private coming(item: ConversationRow['agenda'][number]): NextText {
    const tone = item.kind === 'reconcileDelivery' ? 'amber' : '';
    const when =
      item.kind === 'reconcileDelivery' ? '' : ` ${countdown(Date.parse(item.at), this.clock.now(), this.row().zone)}`;
    return { text: `${COMING[item.kind] ?? ''}${when}`, tone, clock: tone === '' };
  }

  /** How long the customer has waited; the colour is the dealership's target, where it has one. */
  private waiting(since: number): NextText {
    const now = this.clock.minute() + 59_999;
    const span = ago(since, now);
    return { text: span === 'now' ? 'waiting' : `waiting ${span}`, tone: this.slaTone(since, now), clock: false };
  }

  private slaTone(since: number, now: number): NextText['tone'] {
    const { sla } = this.row();
    if (!sla) return '';
    const due = Date.parse(sla.dueAt);
    if (sla.breached || now >= due) return 'red';
    return due - now < (due - since) * WARN_SHARE ? 'amber' : '';
  }
}

interface NextText {
  text: string;
  tone: '' | 'soon' | 'amber' | 'red';
  clock: boolean;
}
