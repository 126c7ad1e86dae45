import { CdkMenu, CdkMenuItem, CdkMenuItemCheckbox, CdkMenuTrigger } from '@angular/cdk/menu';
import {
  afterNextRender,
  afterRenderEffect,
  Component,
  computed,
  type ElementRef,
  inject,
  Injector,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import type { ModelIntent } from '@leadline/contract/decision.ts';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import { smsSize } from '@leadline/contract/sms.ts';
import { messageOf } from '../../core/api.ts';
import { Clock } from '../../core/clock.ts';
import { firstName, phoneText } from '../../core/contactNames.ts';
import { Icon } from '../../core/icon.ts';
import { KeepOpen } from '../../core/keepOpen.ts';
import { quickTimes } from '../../core/quickTimes.ts';
import { Screen } from '../../core/screen.ts';
import { Session } from '../../core/session.ts';
import { clockTime } from '../../core/times.ts';
import { Toasts } from '../../core/toasts.ts';
import { Actions } from '../actions.ts';
import { quietUntil, whoseClock } from '../thread/contactClock.ts';
import { Outbox } from '../thread/outbox.ts';
import { Drafts, NOTHING } from './drafts.ts';

/** The provider's and our own limit of a message. */
const MAX_CHARACTERS = 1600;
const MAX_HEIGHT_PX = 220;
/** What a person has to know before they answer. */
const INTENTS: Record<ModelIntent, string> = {
  optOut: 'They seem to ask for no more texts.',
  wrongNumber: 'They say that this is a wrong number.',
  callRequested: 'They ask for a call.',
};

/** Where a person writes. What stands in it is never lost; why it may not be sent is said before it is typed. */
@Component({
  selector: 'll-composer',
  imports: [CdkMenu, CdkMenuItem, CdkMenuItemCheckbox, CdkMenuTrigger, Icon, KeepOpen],
  templateUrl: './composer.html',
  styleUrl: './composer.scss',
})
export class Composer {
  private readonly drafts = inject(Drafts);
  private readonly outbox = inject(Outbox);
  private readonly actions = inject(Actions);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  private readonly screen = inject(Screen);
  private readonly clock = inject(Clock);
  private readonly injector = inject(Injector);

  readonly row = input.required<ConversationRow>();
  /** The reader has confirmed that the conversation is to be deleted. */
  readonly remove = output();
  readonly processNames = input.required<ReadonlyMap<string, string>>();

  private readonly field = viewChild.required<ElementRef<HTMLTextAreaElement>>('field');
  private readonly scheduleTrigger = viewChild('scheduleTrigger', { read: CdkMenuTrigger });
  private readonly id = computed(() => this.row().id);
  /** Times to send at, and whether an answer of the customer makes the message void. */
  protected readonly times = computed(() => quickTimes(this.clock.minute(), this.row().zone));
  protected readonly whose = computed(() => whoseClock(this.row(), this.clock.minute()));
  protected readonly cancelIfTheyReply = signal(true);
  protected readonly picking = linkedSignal<string, boolean>({ source: this.id, computation: () => false });
  protected readonly tomorrow = computed(() => this.times()[2]!.wall);
  protected readonly mayDelete = computed(() => (this.session.me()?.user.role ?? 'sales') !== 'sales');
  protected readonly current = computed(() => this.drafts.of(this.id()));
  protected readonly text = computed(() => this.current().text);
  /** Conversations for which a draft is being written. */
  private readonly drafting = signal<ReadonlySet<string>>(new Set());
  protected readonly isDrafting = computed(() => this.drafting().has(this.id()));
  /** Why there is no draft; gone with the next conversation. */
  protected readonly note = linkedSignal<string, string>({ source: this.id, computation: () => '' });

  protected readonly blocked = computed(() => {
    const { optedOut, contact } = this.row();
    return optedOut ? `${firstName(contact)} has opted out: nothing may be sent until they text START.` : '';
  });
  /** What a person is told who writes in the night; they may go on. */
  protected readonly quiet = computed(() => {
    const { contact, zone } = this.row();
    const now = this.clock.minute();
    const until = this.quietUntil(now);
    return until === null
      ? ''
      : `It is ${clockTime(now, zone)} for ${firstName(contact)}: quiet hours until ${until}. What you send now leaves now.`;
  });
  /** On a phone the customer alone: two lines would not fit. */
  protected readonly placeholder = computed(() =>
    this.screen.isNarrow() ? `Message ${firstName(this.row().contact)}…` : this.label(),
  );
  protected readonly label = computed(
    () => `Message ${firstName(this.row().contact)} from ${phoneText(this.row().channelAccount.address)}…`,
  );
  protected readonly length = computed(() => smsSize(this.text()));
  protected readonly counter = computed(() => {
    const { length, capacity, segments } = this.length();
    return `${length} / ${capacity}${segments > 1 ? ` · ${segments} texts` : ''}`;
  });
  protected readonly counterTitle = computed(() =>
    this.length().encoding === 'UCS-2'
      ? 'An emoji or special character is in it: 70 characters fit into one text.'
      : '160 characters fit into one text.',
  );
  protected readonly isTooLong = computed(() => this.text().length > MAX_CHARACTERS);
  protected readonly canSend = computed(() => this.text().trim() !== '' && !this.isTooLong() && this.blocked() === '');
  protected readonly aiName = computed(() => {
    const { ai, text } = this.current();
    return ai && ai.text === text ? (this.processNames().get(ai.processVersionId) ?? 'the process') : null;
  });

  constructor() {
    afterRenderEffect(() => {
      this.text();
      const field = this.field().nativeElement;
      field.style.height = 'auto';
      field.style.height = `${Math.min(field.scrollHeight, MAX_HEIGHT_PX)}px`;
    });
  }

  /** False when nothing may be written. */
  focus(): boolean {
    if (this.blocked() !== '') return false;
    this.field().nativeElement.focus();
    return true;
  }

  /** Puts the reply in that Auto Pilot would send. */
  async draft(): Promise<void> {
    const row = this.row();
    if (this.drafting().has(row.id) || this.blocked() !== '') return;
    this.drafting.update((ids) => new Set([...ids, row.id]));
    this.note.set('');
    try {
      const { outcome, text, reason, intent, draftId, processVersionId } = await this.actions.draft(row);
      if (outcome === 'reply') this.putDraft(row.id, { text, ai: { draftId, text, processVersionId } });
      const none = {
        reply: '',
        handOff: `No draft, a person should answer: ${reason}`,
        nothing: `No draft, no answer is needed: ${reason}`,
      }[outcome];
      const notes = [none, intent === null ? '' : INTENTS[intent]].filter((note) => note !== '');
      if (notes.length > 0) this.say(row.id, notes.join(' '));
    } catch (error) {
      this.say(row.id, messageOf(error));
    } finally {
      this.drafting.update((ids) => new Set([...ids].filter((id) => id !== row.id)));
    }
  }

  protected quietUntil(at: number): string | null {
    return quietUntil(this.row(), at);
  }

  openScheduleMenu(): boolean {
    if (!this.canSend()) return false;
    const trigger = this.scheduleTrigger();
    trigger?.open();
    afterNextRender(() => trigger?.getMenu()?.focusFirstItem('keyboard'), { injector: this.injector });
    return true;
  }

  /** What is written stays until the server has it. */
  protected async pick(wall: string): Promise<void> {
    const row = this.row();
    const text = this.text().trim();
    if (!(await this.actions.schedule(row, { text, wall, cancelIfTheyReply: this.cancelIfTheyReply() }))) return;
    if (this.drafts.of(row.id).text.trim() === text) this.drafts.set(row.id, NOTHING);
    this.picking.set(false);
  }

  protected onInput(text: string): void {
    const { ai } = this.current();
    this.drafts.set(this.id(), { text, ai: text.trim() === '' ? null : ai });
  }

  protected onKey(event: KeyboardEvent): void {
    // An input method uses Enter to choose a word (Safari says so only by the old key code).
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.send();
    }
    if (event.key === 'Escape') this.field().nativeElement.blur();
  }

  protected send(): void {
    if (!this.canSend()) return;
    const { id, position } = this.row();
    this.outbox.send({
      conversationId: id,
      text: this.text().trim(),
      fromDraftId: this.current().ai?.draftId ?? null,
      afterPosition: position,
    });
    this.drafts.set(id, NOTHING);
    this.note.set('');
    if (!this.screen.isNarrow() || document.activeElement === this.field().nativeElement)
      this.field().nativeElement.focus();
  }

  private putDraft(id: string, draft: Parameters<Drafts['set']>[1]): void {
    const before = this.drafts.of(id);
    this.drafts.set(id, draft);
    if (before.text.trim() !== '')
      this.toasts.offer('The draft stands in place of what you had written.', 'Undo', () =>
        this.drafts.set(id, before),
      );
    if (this.id() === id) this.field().nativeElement.focus();
  }

  private say(id: string, note: string): void {
    if (this.id() === id) this.note.set(note);
  }
}
