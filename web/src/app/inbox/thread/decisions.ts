import { inject, Service } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { EventView, MessageView } from '@leadline/contract/rest.ts';

/** What the decision panel shows. */
export interface DecisionPanelData {
  event: EventView;
  /** Null while the conversation is not loaded whole. */
  workflowId: string | null;
  messages: readonly MessageView[];
  /** By version id: "Internet lead v7". */
  processNames: ReadonlyMap<string, string>;
}

/** Opens the panel that says why something was or was not sent. */
@Service()
export class Decisions {
  private readonly dialog = inject(MatDialog);

  async show(data: DecisionPanelData): Promise<void> {
    const { DecisionPanel } = await import('./decisionPanel.ts');
    this.dialog.open(DecisionPanel, { data, width: '480px', maxWidth: 'calc(100vw - 24px)', autoFocus: 'dialog' });
  }
}
