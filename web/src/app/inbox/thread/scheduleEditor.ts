import { afterNextRender, Component, inject, input, output, signal } from '@angular/core';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import type { ScheduledView } from '@leadline/contract/restActions.ts';
import { Icon } from '../../core/icon.ts';
import { Toasts } from '../../core/toasts.ts';
import { Actions } from '../actions.ts';

/** Text and time of a scheduled message, in its place on the agenda. */
@Component({
  selector: 'll-schedule-editor',
  imports: [Icon],
  template: `
    @if (message(); as message) {
      <form (submit)="$event.preventDefault(); save(message, text.value, wall.value, reply.checked)">
        <textarea
          #text
          rows="2"
          maxlength="1600"
          aria-label="Text of the scheduled message"
          data-testid="edit-text"
          [value]="message.text"
          required
        ></textarea>
        <div class="line">
          <input
            #wall
            type="datetime-local"
            aria-label="When it goes out"
            data-testid="edit-time"
            [value]="message.wall"
            required
          />
          <label><input #reply type="checkbox" [checked]="message.cancelIfTheyReply" /> Cancel if they reply</label>
          <span class="space"></span>
          <button type="submit" class="button" data-testid="edit-save" [disabled]="isSaving()">Save</button>
          <button type="button" class="icon-button" aria-label="Leave it as it was" (click)="closed.emit()">
            <ll-icon name="close" [size]="15" />
          </button>
        </div>
      </form>
    } @else {
      <span class="bone" aria-busy="true" style="width: 60%"></span>
    }
  `,
  styles: `
    :host {
      flex: 1;
      min-width: 0;
    }

    form {
      display: grid;
      gap: 6px;
      padding: 4px 0;
    }

    textarea,
    input[type='datetime-local'] {
      padding: 6px 8px;
      border: 1px solid var(--line);
      border-radius: 8px;
      background: var(--pane);
      font-size: 13px;
      color-scheme: light dark;
    }

    textarea {
      width: 100%;
      resize: vertical;
    }

    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px;
    }

    label {
      display: inline-flex;
      align-items: center;
      gap: 5px;
      color: var(--mute);
    }

    .space {
      flex: 1;
    }
  `,
})
export class ScheduleEditor {
  private readonly actions = inject(Actions);
  private readonly toasts = inject(Toasts);

  readonly row = input.required<ConversationRow>();
  readonly itemId = input.required<string>();
  readonly closed = output();

  protected readonly message = signal<ScheduledView | null>(null);
  protected readonly isSaving = signal(false);

  constructor() {
    afterNextRender(() => void this.load());
  }

  /** The text does not stand with the row. */
  private async load(): Promise<void> {
    const itemId = this.itemId();
    try {
      const all = await this.actions.scheduled(this.row());
      const found = all.find((one) => itemId === `scheduled-${one.scheduledId}`);
      if (found) this.message.set(found);
      else this.closed.emit();
    } catch (error) {
      this.toasts.fail(error);
      this.closed.emit();
    }
  }

  /** What is written stays until the server has it. */
  protected async save(
    { scheduledId }: ScheduledView,
    text: string,
    wall: string,
    cancelIfTheyReply: boolean,
  ): Promise<void> {
    this.isSaving.set(true);
    const saved = await this.actions.changeScheduled(this.row(), scheduledId, { text, wall, cancelIfTheyReply });
    this.isSaving.set(false);
    if (saved) this.closed.emit();
  }
}
