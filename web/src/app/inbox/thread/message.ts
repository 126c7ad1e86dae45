import { Component, computed, inject, input, output } from '@angular/core';
import { Directory } from '../../core/directory.ts';
import { Icon } from '../../core/icon.ts';
import { clockTime, exactTime } from '../../core/times.ts';
import { deliveryMark } from './delivery.ts';
import { linkify } from './linkify.ts';
import type { ThreadItem } from './timeline.ts';

const AUTHORS = { followUp: 'Follow-up', schedule: 'Scheduled', automation: 'Automation' } as const;

/** One message: its bubble and, at the end of a group, who, when and what became of it. */
@Component({
  selector: 'll-message',
  imports: [Icon],
  templateUrl: './message.html',
  styleUrl: './bubble.scss',
  host: {
    'data-testid': 'message',
    '[attr.data-author]': 'message().author',
    '[attr.data-status]': 'message().status',
    '[class.out]': 'isOutbound()',
  },
})
export class Message {
  private readonly directory = inject(Directory);

  readonly item = input.required<Extract<ThreadItem, { kind: 'message' }>>();
  /** Name of the process version that wrote it. */
  readonly processName = input('');
  readonly why = output();
  readonly retry = output();

  protected readonly message = computed(() => this.item().message);
  protected readonly isOutbound = computed(() => this.message().direction === 'outbound');
  protected readonly parts = computed(() => linkify(this.message().text));
  protected readonly mark = computed(() => deliveryMark(this.message(), this.item().isLost));
  protected readonly exact = computed(() => exactTime(Date.parse(this.message().at)));
  protected readonly time = computed(() => {
    const { at, late } = this.message();
    return late ? `written ${clockTime(Date.parse(at))}, arrived late` : clockTime(Date.parse(at));
  });
  protected readonly author = computed(() => {
    const { author, userId } = this.message();
    if (author === 'user') return this.directory.userName(userId);
    if (author === 'autopilot') return this.processName() === '' ? 'Auto Pilot' : `Auto Pilot · ${this.processName()}`;
    return author === 'customer' ? '' : AUTHORS[author];
  });
}
