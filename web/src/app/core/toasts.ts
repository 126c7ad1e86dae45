import { inject, Service } from '@angular/core';
import { MatSnackBar, type MatSnackBarConfig } from '@angular/material/snack-bar';
import { messageOf } from './api.ts';
import { Screen } from './screen.ts';

const SHOWN_MS = 5000;

/** Short notes, read aloud politely. They stand where they cover neither the composer nor the last message. */
@Service()
export class Toasts {
  private readonly snackBar = inject(MatSnackBar);
  private readonly screen = inject(Screen);

  say(text: string): void {
    this.snackBar.open(text, undefined, this.config(SHOWN_MS));
  }

  /** With something that one can do about it. */
  offer(text: string, action: string, run: () => void): void {
    this.snackBar
      .open(text, action, this.config(SHOWN_MS + 2000))
      .onAction()
      .subscribe(run);
  }

  /** Why something did not work. */
  fail(error: unknown): void {
    this.snackBar.open(messageOf(error), 'OK', this.config(SHOWN_MS + 3000));
  }

  private config(duration: number): MatSnackBarConfig {
    return this.screen.isNarrow()
      ? { duration, verticalPosition: 'top' }
      : { duration, verticalPosition: 'bottom', horizontalPosition: 'left' };
  }
}
