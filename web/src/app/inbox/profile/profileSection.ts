import { Component, computed, input, signal } from '@angular/core';
import { Icon } from '../../core/icon.ts';

const CLOSED = 'leadline.sections.closed';
/** Names of the folded sections, for all conversations alike. */
const closed = signal<ReadonlySet<string>>(kept());

/** A part of the profile that folds; the browser remembers how. */
@Component({
  selector: 'll-profile-section',
  imports: [Icon],
  template: `
    <h3>
      <button type="button" [attr.aria-expanded]="isOpen()" (click)="toggle()">
        <span>{{ name() }}</span>
        @if (!isOpen()) {
          <small>{{ count() }}</small>
        }
        <ll-icon [name]="isOpen() ? 'expand' : 'more'" [size]="14" />
      </button>
    </h3>
    @if (isOpen()) {
      <ng-content />
    }
  `,
  styles: `
    :host {
      display: block;
      border-bottom: 1px solid var(--line);
    }

    h3 {
      font-size: 12.5px;
      font-weight: 600;
    }

    button {
      width: 100%;
      height: 38px;
      padding: 0 16px;
      display: flex;
      align-items: center;
      gap: 6px;
      font-weight: inherit;
    }

    button:hover {
      background: var(--hover);
    }

    button:focus-visible {
      outline-offset: -2px;
    }

    span {
      flex: 1;
      text-align: left;
    }

    small,
    ll-icon {
      color: var(--faint);
      font-weight: 400;
      font-size: 12px;
    }
  `,
})
export class ProfileSection {
  readonly name = input.required<string>();
  readonly count = input.required<number>();

  protected readonly isOpen = computed(() => !closed().has(this.name()));

  protected toggle(): void {
    const next = new Set(closed());
    if (!next.delete(this.name())) next.add(this.name());
    closed.set(next);
    localStorage.setItem(CLOSED, JSON.stringify([...next]));
  }
}

function kept(): Set<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(CLOSED) ?? '[]') as string[]);
  } catch {
    return new Set();
  }
}
