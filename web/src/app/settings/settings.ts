import { Component, computed, inject, signal } from '@angular/core';
import { DealershipSettings, ProcessDefinition } from '@leadline/contract/process.ts';
import { ProcessVersionView, SettingsView } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Api, messageOf } from '../core/api.ts';
import { Directory } from '../core/directory.ts';
import { Icon } from '../core/icon.ts';
import { Toasts } from '../core/toasts.ts';
import { readDocument, type Mistake } from './jsonDocument.ts';

/** What is being edited: the dealership's settings (null), or a process by its id. */
type Subject = string | null;

const Saved = z.object({ version: z.number() });

/** Hours, targets, rules and processes as checked JSON, until they have a designer of their own. */
@Component({ selector: 'll-settings', imports: [Icon], templateUrl: './settings.html', styleUrl: './settings.scss' })
export class Settings {
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly directory = inject(Directory);

  protected readonly subject = signal<Subject>(null);
  protected readonly text = signal('');
  protected readonly saved = signal('');
  protected readonly version = signal(0);
  protected readonly problem = signal('');
  protected readonly isSaving = signal(false);
  protected readonly isLoading = signal(true);
  protected readonly isChanged = computed(() => this.text() !== this.saved());
  protected readonly mistakes = computed<readonly Mistake[]>(() => {
    const read = this.read();
    return this.text() === '' || 'value' in read ? [] : read.mistakes;
  });

  constructor() {
    void this.show(null);
  }

  protected async show(subject: Subject): Promise<void> {
    this.subject.set(subject);
    this.isLoading.set(true);
    this.problem.set('');
    try {
      if (subject === null) {
        const { settings, version, problem } = await this.api.get('/settings', SettingsView);
        this.put(settings, version);
        this.problem.set(
          problem === null ? '' : `What was saved could not be read, and the defaults are shown: ${problem}`,
        );
      } else {
        const { definition, version } = await this.api.get(`/processes/${subject}`, ProcessVersionView);
        this.put(definition, version);
      }
    } catch (error) {
      this.put('', 0);
      this.problem.set(messageOf(error));
    } finally {
      this.isLoading.set(false);
    }
  }

  protected async save(): Promise<void> {
    const read = this.read();
    if (!('value' in read)) return;
    this.isSaving.set(true);
    try {
      const version = await this.send(read.value);
      this.put(read.value, version);
      this.toasts.say(`Version ${version} is saved. Running conversations take it over within minutes.`);
    } catch (error) {
      this.problem.set(messageOf(error));
    } finally {
      this.isSaving.set(false);
    }
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
