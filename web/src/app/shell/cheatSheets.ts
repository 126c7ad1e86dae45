import { inject, Service } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';

/** Opens the list of keys. */
@Service()
export class CheatSheets {
  private readonly dialog = inject(MatDialog);

  async open(): Promise<void> {
    const { CheatSheet } = await import('./cheatSheet.ts');
    this.dialog.open(CheatSheet, { width: '440px', autoFocus: 'dialog' });
  }
}
