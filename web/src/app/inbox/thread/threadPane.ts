import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { afterNextRender, Component, computed, inject, Injector, input, output, viewChild } from '@angular/core';
import type { EventData } from '@leadline/contract/conversation.ts';
import type { EventView, MessageView } from '@leadline/contract/rest.ts';
import { Clock } from '../../core/clock.ts';
import { contactTitle, phoneText } from '../../core/contactNames.ts';
import { Directory } from '../../core/directory.ts';
import { Icon } from '../../core/icon.ts';
import { quickTimes } from '../../core/quickTimes.ts';
import { Session } from '../../core/session.ts';
import { Toasts } from '../../core/toasts.ts';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import { Actions } from '../actions.ts';
import { Composer } from '../composer/composer.ts';
import { Drafts } from '../composer/drafts.ts';
import { Decisions } from './decisions.ts';
import { History } from './history.ts';
import { NextBox } from './nextBox.ts';
import { Outbox, type PendingMessage } from './outbox.ts';
import type { Names } from './systemLines.ts';
import { floorOf, ThreadStore } from './threadStore.ts';
import { timeline } from './timeline.ts';

/** The middle pane: head, history, what happens next, composer. */
@Component({
  selector: 'll-thread-pane',
  imports: [CdkMenu, CdkMenuItem, CdkMenuTrigger, Composer, History, Icon, NextBox],
  templateUrl: './threadPane.html',
  styleUrl: './threadPane.scss',
})
export class ThreadPane {
  private readonly clock = inject(Clock);
  private readonly injector = inject(Injector);
  private readonly directory = inject(Directory);
  private readonly session = inject(Session);
  private readonly outbox = inject(Outbox);
  private readonly drafts = inject(Drafts);
  private readonly toasts = inject(Toasts);
  private readonly decisions = inject(Decisions);
  protected readonly actions = inject(Actions);
  protected readonly store = inject(ThreadStore);

  readonly showsProfile = input(false);
  readonly back = output();
  readonly toggleProfile = output();
  readonly markUnread = output();

  private readonly composer = viewChild(Composer);
  private readonly snoozeTrigger = viewChild('snoozeTrigger', { read: CdkMenuTrigger });
  protected readonly snoozeTimes = computed(() => quickTimes(this.clock.minute()));
  protected readonly row = this.store.row;
  protected readonly title = computed(() => (this.row() ? contactTitle(this.row()!.contact) : ''));
  /** Beside a name; without one, the number is the title. */
  protected readonly phone = computed(() => phoneText(this.row()?.contact.address ?? ''));

  protected readonly items = computed(() => {
    const [thread, id] = [this.store.thread(), this.store.id()];
    if (!thread || id === null) return [];
    return timeline({
      messages: thread.messages.values(),
      events: thread.events.values(),
      pending: this.outbox.of(id),
      floor: floorOf(thread),
      userId: this.session.userId(),
      names: this.names,
    });
  });

  /** Names of the process versions that this thread speaks of. */
  protected readonly processNames = computed<ReadonlyMap<string, string>>(() => {
    const names = new Map(
      this.directory.processes().map(({ versionId, name, version }) => [versionId, `${name} v${version}`]),
    );
    for (const { type, data } of this.store.thread()?.events.values() ?? []) {
      const { policy } = data as Partial<EventData['processSelected'] | EventData['conversationStarted']>;
      if ((type === 'processSelected' || type === 'conversationStarted') && policy)
        names.set(policy.versionId, `${policy.processName} v${policy.version}`);
    }
    return names;
  });

  private readonly names: Names = {
    user: (id) => this.directory.userName(id),
    fullUser: (id) => this.directory.fullName(id),
    stage: (key) => this.directory.stage(key).name,
  };

  /** False when there is nothing to write into. */
  focusComposer(): boolean {
    return this.composer()?.focus() ?? false;
  }

  /** Asks for an AI draft. */
  draft(): boolean {
    void this.composer()?.draft();
    return this.composer() !== undefined;
  }

  openScheduleMenu(): boolean {
    return this.composer()?.openScheduleMenu() ?? false;
  }

  openSnoozeMenu(): boolean {
    const trigger = this.snoozeTrigger();
    trigger?.open();
    // Opened by a key, a menu has to be given the keyboard.
    afterNextRender(() => trigger?.getMenu()?.focusFirstItem('keyboard'), { injector: this.injector });
    return trigger !== undefined;
  }

  /** Here, because the composer goes with the conversation. */
  protected async deleteConversation(row: ConversationRow): Promise<void> {
    if (await this.actions.deleteConversation(row)) this.back.emit();
  }

  protected snooze(at: number): void {
    const row = this.row();
    if (row) void this.actions.snooze(row, at);
  }

  protected async copyPhone(): Promise<void> {
    const address = this.row()?.contact.address ?? '';
    try {
      await navigator.clipboard.writeText(address);
      this.toasts.say(`${phoneText(address)} is copied.`);
    } catch {
      this.toasts.say('The browser does not let this page copy. Select the number instead.');
    }
  }

  protected showDecision(event: EventView): void {
    const view = this.store.thread()?.view;
    const messages = [...(this.store.thread()?.messages.values() ?? [])];
    void this.decisions.show({
      event,
      workflowId: view?.workflowId ?? null,
      messages,
      processNames: this.processNames(),
    });
  }

  protected retryMessage(message: MessageView): void {
    void this.actions.retryMessage(message);
  }

  protected retryPending({ key }: PendingMessage): void {
    this.outbox.retry(key);
  }

  /** Back into the composer, before what stands there. */
  protected editPending({ key, conversationId, text }: PendingMessage): void {
    const now = this.drafts.of(conversationId).text;
    this.outbox.takeBack(key);
    this.drafts.set(conversationId, { text: now === '' ? text : `${text}\n${now}`, ai: null });
    this.composer()?.focus();
  }
}
