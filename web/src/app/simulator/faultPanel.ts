import { Component, computed, inject } from '@angular/core';
import { MatSlideToggle } from '@angular/material/slide-toggle';
import { Faults } from '@leadline/contract/simulator.ts';
import * as z from 'zod/mini';
import { Icon } from '../core/icon.ts';
import { Toasts } from '../core/toasts.ts';
import { SimulatorStore } from './simulatorStore.ts';

type Part = keyof Faults;
type FaultName<P extends Part> = keyof Faults[P] & string;

interface Field {
  name: string;
  label: string;
  /** `rate`: 0 to 100 %, kept as 0 to 1. `code`: a provider's error code, or none. */
  kind: 'ms' | 'rate' | 'count' | 'code' | 'switch' | 'answer';
}

const field = <P extends Part>(_part: P, name: FaultName<P>, kind: Field['kind'], label: string): Field => ({
  name,
  kind,
  label,
});

const FIELDS: Record<Part, Field[]> = {
  twilio: [
    field('twilio', 'delayMs', 'ms', 'Answers after'),
    field('twilio', 'statusDelayMs', 'ms', 'Between statuses'),
    field('twilio', 'rate429', 'rate', '429, nothing taken'),
    field('twilio', 'rate500Before', 'rate', '500 before it is taken'),
    field('twilio', 'rate500After', 'rate', '500 although taken'),
    field('twilio', 'rateDropAfter', 'rate', 'Drops the line although taken'),
    field('twilio', 'rateNoCallback', 'rate', 'Never calls back'),
    field('twilio', 'rateNoWebhook', 'rate', 'Loses incoming texts'),
    field('twilio', 'rateHangBefore', 'rate', 'Hangs, nothing taken'),
    field('twilio', 'rateHangAfter', 'rate', 'Hangs although taken'),
    field('twilio', 'webhookCopies', 'count', 'Copies of each webhook'),
    field('twilio', 'reorderCallbacks', 'switch', 'Callbacks out of order'),
    field('twilio', 'clockSkewMs', 'ms', 'Clock ahead by'),
    field('twilio', 'failWithCode', 'code', 'Undelivered with code'),
    field('twilio', 'refuseWithCode', 'code', 'Refuses with code'),
  ],
  openai: [
    field('openai', 'delayMs', 'ms', 'Answers after'),
    field('openai', 'rate429', 'rate', '429'),
    field('openai', 'rate500', 'rate', '500'),
    field('openai', 'rateDrop', 'rate', 'Drops the line'),
    field('openai', 'answer', 'answer', 'What it answers'),
  ],
};
const PARTS: { part: Part; name: string }[] = [
  { part: 'twilio', name: 'Texts (Twilio)' },
  { part: 'openai', name: 'AI (OpenAI)' },
];
const ANSWERS: Faults['openai']['answer'][] = [
  'reply',
  'handOff',
  'nothing',
  'refusal',
  'empty',
  'invalidJson',
  'tooLong',
];
const UNITS: Partial<Record<Field['kind'], string>> = { ms: 'ms', rate: '%', count: '×' };
const NO_FAULTS = z.parse(Faults, { twilio: {}, openai: {} });

/** Switches that make the simulated providers misbehave. */
@Component({
  selector: 'll-fault-panel',
  imports: [Icon, MatSlideToggle],
  templateUrl: './faultPanel.html',
  styleUrl: './faultPanel.scss',
})
export class FaultPanel {
  private readonly store = inject(SimulatorStore);
  private readonly toasts = inject(Toasts);

  protected readonly parts = PARTS;
  protected readonly fields = FIELDS;
  protected readonly answers = ANSWERS;
  protected readonly units = UNITS;
  protected readonly faults = computed(() => this.store.faults() ?? NO_FAULTS);
  protected readonly isChanged = computed(() => JSON.stringify(this.faults()) !== JSON.stringify(NO_FAULTS));

  /** As the input shows it. */
  protected shown(part: Part, { name, kind }: Field): string {
    const value = this.value(part, name);
    if (value === null) return '';
    return kind === 'rate' ? String(Math.round(Number(value) * 100)) : String(value as string | number | boolean);
  }

  protected isOn(part: Part, name: string): boolean {
    return this.value(part, name) === true;
  }

  protected isUsual(part: Part, { name }: Field): boolean {
    return this.value(part, name) === (NO_FAULTS[part] as Record<string, unknown>)[name];
  }

  protected setText(part: Part, { name, kind }: Field, text: string): void {
    if (kind === 'answer') return this.set(part, name, text);
    if (kind === 'code') return this.set(part, name, text.trim() === '' ? null : Number(text));
    const number = Math.max(Number(text) || 0, 0);
    this.set(
      part,
      name,
      kind === 'rate' ? Math.min(number, 100) / 100 : kind === 'count' ? Math.max(Math.round(number), 1) : number,
    );
  }

  protected set(part: Part, name: string, value: unknown): void {
    const faults = this.faults();
    this.save({ ...faults, [part]: { ...faults[part], [name]: value } });
  }

  protected reset(): void {
    this.save(NO_FAULTS);
  }

  private value(part: Part, name: string): unknown {
    return (this.faults()[part] as Record<string, unknown>)[name];
  }

  private save(faults: Faults): void {
    this.store.setFaults(faults).catch((error: unknown) => this.toasts.fail(error));
  }
}
