import type { RequestHandler } from 'express';
import { AppError } from '@leadline/contract/errors.ts';
import type { Store } from '@leadline/store/connect.ts';
import type { UserIdentity } from '@leadline/store/people.ts';
import { isCsrfToken, tokenIn, type SessionCookie } from './cookie.ts';
import { isOwnOrigin } from './origin.ts';

/** Who is signed in on a request. */
export interface Signed {
  token: string;
  sessionId: string;
  user: UserIdentity;
}

const SIGNED = new WeakMap<object, Signed>();

/** Who made this request; throws where `authenticate` has not let it through. */
export function signedOf(request: object): Signed {
  const signed = SIGNED.get(request);
  if (!signed) throw new AppError('unauthenticated', 'You are not signed in.');
  return signed;
}

/** Refuses requests of other sites. */
export function refuseForeignOrigins(publicUrl: string): RequestHandler {
  return (request, _response, next) => {
    if (isRead(request.method) || isOwnOrigin(request.headers, publicUrl)) next();
    else next(new AppError('forbidden', 'This request came from another site.'));
  };
}

/** Lets signed-in users through; a change must carry the session's CSRF token as well. */
export function authenticate(store: Pick<Store, 'sessions'>, cookie: SessionCookie): RequestHandler {
  return async (request, _response, next) => {
    const token = tokenIn(request.headers.cookie, cookie);
    const session = token === null ? null : await store.sessions.find(token);
    if (token === null || !session) throw new AppError('unauthenticated', 'Your session has ended: sign in again.');
    if (!isRead(request.method) && !isCsrfToken(request.get('X-CSRF-Token'), token)) {
      throw new AppError('forbidden', 'The CSRF token is missing or belongs to another session: reload the page.');
    }
    SIGNED.set(request, { token, ...session });
    next();
  };
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
