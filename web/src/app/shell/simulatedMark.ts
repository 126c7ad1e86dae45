import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from '../core/icon.ts';
import { Session } from '../core/session.ts';

const PARTS = { twilio: 'texts', messenger: 'Messenger', openai: 'AI answers' } as const;

/** Says on every screen which parts are stand-ins. */
@Component({
  selector: 'll-simulated-mark',
  imports: [Icon, RouterLink],
  template: `
    @if (parts(); as parts) {
      <aside data-testid="simulated" aria-label="Simulated parts">
        <ll-icon name="simulated" [size]="12" />
        <span
          ><b>Simulated channels</b><span class="parts">: {{ parts }} are stand-ins</span></span
        >
        @if (hasPhones()) {
          <a routerLink="/simulator">Phones</a>
        }
      </aside>
    }
  `,
  styles: `
    aside {
      flex: none;
      display: flex;
      align-items: center;
      justify-content: center;
      gap: 6px;
      height: 24px;
      padding: 0 12px;
      font-size: 11.5px;
      line-height: 16px;
      white-space: nowrap;
      overflow: hidden;
      color: var(--amber);
      background: var(--amber-soft);
    }

    span {
      overflow: hidden;
      text-overflow: ellipsis;
    }

    b {
      font-weight: 600;
    }

    @media (max-width: 700px) {
      .parts {
        display: none;
      }
    }

    a {
      color: inherit;
      font-weight: 500;
      text-decoration: underline;
      text-underline-offset: 2px;
    }
  `,
})
export class SimulatedMark {
  private readonly session = inject(Session);

  protected readonly parts = computed(() =>
    this.session
      .simulated()
      .map((part) => PARTS[part])
      .join(' and '),
  );
  protected readonly hasPhones = computed(() => this.session.simulated().includes('twilio'));
}
