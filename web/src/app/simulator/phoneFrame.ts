import {
  afterRenderEffect,
  Component,
  computed,
  type ElementRef,
  inject,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { messageOf } from '../core/api.ts';
import { phoneText } from '../core/contactNames.ts';
import { Icon } from '../core/icon.ts';
import { clockTime } from '../core/times.ts';
import { SimulatorStore } from './simulatorStore.ts';

const E164 = /^\+[1-9]\d{6,14}$/;

/** The phone of a customer, in one's hand. */
@Component({
  selector: 'll-phone-frame',
  imports: [Icon],
  templateUrl: './phoneFrame.html',
  styleUrl: './phoneFrame.scss',
})
export class PhoneFrame {
  protected readonly store = inject(SimulatorStore);

  private readonly scroller = viewChild<ElementRef<HTMLElement>>('scroller');
  private readonly field = viewChild.required<ElementRef<HTMLTextAreaElement>>('field');
  protected readonly from = linkedSignal(() => this.store.phone() ?? '');
  /** The number that was written to last, or the dealership's first. */
  protected readonly to = linkedSignal(() => {
    const last = this.store.messages().at(-1);
    const lastTo = last && (last.direction === 'fromPhone' ? last.to : last.from);
    const numbers = this.store.ourNumbers();
    return (numbers.find((one) => one.address === lastTo) ?? numbers[0])?.address ?? '';
  });
  protected readonly text = signal('');
  protected readonly problem = signal('');
  protected readonly isFromValid = computed(() => E164.test(this.from()));
  protected readonly canSend = computed(() => this.text().trim() !== '' && this.isFromValid() && this.to() !== '');
  protected readonly toName = computed(
    () => this.store.ourNumbers().find((one) => one.address === this.to())?.name ?? 'The dealership',
  );
  protected readonly messages = this.store.messages;
  protected readonly phoneText = phoneText;

  constructor() {
    afterRenderEffect(() => {
      this.messages();
      const scroller = this.scroller()?.nativeElement;
      if (scroller) scroller.scrollTop = scroller.scrollHeight;
    });
  }

  protected timeOf(at: string): string {
    return clockTime(Date.parse(at));
  }

  protected setFrom(value: string): void {
    const number = value.replace(/[\s().-]/g, '');
    this.from.set(number);
    if (E164.test(number)) void this.store.choose(number);
  }

  protected onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    void this.send();
  }

  protected async send(): Promise<void> {
    if (!this.canSend()) return;
    const body = this.text().trim();
    this.text.set('');
    this.problem.set('');
    this.field().nativeElement.focus();
    try {
      const { webhookStatuses } = await this.store.send(this.from(), this.to(), body);
      const refused = webhookStatuses.find((status) => status < 200 || status >= 300);
      if (refused !== undefined)
        this.problem.set(`Leadline’s webhook answered ${refused === 0 ? 'nothing' : refused}.`);
    } catch (error) {
      this.problem.set(messageOf(error));
      if (this.text() === '') this.text.set(body);
    }
  }
}
