import { Component, computed, input, output } from '@angular/core';
import { Icon } from '../../core/icon.ts';
import { clockTime } from '../../core/times.ts';
import type { PendingMessage } from './outbox.ts';

/** A message of the reader that the server has not confirmed yet. */
@Component({
  selector: 'll-pending',
  imports: [Icon],
  template: `
    <p class="bubble" [textContent]="pending().text"></p>
    <div class="by">
      @if (pending().state === 'failed') {
        <span class="mark red"
          ><ll-icon name="alert" [size]="14" /><span>Not sent: {{ pending().problem }}</span></span
        >
        <button type="button" class="link" (click)="retry.emit()">Retry</button>
        <button type="button" class="link" (click)="edit.emit()">Edit</button>
      } @else {
        <span>You</span><span aria-hidden="true">·</span><span>{{ time() }}</span>
        <span class="mark" [title]="words()"
          ><ll-icon name="clock" [size]="14" />
          <span [class.visually-hidden]="pending().state === 'sending'">{{ words() }}</span>
        </span>
      }
    </div>
  `,
  styleUrl: './bubble.scss',
  host: {
    class: 'out',
    'data-testid': 'message',
    'data-author': 'user',
    '[attr.data-status]': '"pending"',
    '[class.failed]': 'pending().state === "failed"',
  },
})
export class Pending {
  readonly pending = input.required<PendingMessage>();
  readonly retry = output();
  readonly edit = output();

  protected readonly time = computed(() => clockTime(this.pending().at));
  protected readonly words = computed(() =>
    this.pending().state === 'sending' ? 'Sending' : 'Goes out when Leadline can be reached',
  );
}
