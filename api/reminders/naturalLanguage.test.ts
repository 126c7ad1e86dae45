import { describe, expect, it } from '@jest/globals';
import { readReminder } from './naturalLanguage.ts';

const ZONE = 'America/Denver';
/** A Tuesday, 10:00 in Denver. */
const NOW = Date.UTC(2026, 10, 24, 17, 0);

describe('a reminder in words', () => {
  it.each([
    ['tomorrow 3pm call co-applicant', 'call co-applicant', '2026-11-25T22:00:00.000Z'],
    ['in 5 seconds call back', 'call back', '2026-11-24T17:00:05.000Z'],
    ['call Dana in 2 hours', 'call Dana', '2026-11-24T19:00:00.000Z'],
    ['remind me to send the CARFAX on Friday', 'send the CARFAX', '2026-11-27T16:00:00.000Z'],
    ['next Monday at 9:30 check the deposit', 'check the deposit', '2026-11-30T16:30:00.000Z'],
    ['today at 8am', 'today at 8am', null],
    ['Mar 20 2027 10am renew the lease offer', 'renew the lease offer', '2027-03-20T16:00:00.000Z'],
    ['call them', null, null],
  ])('%s', (words, text, dueAt) => {
    const read = readReminder(words, ZONE, NOW);
    if (dueAt === null) expect(read).toBeNull();
    else expect({ text: read?.text, dueAt: new Date(read?.dueAt ?? 0).toISOString() }).toEqual({ text, dueAt });
  });
});
