import { CdkMenu, CdkMenuItem, CdkMenuItemCheckbox, CdkMenuTrigger } from '@angular/cdk/menu';
import {
  afterNextRender,
  Component,
  computed,
  ElementRef,
  inject,
  Injector,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import type { BulkAction } from '@leadline/contract/bulk.ts';
import type { ProcessView, Stage, User } from '@leadline/contract/rest.ts';
import { Directory } from '../../core/directory.ts';
import { Icon } from '../../core/icon.ts';
import { Session } from '../../core/session.ts';
import { BulkRun } from './bulkRun.ts';
import { handledCount, progressText, reasonLines } from './bulkText.ts';
import { ListStore } from './listStore.ts';
import { Selection } from './selection.ts';

/** Something to do, and its name in words. */
interface Wish {
  action: BulkAction;
  label: string;
}

/** At the foot of the list: what can be done with the chosen conversations, how far it is, and how it ended. */
@Component({
  selector: 'll-bulk-bar',
  imports: [CdkMenu, CdkMenuItem, CdkMenuItemCheckbox, CdkMenuTrigger, Icon],
  templateUrl: './bulkBar.html',
  styleUrl: './bulkBar.scss',
})
export class BulkBar {
  private readonly injector = inject(Injector);
  private readonly list = inject(ListStore);
  private readonly session = inject(Session);
  protected readonly directory = inject(Directory);
  protected readonly selection = inject(Selection);
  protected readonly run = inject(BulkRun);

  private readonly assignTrigger = viewChild('assignTrigger', { read: CdkMenuTrigger });
  private readonly stageTrigger = viewChild('stageTrigger', { read: CdkMenuTrigger });
  private readonly pilotTrigger = viewChild('pilotTrigger', { read: CdkMenuTrigger });
  private readonly tagField = viewChild<ElementRef<HTMLInputElement>>('tagField');
  private readonly confirmButton = viewChild<ElementRef<HTMLElement>>('confirmButton');
  private readonly runPanel = viewChild<ElementRef<HTMLElement>>('runPanel');

  /** Whether an assignment drops a pending reply of Auto Pilot. */
  protected readonly takesOver = signal(true);
  /** What stands in place of the buttons; a new selection has the buttons again. */
  protected readonly isTagging = linkedSignal({ source: this.selection.isActive, computation: () => false });
  /** An action by filter is asked about once more: nobody sees all that it reaches. */
  protected readonly asked = linkedSignal<boolean, Wish | null>({
    source: this.selection.isAll,
    computation: () => null,
  });
  protected readonly canAct = computed(
    () => (this.selection.count() > 0 || this.selection.isAll()) && !this.run.isUnderWay,
  );
  protected readonly countText = computed(() => {
    if (!this.selection.isAll()) return `${this.selection.count().toLocaleString('en')} selected`;
    return this.list.hasMore() ? 'All that fit the filter' : `All ${this.selection.count().toLocaleString('en')}`;
  });
  protected readonly knownTags = computed(() => [...new Set(this.list.rows().flatMap((row) => row.tags))].sort());
  protected readonly text = computed(() => (this.run.current() ? progressText(this.run.current()!.progress) : ''));
  protected readonly reasons = computed(() => (this.run.current() ? reasonLines(this.run.current()!.progress) : []));
  protected readonly share = computed(() => {
    const progress = this.run.current()?.progress;
    return progress && progress.total > 0 ? handledCount(progress) / progress.total : 0;
  });

  // What the keys do.

  openMenu(which: 'assign' | 'stage' | 'pilot'): boolean {
    const trigger = { assign: this.assignTrigger(), stage: this.stageTrigger(), pilot: this.pilotTrigger() }[which];
    if (!this.canAct() || !trigger) return false;
    trigger.open();
    // Opened by a key, a menu has to be given the keyboard.
    afterNextRender(() => trigger.getMenu()?.focusFirstItem('keyboard'), { injector: this.injector });
    return true;
  }

  resolve(): boolean {
    return this.want({ type: 'resolve' }, 'Resolve');
  }

  assignToMe(): boolean {
    const me = this.session.userId();
    return this.want({ type: 'assign', userIds: [me], takeOver: this.takesOver() }, 'Assign to you');
  }

  /** Takes one thing back: the question, the tag field, then the selection. False when there was nothing. */
  stepBack(): boolean {
    if (!this.selection.isActive()) return false;
    if (this.asked()) this.asked.set(null);
    else if (this.isTagging()) this.isTagging.set(false);
    else this.selection.clear();
    return true;
  }

  protected assign(user: User | null): void {
    const label = user ? `Assign to ${user.name}` : 'Assign to nobody';
    this.want({ type: 'assign', userIds: user ? [user.id] : [], takeOver: this.takesOver() }, label);
  }

  protected setStage({ key, name }: Stage): void {
    this.want({ type: 'setStage', stage: key }, `Stage: ${name}`);
  }

  protected selectProcess({ id, name }: ProcessView): void {
    this.want({ type: 'selectProcess', processId: id }, `Process: ${name}`);
  }

  protected setAutopilot(on: boolean): void {
    this.want({ type: 'setAutopilot', on }, `Auto Pilot ${on ? 'on' : 'off'}`);
  }

  protected setFollowUps(on: boolean): void {
    this.want({ type: 'setFollowUps', on }, `Follow-ups ${on ? 'on' : 'off'}`);
  }

  protected openTagField(): void {
    this.isTagging.set(true);
    afterNextRender(() => this.tagField()?.nativeElement.focus(), { injector: this.injector });
  }

  protected changeTag(type: 'addTag' | 'removeTag', typed: string): void {
    const tag = typed.trim().toLowerCase();
    if (tag !== '') this.want({ type, tag }, `${type === 'addTag' ? 'Add' : 'Remove'} the tag “${tag}”`);
  }

  protected confirm({ action, label }: Wish): void {
    void this.act({ action, label });
  }

  private want(action: BulkAction, label: string): boolean {
    if (!this.canAct()) return false;
    if (this.selection.isAll()) {
      this.isTagging.set(false);
      this.asked.set({ action, label });
      afterNextRender(() => this.confirmButton()?.nativeElement.focus(), { injector: this.injector });
    } else void this.act({ action, label });
    return true;
  }

  private async act({ action, label }: Wish): Promise<void> {
    if (!(await this.run.start(action, this.selection.selection(), label))) return;
    this.selection.clear();
    // The button that was pressed is gone.
    afterNextRender(() => this.runPanel()?.nativeElement.focus(), { injector: this.injector });
  }
}
