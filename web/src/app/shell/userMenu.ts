import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, computed, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Avatar } from '../core/avatar.ts';
import { Icon } from '../core/icon.ts';
import { Session } from '../core/session.ts';
import { Toasts } from '../core/toasts.ts';
import { CheatSheets } from './cheatSheets.ts';

/** The reader's own menu, on the rail or, on a phone, over the list. */
@Component({
  selector: 'll-user-menu',
  imports: [Avatar, CdkMenu, CdkMenuItem, CdkMenuTrigger, Icon],
  template: `
    <button
      type="button"
      class="trigger"
      [cdkMenuTriggerFor]="menu"
      [attr.aria-label]="'Your menu: ' + name()"
      data-testid="user-menu"
    >
      <ll-avatar [name]="name()" [of]="session.userId()" [size]="30" />
    </button>
    <ng-template #menu>
      <div class="menu" cdkMenu>
        <div class="who">
          <b>{{ name() }}</b>
          <small>{{ session.me()?.user?.email }} · {{ session.me()?.dealership?.name }}</small>
        </div>
        <div class="menu-line" role="separator"></div>
        @if (hasPhones()) {
          <button type="button" class="menu-item" cdkMenuItem (cdkMenuItemTriggered)="openPhones()">
            <ll-icon name="phone" [size]="16" />Simulated phones
          </button>
        }
        <button type="button" class="menu-item" cdkMenuItem (cdkMenuItemTriggered)="sheets.open()">
          <ll-icon name="keyboard" [size]="16" />Keyboard shortcuts
        </button>
        <button type="button" class="menu-item" cdkMenuItem (cdkMenuItemTriggered)="signOut()">
          <ll-icon name="signOut" [size]="16" />Sign out
        </button>
      </div>
    </ng-template>
  `,
  styles: `
    .trigger {
      width: 40px;
      height: 40px;
      display: grid;
      place-items: center;
      border-radius: 50%;
    }

    .who {
      display: grid;
      padding: 8px 10px 6px;
      font-size: 13px;
    }

    .who small {
      color: var(--faint);
      font-size: 12px;
      overflow-wrap: anywhere;
    }

    b {
      font-weight: 600;
    }
  `,
})
export class UserMenu {
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  protected readonly session = inject(Session);
  protected readonly sheets = inject(CheatSheets);

  protected readonly name = computed(() => this.session.me()?.user.name ?? '');
  protected readonly hasPhones = computed(() => this.session.simulated().includes('twilio'));

  protected openPhones(): void {
    void this.router.navigateByUrl('/simulator');
  }

  protected signOut(): void {
    this.session.signOut().catch((error: unknown) => this.toasts.fail(error));
  }
}
