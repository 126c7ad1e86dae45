import { inject, Service, signal } from '@angular/core';
import { ReminderView } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Api } from '../core/api.ts';
import { Realtime } from '../core/realtime.ts';

const ReminderList = z.object({ items: z.array(ReminderView) });

/** The reader's open reminders. */
@Service()
export class Reminders {
  private readonly api = inject(Api);
  private readonly loaded = signal<readonly ReminderView[]>([]);

  readonly all = this.loaded.asReadonly();

  constructor() {
    inject(Realtime).listen({
      change: ({ events }) => {
        if (
          events.some(
            (event) =>
              event.type === 'reminderAdded' || event.type === 'reminderCompleted' || event.type === 'reminderDue',
          )
        )
          void this.load();
      },
      reload: () => void this.load(),
    });
    void this.load();
  }

  private async load(): Promise<void> {
    const answer = await this.api.get('/reminders', ReminderList).catch(() => null);
    if (answer) this.loaded.set(answer.items);
  }
}
