import { createHmac } from 'node:crypto';
import { isSameSecret } from '@leadline/temporal/codec/sameSecret.ts';

/** The session's cookie. Over HTTPS its name makes browsers insist on the host, the path and encryption. */
export interface SessionCookie {
  name: string;
  options: { httpOnly: true; sameSite: 'strict'; secure: boolean; path: '/' };
}

export function sessionCookie(publicUrl: string): SessionCookie {
  const secure = publicUrl.startsWith('https:');
  return {
    name: secure ? '__Host-leadline' : 'leadline',
    options: { httpOnly: true, sameSite: 'strict', secure, path: '/' },
  };
}

const TOKEN = /^[\w-]{43}$/;

/** The token in a `Cookie` header; null where there is none that could be one. */
export function tokenIn(header: string | undefined, { name }: SessionCookie): string | null {
  const ours = header?.split(/; */).find((pair) => pair.startsWith(`${name}=`));
  const token = ours?.slice(name.length + 1) ?? '';
  return TOKEN.test(token) ? token : null;
}

/** What a page of ours sends back with each change; it follows from the session's token, which other sites cannot read. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('csrf').digest('base64url');
}

export function isCsrfToken(given: string | undefined, token: string): boolean {
  return isSameSecret(given ?? '', csrfTokenOf(token));
}
