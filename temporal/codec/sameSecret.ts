import { createHash, timingSafeEqual } from 'node:crypto';

/** Takes the same time whatever is wrong: hashes, so that the lengths are the same too. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
