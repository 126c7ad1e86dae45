import type { Channel } from './names.ts';

/**
 * Words by which a customer opts out, opts in or asks for help. Twilio answers all of them itself (support article
 * 223134027), so nothing of ours may. REVOKE, OPT OUT: FCC 24-18.
 */
const OPT_OUT = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];
const OPT_IN = ['START', 'UNSTOP'];
/** YES opts in only after an opt-out: else it is an answer. */
const OPT_IN_AFTER_OPT_OUT = ['YES'];
const HELP = ['HELP', 'INFO'];

export type Keyword = 'optOut' | 'optIn' | 'help';

/** The keyword that a message consists of, whatever its case, spaces and punctuation; null for any other text. */
export function keywordOf(text: string, channel: Channel, optedOut: boolean): Keyword | null {
  const word = text
    .slice(0, 40)
    .toUpperCase()
    .replace(/[\s\p{P}\p{S}]+/gu, '');
  if (OPT_OUT.includes(word)) return 'optOut';
  if (OPT_IN.includes(word)) return 'optIn';
  if (optedOut && OPT_IN_AFTER_OPT_OUT.includes(word)) return 'optIn';
  // Only a carrier answers this one; elsewhere it is a question like any other.
  return channel === 'sms' && HELP.includes(word) ? 'help' : null;
}
