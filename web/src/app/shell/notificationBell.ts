import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, computed, inject } from '@angular/core';
import { Clock } from '../core/clock.ts';
import { phoneText } from '../core/contactNames.ts';
import { Icon } from '../core/icon.ts';
import { Notifications } from '../core/notifications.ts';
import { ago } from '../core/times.ts';

/** The bell: what the reader was told, and how much of it is new. */
@Component({
  selector: 'll-notification-bell',
  imports: [CdkMenu, CdkMenuItem, CdkMenuTrigger, Icon],
  template: `
    <button
      type="button"
      class="trigger"
      title="Notifications"
      [cdkMenuTriggerFor]="menu"
      (cdkMenuClosed)="notifications.markSeen()"
      [attr.aria-label]="label()"
      data-testid="notifications"
    >
      <ll-icon name="bell" />
      @if (notifications.unseen(); as unseen) {
        <span class="badge" aria-hidden="true">{{ unseen > 9 ? '9+' : unseen }}</span>
      }
    </button>
    <ng-template #menu>
      <div class="menu wide" cdkMenu>
        <div class="menu-heading">Notifications</div>
        @for (one of notifications.all(); track one.id) {
          <button
            type="button"
            class="menu-item"
            cdkMenuItem
            (cdkMenuItemTriggered)="notifications.open(one)"
            data-testid="notification"
          >
            <ll-icon [name]="one.kind === 'reminder' ? 'snooze' : 'alert'" [size]="16" />
            <span class="what">
              <b>{{ nameOf(one.contactName) }}</b>
              <span>{{ one.text }}</span>
            </span>
            <small>{{ since(one.at) }}</small>
            @if (!one.seen) {
              <i class="dot" aria-label="new"></i>
            }
          </button>
        } @empty {
          <p class="empty">Reminders that are due, late answers and what rules have to say appear here.</p>
        }
      </div>
    </ng-template>
  `,
  styles: `
    .trigger {
      position: relative;
      width: 40px;
      height: 40px;
      display: grid;
      place-items: center;
      border-radius: 8px;
      color: var(--mute);
    }

    .trigger:hover {
      background: var(--hover);
      color: var(--ink);
    }

    .wide {
      width: min(360px, 92vw);
      max-width: none;
    }

    .menu-item {
      align-items: flex-start;
      padding: 8px 10px;
    }

    .what {
      display: grid;
      flex: 1;
      overflow-wrap: anywhere;
    }

    b {
      font-weight: 600;
    }

    .dot {
      width: 8px;
      height: 8px;
      margin-top: 6px;
      border-radius: 50%;
      background: var(--accent);
    }

    .empty {
      padding: 4px 10px 10px;
      color: var(--mute);
      font-size: 13px;
    }
  `,
})
export class NotificationBell {
  private readonly clock = inject(Clock);
  protected readonly notifications = inject(Notifications);

  protected readonly label = computed(() => {
    const unseen = this.notifications.unseen();
    return unseen === 0 ? 'Notifications' : `Notifications, ${unseen} new`;
  });

  protected nameOf(contact: string): string {
    return phoneText(contact);
  }

  protected since(at: string): string {
    return ago(Date.parse(at), this.clock.minute());
  }
}
