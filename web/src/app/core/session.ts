import { computed, DOCUMENT, inject, Service, signal } from '@angular/core';
import { Router, type CanActivateFn } from '@angular/router';
import { Me, type Login } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Api, ApiError } from './api.ts';

/** Who is signed in. Everything else may take `me` for granted behind `signedIn`. */
@Service()
export class Session {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly document = inject(DOCUMENT);
  private readonly current = signal<Me | null>(null);

  /** Null before and after a session. */
  readonly me = this.current.asReadonly();
  readonly stages = computed(() => this.current()?.dealership.stages ?? []);
  readonly simulated = computed(() => this.current()?.simulated ?? []);
  readonly userId = computed(() => this.current()?.user.id ?? '');

  /** Asks the server whether there is a session; false when not. Throws `ApiError` when it cannot be asked. */
  async resume(): Promise<boolean> {
    if (this.current()) return true;
    try {
      this.begin(await this.api.get('/me', Me));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return false;
      throw error;
    }
  }

  /** Throws `ApiError` with the reason. */
  async signIn(login: Login): Promise<void> {
    this.begin(await this.api.send('POST', '/session', login, Me));
  }

  async signOut(): Promise<void> {
    await this.api.send('DELETE', '/session', undefined, z.unknown());
    this.leave('/login');
  }

  private begin(me: Me): void {
    this.api.useSession(me.csrfToken, () => this.expire());
    this.current.set(me);
  }

  /** The server knows this session no more: sign in again, and come back to the same place. */
  private expire(): void {
    this.leave(`/login?${new URLSearchParams({ next: this.router.url, ended: 'true' })}`);
  }

  /** By a new page, so that nothing of this session stays in memory for the next person. */
  private leave(url: string): void {
    this.api.useSession('', () => undefined);
    this.document.location.assign(url);
  }
}

/** Guards every screen but the sign-in. */
export const signedIn: CanActivateFn = async (_route, state) => {
  const session = inject(Session);
  const router = inject(Router);
  const isSignedIn = await session.resume().catch(() => false);
  return (
    isSignedIn || router.createUrlTree(['/login'], { queryParams: { next: state.url === '/' ? null : state.url } })
  );
};
