import { describe, expect, it } from '@jest/globals';
import { csrfTokenOf, isCsrfToken, sessionCookie, tokenIn } from './cookie.ts';
import { isOwnOrigin } from './origin.ts';

const TOKEN = 'a'.repeat(43);

describe('the session cookie', () => {
  it('is found among others, and only by its exact name and form', () => {
    const cookie = sessionCookie('http://localhost:3000');
    expect(tokenIn(`theme=dark; leadline=${TOKEN};x=1`, cookie)).toBe(TOKEN);
    for (const header of [undefined, '', 'leadline=', `xleadline=${TOKEN}`, `leadline=${TOKEN}b`, 'leadline={"$ne":1}'])
      expect(tokenIn(header, cookie)).toBeNull();
  });

  it('is bound to host and encryption over HTTPS', () => {
    expect(sessionCookie('https://leadline.test')).toMatchObject({
      name: '__Host-leadline',
      options: { secure: true, httpOnly: true, sameSite: 'strict', path: '/' },
    });
  });

  it('has a CSRF token of its own', () => {
    expect(isCsrfToken(csrfTokenOf(TOKEN), TOKEN)).toBe(true);
    for (const wrong of [undefined, '', TOKEN, csrfTokenOf('b'.repeat(43))])
      expect(isCsrfToken(wrong, TOKEN)).toBe(false);
  });
});

describe('origins', () => {
  it('are our public address or the host that was asked', () => {
    const own = (origin: string | undefined) =>
      isOwnOrigin({ origin, host: '127.0.0.1:3000' }, 'https://leadline.test');
    for (const origin of [undefined, 'https://leadline.test', 'http://127.0.0.1:3000']) expect(own(origin)).toBe(true);
    for (const origin of ['null', 'https://leadline.test.evil.test', 'http://127.0.0.1:3001', 'https://evil.test'])
      expect(own(origin)).toBe(false);
    // Another name than this machine's own is not taken from the request: a page over plain http could send it.
    const asked = { origin: 'http://leadline.test', host: 'leadline.test' };
    expect(isOwnOrigin(asked, 'https://leadline.test')).toBe(false);
  });
});
