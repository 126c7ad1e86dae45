import { computed, DOCUMENT, inject, Service, signal } from '@angular/core';
import { Router, type CanActivateFn } from '@angular/router';
import { Me, type Login } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Api, ApiError } from './api.ts';

/** While the server cannot say who is signed in, it is asked again after this. */
const ASK_AGAIN_MS = 2000;

/** Who is signed in. Everything else may take `me` for granted behind `signedIn`. */
@Service()
export class Session {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly document = inject(DOCUMENT);
  private readonly current = signal<Me | null>(null);
  private readonly waiting = signal('');
  private lastUserId = '';

  /** Null before and after a session. */
  readonly me = this.current.asReadonly();
  readonly stages = computed(() => this.current()?.dealership.stages ?? []);
  readonly simulated = computed(() => this.current()?.simulated ?? []);
  readonly userId = computed(() => this.current()?.user.id ?? '');
  /** What keeps the first screen from coming up, in words; empty when nothing does. */
  readonly waitingFor = this.waiting.asReadonly();

  /** Whether there is a session. While the server cannot say, this waits and asks again. */
  async resume(): Promise<boolean> {
    while (!this.current()) {
      try {
        this.begin(await this.api.get('/me', Me));
      } catch (error) {
        if (!(error instanceof ApiError && error.isTemporary)) return this.stopWaiting(false);
        this.waiting.set(error.message);
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    }
    return this.stopWaiting(true);
  }

  /** Throws `ApiError` with the reason. True when it is another user than before: then nothing of the page may stay. */
  async signIn(login: Login): Promise<boolean> {
    const before = this.lastUserId;
    this.begin(await this.api.send('POST', '/session', login, Me));
    return before !== '' && before !== this.userId();
  }

  /** Ends the session and starts the page anew, so that nothing of it stays. Throws `ApiError`. */
  async signOut(): Promise<void> {
    await this.api.send('DELETE', '/session', undefined, z.unknown());
    this.end();
    this.document.location.assign('/login');
  }

  private begin(me: Me): void {
    this.api.useSession(me.csrfToken, () => this.expire());
    this.current.set(me);
    this.lastUserId = me.user.id;
  }

  private end(): void {
    this.api.useSession('', () => undefined);
    this.current.set(null);
  }

  /** The server knows this session no more: sign in again, and come back to the same place. */
  private expire(): void {
    this.end();
    void this.router.navigate(['/login'], { queryParams: { next: this.router.url, ended: true } });
  }

  private stopWaiting(isSignedIn: boolean): boolean {
    this.waiting.set('');
    return isSignedIn;
  }
}

/** Guards every screen but the sign-in. */
export const signedIn: CanActivateFn = async (_route, state) => {
  const session = inject(Session);
  const router = inject(Router);
  return (
    (await session.resume()) ||
    router.createUrlTree(['/login'], { queryParams: { next: state.url === '/' ? null : state.url } })
  );
};
