import { Component, inject } from '@angular/core';
import { MatDialogClose, MatDialogTitle } from '@angular/material/dialog';
import { MatSlideToggle } from '@angular/material/slide-toggle';
import { Icon } from '../core/icon.ts';
import { Shortcuts } from '../core/shortcuts.ts';

const NAMES: Record<string, string> = { Escape: 'Esc', Enter: '⏎' };

/** All single keys, and the switch that turns them off. */
@Component({
  selector: 'll-cheat-sheet',
  imports: [Icon, MatDialogClose, MatDialogTitle, MatSlideToggle],
  template: `
    <header>
      <h2 mat-dialog-title>Keyboard shortcuts</h2>
      <button type="button" class="icon-button" mat-dialog-close aria-label="Close"><ll-icon name="close" /></button>
    </header>
    <dl>
      @for (shortcut of shortcuts.all(); track shortcut) {
        <dt>
          @for (key of shortcut.keys; track key) {
            <kbd>{{ nameOf(key) }}</kbd>
          }
        </dt>
        <dd>{{ shortcut.does }}</dd>
      }
      <dt><kbd>Enter</kbd></dt>
      <dd>Send, in the composer</dd>
      <dt><kbd>Shift</kbd> <kbd>Enter</kbd></dt>
      <dd>New line, in the composer</dd>
    </dl>
    <footer>
      <mat-slide-toggle hideIcon [checked]="!shortcuts.isOff()" (change)="shortcuts.turn(!$event.checked)"
        >Single keys are on</mat-slide-toggle
      >
    </footer>
  `,
  styles: `
    :host {
      display: block;
      padding: 16px 20px 20px;
    }

    header {
      display: flex;
      align-items: center;
      justify-content: space-between;
    }

    h2 {
      padding: 0;
      margin: 0;
      font-size: 16px;
      font-weight: 600;
    }

    h2::before {
      display: none;
    }

    dl {
      display: grid;
      grid-template-columns: 128px 1fr;
      gap: 8px 12px;
      margin: 12px 0 16px;
      font-size: 13px;
      color: var(--ink);
    }

    footer {
      border-top: 1px solid var(--line);
      padding-top: 12px;
      font-size: 13px;
    }
  `,
})
export class CheatSheet {
  protected readonly shortcuts = inject(Shortcuts);

  protected nameOf(key: string): string {
    return NAMES[key] ?? (/^[A-Z]$/.test(key) ? `Shift ${key}` : key);
  }
}
