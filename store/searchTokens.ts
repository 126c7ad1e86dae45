/**
 * Tokens by which conversations are found. All are looked up by equality, because the databases that Leadline runs on
 * differ in how well they serve prefixes and ranges over arrays: a name's word is stored with each of its prefixes, a
 * number with each run of three digits.
 */

const LONGEST_PREFIX = 20;
const RUN = 3;
const MAX_WORDS_OF_MESSAGE = 200;
/** Words that nearly every message holds: looking them up would read all messages. */
const COMMON = new Set(
  'a an and are as at be but by can do for from get had has have he her hi him his how i if in is it its just me my no not of ok on or our out she so that the their them then there they this to up us was we what when will with would yes you your'.split(
    ' ',
  ),
);

/** Lower-case words without accents; letters and digits only. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** The digits of a number in any format. */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** What a conversation is found by: prefixes of the name's words, runs of the number's digits. */
export function contactTokens(name: string, address: string): string[] {
  return [...new Set([...wordsOf(name).flatMap(prefixes), ...runs(digitsOf(address))])];
}

/** What a message is found by. */
export function messageTokens(text: string): string[] {
  return [...new Set(wordsOf(text))].filter((word) => !COMMON.has(word)).slice(0, MAX_WORDS_OF_MESSAGE);
}

/** What was typed into the search field. */
export interface SearchTerms {
  /** All of these are among the name's tokens. */
  name: string[];
  /** A run of digits that the number holds, with the token to look it up by; null when nothing like a number was typed. */
  phone: { digits: string; token: string } | null;
  /** All of these are among a message's words. */
  text: string[];
}

/** Takes a search apart; every part may be empty, and a search of common words only finds by name. */
export function searchTerms(query: string): SearchTerms {
  const words = wordsOf(query);
  const digits = digitsOf(query);
  const isNumber = digits.length >= RUN && /^[\d\s()+.\-/]+$/.test(query);
  return {
    name: words.map((word) => word.slice(0, LONGEST_PREFIX)),
    // The last digits tell numbers apart; the first are the area code that half of them share.
    phone: isNumber ? { digits, token: digits.slice(-RUN) } : null,
    text: words.filter((word) => !COMMON.has(word)),
  };
}

function prefixes(word: string): string[] {
  const most = Math.min(word.length, LONGEST_PREFIX);
  return Array.from({ length: most }, (_, index) => word.slice(0, index + 1));
}

function runs(digits: string): string[] {
  return Array.from({ length: Math.max(digits.length - RUN + 1, 0) }, (_, index) => digits.slice(index, index + RUN));
}
