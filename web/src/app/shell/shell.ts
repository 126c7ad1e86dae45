import { Component, computed, DestroyRef, inject, signal } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { messageOf } from '../core/api.ts';
import { Directory } from '../core/directory.ts';
import { Icon } from '../core/icon.ts';
import { Realtime } from '../core/realtime.ts';
import { Session } from '../core/session.ts';
import { Outbox } from '../inbox/thread/outbox.ts';
import { Rail } from './rail.ts';
import { SimulatedMark } from './simulatedMark.ts';

/** The frame of every screen of somebody who is signed in: rail, and bars that say what is not as usual. */
@Component({
  selector: 'll-shell',
  imports: [Icon, Rail, RouterOutlet, SimulatedMark],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  private readonly directory = inject(Directory);
  private readonly outbox = inject(Outbox);
  protected readonly realtime = inject(Realtime);
  protected readonly session = inject(Session);

  protected readonly problem = signal('');
  protected readonly isReady = signal(false);
  protected readonly waiting = computed(() => {
    const count = this.outbox.waitingCount();
    return count === 0
      ? 'Messages that you send now are kept here and go out when it is back.'
      : `${count === 1 ? 'One message waits' : `${count} messages wait`} here and will go out when it is back.`;
  });

  constructor() {
    this.realtime.start();
    inject(DestroyRef).onDestroy(() => this.realtime.stop());
    void this.begin();
  }

  /** Loads the names without which no screen says anything. */
  protected async begin(): Promise<void> {
    this.problem.set('');
    try {
      await this.directory.load();
      this.isReady.set(true);
    } catch (error) {
      this.problem.set(messageOf(error));
    }
  }
}
