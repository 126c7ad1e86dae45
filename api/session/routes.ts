import { Router, type Request, type RequestHandler } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { AppError } from '@leadline/contract/errors.ts';
import { Login, Me } from '@leadline/contract/rest.ts';
import type { Store } from '@leadline/store/connect.ts';
import { SESSION_MS, type UserIdentity } from '@leadline/store/people.ts';
import { limitRequests } from '../limitRequests.ts';
import { parseWith } from '../problems.ts';
import { route, type Route } from '../route.ts';
import { signedOf } from './authenticate.ts';
import { csrfTokenOf, type SessionCookie } from './cookie.ts';

export interface SessionDeps {
  store: Store;
  cookie: SessionCookie;
  simulated: Me['simulated'];
  temporalUiUrl: string | null;
  /** Cuts the sockets of a session that ends. */
  onEnded: (sessionId: string) => void;
}

const LIMIT_WINDOW_MS = 15 * 60_000;
const FAILURES_PER_PERSON = 10;
const FAILURES_PER_ADDRESS = 100;

/** `POST /api/session`: the one route that changes something without a session. */
export function signIn(deps: SessionDeps): Router {
  const router = Router();
  const byPerson = limit(FAILURES_PER_PERSON, (request) => `${ipKeyGenerator(request.ip ?? '')}/${emailOf(request)}`);
  const byAddress = limit(FAILURES_PER_ADDRESS, (request) => ipKeyGenerator(request.ip ?? ''));
  router.post('/session', byAddress, byPerson, async (request, response) => {
    const { email, password } = parseWith(Login, request.body);
    const user = await deps.store.users.authenticate(email, password);
    if (!user) throw new AppError('unauthenticated', 'E-mail or password is wrong.');
    const { token } = await deps.store.sessions.start(user);
    response.cookie(deps.cookie.name, token, { ...deps.cookie.options, maxAge: SESSION_MS });
    response.status(201).json(await me(deps, user, token));
  });
  return router;
}

function limit(most: number, keyGenerator: (request: Request) => string): RequestHandler {
  return limitRequests(
    { windowMs: LIMIT_WINDOW_MS, limit: most, skipSuccessfulRequests: true },
    keyGenerator,
    'Too many attempts to sign in. Wait a quarter of an hour.',
  );
}

function emailOf(request: Request): string {
  const body = request.body as { email?: unknown } | undefined;
  return typeof body?.email === 'string' ? body.email.trim().toLowerCase().slice(0, 200) : '';
}

/** Routes of somebody who is signed in. */
export function sessionRoutes(deps: SessionDeps): Route[] {
  return [
    route('delete /session', {
      tag: 'Session',
      summary: 'Signs out; open sockets of the session are cut.',
      async handle({ sessionId, response }) {
        await deps.store.sessions.end(sessionId);
        deps.onEnded(sessionId);
        response.clearCookie(deps.cookie.name, deps.cookie.options);
      },
    }),
    route('get /me', {
      tag: 'Session',
      summary: 'Who is signed in, and what the whole screen needs to know once.',
      answer: Me,
      handle: ({ user, request }) => me(deps, user, signedOf(request).token),
    }),
  ];
}

async function me(deps: SessionDeps, user: UserIdentity, token: string): Promise<Me> {
  const dealership = await deps.store.inbox(user.dealershipId).dealership();
  if (!dealership) throw new AppError('unauthenticated', 'This dealership is closed.');
  const { id, name, email, role } = user;
  return {
    user: { id, name, email, role },
    dealership,
    csrfToken: csrfTokenOf(token),
    simulated: deps.simulated,
    temporalUiUrl: deps.temporalUiUrl,
  };
}
