import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Me } from '@leadline/contract/rest.ts';
import { FakeApi } from '../../testing/fakeApi.ts';
import { Api, ApiError } from './api.ts';
import { Session } from './session.ts';

const me = (id: string): Me => ({
  user: { id, name: 'Ana Perez', email: 'ana@example.com', role: 'sales' },
  dealership: { id: 'd1', slug: 'north', name: 'North Auto', timeZone: 'America/Edmonton', stages: [] },
  csrfToken: `token of ${id}`,
  simulated: ['twilio'],
  temporalUiUrl: null,
});

describe('Session', () => {
  let api: FakeApi;
  let session: Session;
  let expire: () => void;
  let token: string;
  const router = { url: '/conversations/c1?view=mine', navigate: jest.fn(), navigateByUrl: jest.fn() };

  beforeEach(() => {
    jest.useFakeTimers();
    jest.clearAllMocks();
    api = new FakeApi();
    jest.spyOn(api, 'useSession').mockImplementation(((csrfToken: string, onUnauthenticated: () => void) => {
      token = csrfToken;
      expire = onUnauthenticated;
    }) as () => void);
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Router, useValue: router },
      ],
    });
    session = TestBed.inject(Session);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('goes on with the session that the server knows', async () => {
    api.answers.set('GET /me', me('u1'));
    expect(await session.resume()).toBe(true);
    expect([session.userId(), token]).toEqual(['u1', 'token of u1']);
  });

  it('says that there is none', async () => {
    api.answers.set('GET /me', new ApiError(401, 'unauthenticated', 'Sign in.'));
    expect(await session.resume()).toBe(false);
  });

  it('waits for a server that cannot say, and tells what for', async () => {
    api.answers.set('GET /me', new ApiError(503, 'unavailable', 'The database cannot be reached.'));
    const resumed = session.resume();
    await jest.advanceTimersByTimeAsync(100);
    expect(session.waitingFor()).toBe('The database cannot be reached.');
    api.answers.set('GET /me', me('u1'));
    await jest.advanceTimersByTimeAsync(2000);
    expect(await resumed).toBe(true);
    expect(session.waitingFor()).toBe('');
  });

  it('leads to the sign-in when the session has ended, and remembers where one was', async () => {
    api.answers.set('GET /me', me('u1'));
    await session.resume();
    expire();
    expect(session.me()).toBeNull();
    expect(router.navigate).toHaveBeenCalledWith(['/login'], { queryParams: { next: router.url, ended: true } });
  });

  it('notices that somebody else signs in', async () => {
    api.answers.set('POST /session', me('u1'));
    expect(await session.signIn({ email: 'a', password: 'b' })).toBe(false);
    expect(await session.signIn({ email: 'a', password: 'b' })).toBe(false);
    api.answers.set('POST /session', me('u2'));
    expect(await session.signIn({ email: 'c', password: 'd' })).toBe(true);
  });
});
