import { Component, computed, DestroyRef, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Avatar } from '../core/avatar.ts';
import { Clock } from '../core/clock.ts';
import { phoneText } from '../core/contactNames.ts';
import { Icon } from '../core/icon.ts';
import { ago } from '../core/times.ts';
import { FaultPanel } from './faultPanel.ts';
import { PhoneFrame } from './phoneFrame.ts';
import { SimulatorStore } from './simulatorStore.ts';

/** Simulated phones of customers, for trying Leadline without a carrier. */
@Component({
  selector: 'll-simulator',
  imports: [Avatar, FaultPanel, Icon, PhoneFrame, RouterLink],
  templateUrl: './simulator.html',
  styleUrl: './simulator.scss',
  host: { role: 'main' },
})
export class Simulator {
  private readonly clock = inject(Clock);
  protected readonly store = inject(SimulatorStore);

  protected readonly phoneText = phoneText;
  protected readonly why = computed(() => {
    const phase = this.store.phase();
    return phase.is === 'failed' ? phase.why : '';
  });

  constructor() {
    void this.store.start();
    inject(DestroyRef).onDestroy(() => this.store.stop());
  }

  protected since(at: string): string {
    return ago(Date.parse(at), this.clock.minute() + 59_999);
  }
}
