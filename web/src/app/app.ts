import { Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { Icon } from './core/icon.ts';
import { Session } from './core/session.ts';

/** The root: the place for the current screen, and what keeps the first one from coming up. */
@Component({
  selector: 'll-app',
  imports: [Icon, RouterOutlet],
  template: `
    @if (session.waitingFor(); as reason) {
      <main class="blank" role="status">
        <ll-icon name="offline" [size]="24" />
        <p>{{ reason }}<br />Leadline opens by itself as soon as it can.</p>
      </main>
    }
    <router-outlet />
  `,
  styles: `
    .blank {
      min-height: 100dvh;
    }
  `,
})
export class App {
  protected readonly session = inject(Session);
}
