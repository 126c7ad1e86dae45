import { Component, computed, inject } from '@angular/core';
import { RouterLink, RouterLinkActive } from '@angular/router';
import { Icon } from '../core/icon.ts';
import { Session } from '../core/session.ts';
import { ListStore } from '../inbox/list/listStore.ts';
import { NotificationBell } from './notificationBell.ts';
import { UserMenu } from './userMenu.ts';

/** The narrow bar at the left: where one can go. */
@Component({
  selector: 'll-rail',
  imports: [Icon, NotificationBell, RouterLink, RouterLinkActive, UserMenu],
  template: `
    <nav aria-label="Leadline">
      <a class="logo" routerLink="/conversations" aria-label="Leadline, to the inbox">
        <svg viewBox="0 0 32 32" aria-hidden="true"><path d="M12 8v14h9" /></svg>
      </a>
      <a class="place" routerLink="/conversations" routerLinkActive="on" ariaCurrentWhenActive="page" title="Inbox">
        <ll-icon name="sms" />
        <span class="visually-hidden">Inbox</span>
        @if (unread(); as unread) {
          <span class="badge">{{ unread > 99 ? '99+' : unread }}<span class="visually-hidden"> unread</span></span>
        }
      </a>
      @if (mayManage()) {
        <a class="place" routerLink="/settings" routerLinkActive="on" ariaCurrentWhenActive="page" title="Settings">
          <ll-icon name="settings" />
          <span class="visually-hidden">Settings</span>
        </a>
      }
      @if (hasPhones()) {
        <a
          class="place"
          routerLink="/simulator"
          routerLinkActive="on"
          ariaCurrentWhenActive="page"
          title="Simulated phones"
        >
          <ll-icon name="phone" />
          <span class="visually-hidden">Simulated phones</span>
        </a>
      }
    </nav>
    <div class="foot">
      <ll-notification-bell />
      <ll-user-menu />
    </div>
  `,
  styleUrl: './rail.scss',
})
export class Rail {
  private readonly session = inject(Session);
  private readonly list = inject(ListStore);

  protected readonly unread = computed(() => this.list.counts()?.unread ?? 0);
  protected readonly mayManage = computed(() => (this.session.me()?.user.role ?? 'sales') !== 'sales');
  protected readonly hasPhones = computed(() => this.session.simulated().includes('twilio'));
}
