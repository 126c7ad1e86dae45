import * as chrono from 'chrono-node';
import { offsetOf } from '@leadline/contract/hours.ts';

/** A day without a time means this hour. */
const MORNING_HOUR = 9;

/**
 * Takes a reminder in words apart: "tomorrow 3pm call co-applicant" is "call co-applicant", tomorrow at three on the clock
 * of `zone`. Null where no time is to be found, or only one that has passed.
 */
export function readReminder(words: string, zone: string, now: number): { text: string; dueAt: number } | null {
  const minutes = offsetOf(zone, now) / 60_000;
  const [found] = chrono.en.casual.parse(words, { instant: new Date(now), timezone: minutes }, { forwardDate: true });
  if (!found) return null;
  const { start } = found;
  const toMorning = start.isCertain('hour') || isSpan(found) ? 0 : MORNING_HOUR - (start.get('hour') ?? MORNING_HOUR);
  const at = start.date().getTime() + toMorning * 3_600_000;
  // The clocks may change between now and then: the time of day that was said is what counts.
  const dueAt = at + (offsetOf(zone, now) - offsetOf(zone, at));
  if (dueAt <= now) return null;
  const rest = `${words.slice(0, found.index)} ${words.slice(found.index + found.text.length)}`;
  const text = rest
    .replace(/\s+/g, ' ')
    .replace(/^[\s,:;-]+|[\s,:;-]+$/g, '')
    .replace(/^(to|remind me( to)?)\s+/i, '');
  return { text: text.replace(/\s+(at|on|by)$/i, '') || words.trim(), dueAt };
}

/** "in 2 hours": so long from now, whatever the clock shows. */
function isSpan(found: chrono.ParsedResult): boolean {
  return /\b(in|after)\b.*\b(seconds?|secs?|minutes?|mins?|hours?|hrs?)\b/i.test(found.text);
}
