import { Component, computed, inject, signal } from '@angular/core';
import { DealershipSettings, ProcessDefinition } from '@leadline/contract/process.ts';
import { ProcessVersionView, RolloutView, SettingsView } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Api, messageOf } from '../core/api.ts';
import { Directory } from '../core/directory.ts';
import { Icon } from '../core/icon.ts';
import { readDocument, type Mistake } from './jsonDocument.ts';

/** What is being edited: the dealership's settings (null), or a process by its id. */
type Subject = string | null;

const Saved = z.object({ version: z.number() });
const ASK_AGAIN_MS = 1_000;

/** Hours, targets, rules and processes as checked JSON, until they have a designer of their own. */
@Component({
  selector: 'll-settings',
  imports: [Icon],
  templateUrl: './settings.html',
  styleUrl: './settings.scss',
  host: { '(window:beforeunload)': 'askBeforeUnload($event)' },
})
export class Settings {
  private readonly api = inject(Api);
  protected readonly directory = inject(Directory);

  protected readonly subject = signal<Subject>(null);
  protected readonly text = signal('');
  protected readonly saved = signal('');
  protected readonly version = signal(0);
  protected readonly problem = signal('');
  protected readonly isSaving = signal(false);
  /** What became of the last save. */
  protected readonly rollout = signal('');
  protected readonly isLoading = signal(true);
  protected readonly isChanged = computed(() => this.text() !== this.saved());
  protected readonly mistakes = computed<readonly Mistake[]>(() => {
    const read = this.read();
    return this.isLoading() || 'value' in read ? [] : read.mistakes;
  });

  constructor() {
    void this.show(null);
  }

  /** Asks before changes would be lost. */
  mayLeave(): boolean {
    return !this.isChanged() || confirm('Leave without saving your changes?');
  }

  protected askBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.isChanged()) event.preventDefault();
  }

  protected choose(subject: Subject): void {
    if (subject !== this.subject() && this.mayLeave()) void this.show(subject);
  }

  private async show(subject: Subject): Promise<void> {
    this.subject.set(subject);
    this.isLoading.set(true);
    this.put('', 0);
    this.rollout.set('');
    const { value, version, problem } = await this.load(subject);
    // Another may have been chosen meanwhile.
    if (subject !== this.subject()) return;
    this.put(value, version);
    this.problem.set(problem);
    this.isLoading.set(false);
  }

  private async load(subject: Subject): Promise<{ value: unknown; version: number; problem: string }> {
    try {
      if (subject !== null) {
        const { definition, version } = await this.api.get(`/processes/${subject}`, ProcessVersionView);
        return { value: definition, version, problem: '' };
      }
      const { settings, version, problem } = await this.api.get('/settings', SettingsView);
      const unread = 'What was saved could not be read, and the defaults are shown: ';
      return { value: settings, version, problem: problem === null ? '' : unread + problem };
    } catch (error) {
      return { value: '', version: 0, problem: messageOf(error) };
    }
  }

  protected async save(): Promise<void> {
    const read = this.read();
    if (!('value' in read)) return;
    const subject = this.subject();
    const sent = this.text();
    this.isSaving.set(true);
    try {
      const version = await this.send(read.value);
      void this.directory.refresh();
      if (subject !== this.subject()) return;
      const typed = this.text();
      this.put(read.value, version);
      // What was typed meanwhile stays, unsaved.
      if (typed !== sent) this.text.set(typed);
      void this.follow(subject, version);
    } catch (error) {
      if (subject === this.subject()) this.problem.set(messageOf(error));
    } finally {
      this.isSaving.set(false);
    }
  }

  /** Says how many running conversations have taken a version over, until all have. */
  private async follow(subject: Subject, version: number): Promise<void> {
    this.rollout.set('saved; running conversations are being told…');
    for (;;) {
      const progress = await this.api
        .get(`/rollouts/${subject ?? 'settings'}/${version}`, RolloutView)
        .catch(() => null);
      if (subject !== this.subject() || version !== this.version()) return;
      if (!progress || progress.done) return this.rollout.set(progress ? toldText(progress.told) : 'saved');
      this.rollout.set(`saved; ${progress.told} running conversations know of it…`);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /** Puts the keyboard where the mistake is. */
  protected goTo(field: HTMLTextAreaElement, { line }: Mistake): void {
    const lines = field.value.split('\n');
    const at = Math.min(Math.max((line ?? 1) - 1, 0), lines.length - 1);
    const start = lines.slice(0, at).reduce((sum, one) => sum + one.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[at]?.length ?? 0));
    field.scrollTop = (field.scrollHeight / lines.length) * Math.max(at - 5, 0);
  }

  protected undo(): void {
    this.text.set(this.saved());
  }

  private async send(value: unknown): Promise<number> {
    const id = this.subject();
    if (id === null) {
      const body = { settings: value, version: this.version() };
      return (await this.api.send('PUT', '/settings', body, Saved)).version;
    }
    return (await this.api.send('POST', `/processes/${id}/publish`, { definition: value }, ProcessVersionView)).version;
  }

  private read(): { value: unknown } | { mistakes: Mistake[] } {
    return this.subject() === null
      ? readDocument(this.text(), DealershipSettings)
      : readDocument(this.text(), ProcessDefinition);
  }

  private put(value: unknown, version: number): void {
    const text = value === '' ? '' : JSON.stringify(value, null, 2);
    this.saved.set(text);
    this.text.set(text);
    this.version.set(version);
    this.problem.set('');
  }
}

function toldText(told: number): string {
  return told === 0
    ? 'saved'
    : `saved; ${told === 1 ? 'one running conversation knows' : `all ${told} running conversations know`} of it`;
}
