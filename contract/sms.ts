/**
 * How a text is cut into SMS. One character outside of GSM-7 (an emoji, a curly quote) turns the whole text into UCS-2,
 * which has room for less than half.
 */
export interface SmsSize {
  encoding: 'GSM-7' | 'UCS-2';
  /** Units of the encoding that the text takes: what is counted and billed. */
  length: number;
  /** Texts that the carrier sends; 0 for an empty one. */
  segments: number;
  /** Units that fit into that many segments. */
  capacity: number;
}

const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Characters of GSM-7's extension table take two units. */
const GSM_EXTENDED = '^{}\\[~]|€\f';

/** A message in one segment has more room than each segment of a longer one, which carries a header. */
const ROOM = { 'GSM-7': { single: 160, each: 153 }, 'UCS-2': { single: 70, each: 67 } } as const;

/** Counts a text as the carrier does. */
export function smsSize(text: string): SmsSize {
  const gsm = gsmUnits(text);
  const encoding = gsm === null ? 'UCS-2' : 'GSM-7';
  const units = gsm ?? text.length;
  const { single, each } = ROOM[encoding];
  if (units <= single) return { encoding, length: units, segments: units === 0 ? 0 : 1, capacity: single };
  const segments = gsm === null ? ucs2Segments(text, each) : gsmSegments(text, each);
  return { encoding, length: units, segments, capacity: segments * each };
}

/** Units in GSM-7; null where it lacks a character. */
function gsmUnits(text: string): number | null {
  let units = 0;
  for (const char of text) {
    if (GSM.includes(char)) units += 1;
    else if (GSM_EXTENDED.includes(char)) units += 2;
    else return null;
  }
  return units;
}

/** An extended character is never cut in two. */
function gsmSegments(text: string, each: number): number {
  return countSegments(
    Array.from(text, (char) => (GSM_EXTENDED.includes(char) ? 2 : 1)),
    each,
  );
}

/** Neither is a pair of surrogates. */
function ucs2Segments(text: string, each: number): number {
  return countSegments(
    Array.from(text, (char) => char.length),
    each,
  );
}

function countSegments(sizes: readonly number[], each: number): number {
  let [segments, used] = [1, 0];
  for (const size of sizes) {
    if (used + size > each) [segments, used] = [segments + 1, 0];
    used += size;
  }
  return segments;
}
