import { Component, computed, input, output, signal } from '@angular/core';
import type { EventView } from '@leadline/contract/rest.ts';
import { Icon } from '../../core/icon.ts';
import { clockTime, exactTime } from '../../core/times.ts';
import type { Line } from './timeline.ts';

/** More lines than these in a row fold. */
const SHOWN = 3;

/** What happened between two messages, one quiet line each; a long row of them folds into its last. */
@Component({
  selector: 'll-lines',
  imports: [Icon],
  template: `
    @if (folded() > 0) {
      <button type="button" class="fold" [attr.aria-expanded]="isOpen()" (click)="isOpen.set(!isOpen())">
        <ll-icon [name]="isOpen() ? 'expand' : 'more'" [size]="12" />{{ isOpen() ? 'Fold' : folded() + ' more events' }}
      </button>
    }
    @for (line of shown(); track line.key) {
      <p [attr.data-testid]="line.decision ? 'decision-line' : 'event-line'" [title]="exact(line.at)">
        <span class="text">{{ line.text }}</span> <time>{{ time(line.at) }}</time>
        @if (line.decision; as decision) {
          <button type="button" class="link" (click)="why.emit(decision)">why?</button>
        }
      </p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 2px;
      padding: 4px 0 6px;
      font-size: 12px;
      line-height: 17px;
      color: var(--mute);
    }

    p {
      max-width: min(560px, 90%);
      text-align: center;
      text-wrap: balance;
      overflow-wrap: anywhere;
    }

    time {
      margin-left: 3px;
      color: var(--faint);
      font-size: 11.5px;
      white-space: nowrap;
    }

    .link {
      margin-left: 3px;
      font-size: 12px;
    }

    .fold {
      display: inline-flex;
      align-items: center;
      gap: 3px;
      padding: 0 6px;
      border-radius: 6px;
      color: var(--faint);
      font-size: 11.5px;
    }

    .fold:hover {
      color: var(--ink);
    }
  `,
})
export class Lines {
  readonly lines = input.required<Line[]>();
  readonly why = output<EventView>();

  protected readonly isOpen = signal(false);
  protected readonly folded = computed(() => (this.lines().length > SHOWN ? this.lines().length - SHOWN + 1 : 0));
  protected readonly shown = computed(() => (this.isOpen() ? this.lines() : this.lines().slice(this.folded())));
  protected readonly time = clockTime;
  protected readonly exact = exactTime;
}
