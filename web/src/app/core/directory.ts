import { computed, inject, Service, signal } from '@angular/core';
import { ProcessView, User, type EventView, type Stage } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Api } from './api.ts';
import { Realtime } from './realtime.ts';
import { Session } from './session.ts';

/** A stage that is no longer among the dealership's. */
const NO_COLOR = 'gray';

/** Names behind the ids of the dealership: people, stages and processes. Loaded with the page, and again when they may be others. */
@Service()
export class Directory {
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly loadedUsers = signal<User[]>([]);
  private readonly loadedProcesses = signal<ProcessView[]>([]);

  readonly users = this.loadedUsers.asReadonly();
  readonly processes = this.loadedProcesses.asReadonly();
  readonly stages = this.session.stages;
  private readonly usersById = computed(() => new Map(this.users().map((user) => [user.id, user])));
  private readonly stagesByKey = computed(() => new Map(this.stages().map((stage) => [stage.key, stage])));

  private refreshing: Promise<void> | null = null;

  constructor() {
    inject(Realtime).listen({
      change: ({ events }) => {
        if (events.some((event) => this.isNewVersion(event))) void this.refresh();
      },
      reload: () => void this.refresh(),
    });
  }

  /** Loads again; what is known stays where that fails. */
  refresh(): Promise<void> {
    this.refreshing ??= this.load()
      .catch(() => undefined)
      .finally(() => (this.refreshing = null));
    return this.refreshing;
  }

  /** Whether a conversation has taken over a version that was published after the names were loaded. */
  private isNewVersion({ type, data }: EventView): boolean {
    return type === 'processSelected' && !this.processes().some(({ versionId }) => versionId === data['versionId']);
  }

  /** Throws `ApiError`. */
  async load(): Promise<void> {
    const [users, processes] = await Promise.all([
      this.api.get('/users', z.object({ items: z.array(User) })),
      this.api.get('/processes', z.object({ items: z.array(ProcessView) })),
    ]);
    this.loadedUsers.set(users.items);
    this.loadedProcesses.set(processes.items);
  }

  /** "You" for the reader; somebody who has left is "a colleague". */
  userName(id: string | null): string {
    if (id !== null && id === this.session.userId()) return 'You';
    return (id === null ? undefined : this.usersById().get(id)?.name) ?? 'A colleague';
  }

  /** The full name, also of the reader. */
  fullName(id: string): string {
    return this.usersById().get(id)?.name ?? 'A colleague';
  }

  stage(key: string): Stage {
    return this.stagesByKey().get(key) ?? { key, name: key, color: NO_COLOR };
  }
}
