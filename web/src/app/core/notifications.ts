import { computed, inject, Service, signal } from '@angular/core';
import { Router } from '@angular/router';
import { NotificationView, type EventView } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Api, pageOf } from './api.ts';
import { phoneText } from './contactNames.ts';
import { Realtime } from './realtime.ts';
import { Session } from './session.ts';
import { Toasts } from './toasts.ts';

/** What the reader is told: kept on the server, shown at the bell, and said aloud when it comes. */
@Service()
export class Notifications {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly toasts = inject(Toasts);
  private readonly router = inject(Router);
  private readonly loaded = signal<readonly NotificationView[]>([]);

  /** The latest first. */
  readonly all = this.loaded.asReadonly();
  readonly unseen = computed(() => this.loaded().filter((one) => !one.seen).length);

  constructor() {
    inject(Realtime).listen({
      change: ({ events }) => {
        if (events.some((event) => this.isForReader(event))) void this.load(true);
      },
      reload: () => void this.load(false),
    });
    void this.load(false);
  }

  /** All that is here now has been seen. */
  async markSeen(): Promise<void> {
    const [latest] = this.loaded();
    if (!latest || this.unseen() === 0) return;
    this.loaded.update((all) => all.map((one) => ({ ...one, seen: true })));
    try {
      await this.api.send('PUT', '/notifications/seen', { until: latest.at }, z.unknown());
    } catch (error) {
      this.toasts.fail(error);
      await this.load(false);
    }
  }

  open({ conversationId }: NotificationView): void {
    void this.router.navigate(['/conversations', conversationId], { queryParamsHandling: 'preserve' });
  }

  private isForReader({ type, data }: EventView): boolean {
    if (type !== 'userNotified' && type !== 'reminderDue') return false;
    const me = this.session.me()?.user;
    return data['forUserId'] === me?.id || (data['forUserId'] === null && me?.role !== 'sales');
  }

  private async load(saysNews: boolean): Promise<void> {
    const answer = await this.api.get('/notifications', pageOf(NotificationView)).catch(() => null);
    if (!answer) return;
    const known = new Set(this.loaded().map((one) => one.id));
    const news = answer.items.find((one) => !one.seen && !known.has(one.id));
    this.loaded.set(answer.items);
    if (saysNews && news)
      this.toasts.offer(`${phoneText(news.contactName)}: ${news.text}`, 'Open', () => this.open(news));
  }
}
