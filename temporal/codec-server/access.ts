import type { Request, RequestHandler } from 'express';
import { isSameSecret } from '../codec/sameSecret.ts';
import { CodecServerError } from './errors.ts';

/** Who may have payloads decoded. */
export interface Access {
  /** The Temporal UI's; pages of no other origin are served. */
  uiOrigin: string;
  /** Of programs, such as `temporal --codec-auth "Bearer …"`; null: there is none. */
  token: string | null;
  /** Whether the UI's pages need no token: the dev server's UI has none to send. */
  originSuffices: boolean;
}

// What the Temporal UI sends along.
const HEADERS = 'Content-Type, X-Namespace, Authorization, Authorization-Extras';

/** Lets pages of the UI's origin read the answers, and answers the question that browsers ask first. */
export function allowOrigin({ uiOrigin }: Access): RequestHandler {
  return (request, response, next) => {
    response.vary('Origin');
    if (request.headers.origin === uiOrigin)
      response.set({
        'Access-Control-Allow-Origin': uiOrigin,
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': HEADERS,
        'Access-Control-Max-Age': '600',
      });
    if (request.method !== 'OPTIONS') return next();
    response.sendStatus(request.headers.origin === uiOrigin ? 204 : 403);
  };
}

/** Lets the token pass, and the UI's pages where their origin suffices. A token that is wrong helps no page. */
export function requireAccess(access: Access): RequestHandler {
  return (request, _response, next) => {
    const given = bearerOf(request);
    const isAllowed =
      given === null
        ? access.originSuffices && request.headers.origin === access.uiOrigin
        : access.token !== null && isSameSecret(given, access.token);
    if (!isAllowed) throw new CodecServerError(401, refusalOf(access, given));
    next();
  };
}

function bearerOf(request: Request): string | null {
  const { authorization } = request.headers;
  return authorization === undefined ? null : authorization.replace(/^Bearer\s+/i, '');
}

function refusalOf({ uiOrigin, originSuffices }: Access, given: string | null): string {
  if (given !== null) return 'The token in the Authorization header is not CODEC_SERVER_TOKEN.';
  const token = 'Send "Authorization: Bearer <CODEC_SERVER_TOKEN>"';
  return originSuffices ? `${token}, or call from a page of ${uiOrigin}.` : `${token}.`;
}
