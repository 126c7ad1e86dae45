import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import type { AgendaItemView, ConversationRow } from '@leadline/contract/rest.ts';
import { Clock } from '../../core/clock.ts';
import { firstName } from '../../core/contactNames.ts';
import { Icon } from '../../core/icon.ts';
import { countdown, exactTime, hasCome, isLate } from '../../core/times.ts';
import { quickTimes } from '../../core/quickTimes.ts';
import { Actions } from '../actions.ts';
import { Reminders } from '../reminders.ts';
import { whoseClock } from './contactClock.ts';
import { ScheduleEditor } from './scheduleEditor.ts';

/** What will happen by itself in this conversation, when, and what one can do about it. */
@Component({
  selector: 'll-next-box',
  imports: [CdkMenu, CdkMenuItem, CdkMenuTrigger, Icon, ScheduleEditor],
  templateUrl: './nextBox.html',
  styleUrl: './nextBox.scss',
})
export class NextBox {
  private readonly clock = inject(Clock);
  private readonly actions = inject(Actions);
  private readonly reminders = inject(Reminders);

  readonly row = input.required<ConversationRow>();

  /** A target that will be missed is not something that one waits for: the list's clock shows it. */
  protected readonly items = computed(() => this.row().agenda.filter((item) => item.kind !== 'slaBreach'));
  /** Why nothing is planned, while a customer waits. */
  protected readonly nothing = computed(() => {
    const { optedOut, waitingSince, autopilot, processId, contact } = this.row();
    // The composer says why nothing may be sent.
    if (optedOut || waitingSince === null) return null;
    const waits = `${firstName(contact)} waits for an answer.`;
    if (!autopilot) return `Nothing is planned: Auto Pilot is off. ${waits}`;
    return processId === null
      ? `Nothing is planned: Auto Pilot needs a process. ${waits}`
      : `Nothing is planned. ${waits}`;
  });

  /** A reminder in its own words, where it is the reader's; the words do not stand with the row. */
  protected titleOf(item: AgendaItemView): string {
    if (item.kind !== 'reminder') return item.title;
    const reminder = this.reminders.all().find((one) => item.id === `reminder-${one.id}`);
    return reminder ? `Reminder: ${reminder.text}` : item.title;
  }

  protected when(item: AgendaItemView): string {
    const at = Date.parse(item.at);
    if (isLate(at, this.clock.now())) return 'late';
    if (item.phase === 'drafting' || hasCome(at, this.clock.now()))
      return item.kind === 'autopilotReply' ? 'writing…' : 'now';
    const left = countdown(at, this.clock.now(), this.row().zone);
    return /^\d/.test(left) ? `in ${left}` : left;
  }

  protected nowLabel(item: AgendaItemView): string {
    return item.kind === 'unsnooze' ? 'Open now' : 'Send now';
  }

  /** Taking a step out of a sequence brings the next one forward, which is not a cancellation. */
  protected endLabel(item: AgendaItemView): string {
    return item.operations.includes('skip') ? 'Skip' : item.operations.includes('complete') ? 'Done' : 'Cancel';
  }

  protected canEnd({ operations }: AgendaItemView): boolean {
    return operations.includes('cancel') || operations.includes('skip') || operations.includes('complete');
  }

  /** Times to move a follow-up to. */
  protected readonly moves = computed(() => quickTimes(this.clock.minute(), this.row().zone));
  /** Whose clock the times are on, where it is not the reader's. */
  protected readonly whose = computed(() => whoseClock(this.row(), this.clock.minute()));
  private readonly id = computed(() => this.row().id);
  /** The scheduled message that is being edited; none in the next conversation. */
  protected readonly editing = linkedSignal<string, string | null>({ source: this.id, computation: () => null });

  protected move(item: AgendaItemView, at: number): void {
    void this.actions.moveItem(this.row(), item, at);
  }

  protected exact(item: AgendaItemView): string {
    return `${exactTime(Date.parse(item.at), this.row().zone)}. ${item.why}`;
  }

  protected isSoon(item: AgendaItemView): boolean {
    return Date.parse(item.at) - this.clock.minute() < 3_600_000;
  }

  protected actNow(item: AgendaItemView): void {
    void this.actions.actNow(this.row(), item);
  }

  protected cancel(item: AgendaItemView): void {
    void this.actions.cancelItem(this.row(), item);
  }
}
