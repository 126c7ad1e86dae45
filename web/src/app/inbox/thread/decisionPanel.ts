import { Component, computed, inject } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogClose, MatDialogTitle } from '@angular/material/dialog';
import type { DecisionOutcome } from '@leadline/contract/decision.ts';
import type { GateName } from '@leadline/contract/names.ts';
import { DecisionView } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Directory } from '../../core/directory.ts';
import { Icon } from '../../core/icon.ts';
import type { IconName } from '../../core/icons.ts';
import { Session } from '../../core/session.ts';
import { exactTime } from '../../core/times.ts';
import type { DecisionPanelData } from './decisions.ts';
import { workflowUrl } from './workflowUrl.ts';

const OUTCOMES: Record<DecisionOutcome, { name: string; tone: string; icon: IconName }> = {
  sent: { name: 'Answered by Auto Pilot', tone: 'teal', icon: 'check' },
  deferred: { name: 'Waits for a better time', tone: 'amber', icon: 'clock' },
  held: { name: 'Left for a person', tone: 'amber', icon: 'clock' },
  suppressed: { name: 'Nothing was sent', tone: 'gray', icon: 'refused' },
  handedOff: { name: 'Handed to a person', tone: 'violet', icon: 'person' },
  answeredByPerson: { name: 'Answered by a person', tone: 'blue', icon: 'person' },
};
const GATES: Record<GateName, string> = {
  optOut: 'Not opted out',
  consent: 'Consent to write',
  channelWindow: 'Channel’s window is open',
  quietHours: 'Outside of quiet hours',
  channelAccount: 'Our number may send',
};

/** Why something was or was not sent: the outcome, the process, the model’s reason and every gate with what it looked at. */
@Component({
  selector: 'll-decision-panel',
  imports: [Icon, MatDialogClose, MatDialogTitle],
  templateUrl: './decisionPanel.html',
  styleUrl: './decisionPanel.scss',
})
export class DecisionPanel {
  private readonly data = inject<DecisionPanelData>(MAT_DIALOG_DATA);
  private readonly session = inject(Session);
  private readonly directory = inject(Directory);

  protected readonly decision = readDecision(this.data);
  protected readonly outcome = this.decision && OUTCOMES[this.decision.outcome];
  protected readonly at = exactTime(Date.parse(this.data.event.at));
  protected readonly process = this.data.processNames.get(this.decision?.processVersionId ?? '') ?? null;
  protected readonly answered = this.data.messages.filter((one) => this.decision?.inbounds.includes(one.position));
  protected readonly gates = (this.decision?.gates ?? []).map(({ gate, pass, inputs }) => ({
    name: GATES[gate],
    pass,
    inputs: Object.entries(inputs).map(([key, value]) => ({ name: inWords(key), value: valueText(key, value) })),
  }));
  protected readonly model = this.decision?.model ?? null;
  protected readonly confidence =
    this.model?.confidence == null ? null : `${Math.round(this.model.confidence * 100)} %`;
  protected readonly took = this.model && `${(this.model.tookMs / 1000).toFixed(1)} s`;
  protected readonly suggestedStage =
    this.model?.suggestedStage == null ? null : this.directory.stage(this.model.suggestedStage).name;
  /** The workflow in the Temporal UI, for those who debug. */
  protected readonly workflowUrl = computed(() =>
    workflowUrl(this.session.me()?.temporalUiUrl ?? null, this.data.workflowId),
  );
}

/** "lastInboundAt" as "last inbound". */
export function inWords(key: string): string {
  return key.replace(/(At|Ms)$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A gate's input as people write it; names that end in At are instants, in Ms spans. */
export function valueText(key: string, value: string | number | boolean | null): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && key.endsWith('At')) return exactTime(value);
  if (typeof value === 'number' && key.endsWith('Ms'))
    return value >= 3_600_000 ? `${value / 3_600_000} h` : `${value / 1000} s`;
  return String(value);
}

function readDecision({ event }: DecisionPanelData): DecisionView | null {
  const parsed = z.safeParse(DecisionView, { ...event.data, position: event.position, at: event.at });
  return parsed.success ? parsed.data : null;
}
