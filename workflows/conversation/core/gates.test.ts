import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { offsetOf, zoneTable } from '@leadline/contract/hours.ts';
import type { AuthorKind } from '@leadline/contract/names.ts';
import { instantOf, parseWall, wallText } from './clock.ts';
import { askGates, firstBlocked } from './gates.ts';
import { DEALERSHIP, POLICY, Scenario, START } from './scenario.ts';
import type { State } from './state.ts';

const FROM = Date.UTC(2026, 9, 1);
const TO = Date.UTC(2028, 8, 1);
const ZONES = [
  'America/New_York',
  'America/Phoenix',
  'America/Indiana/Indianapolis',
  'America/Chicago',
  'America/St_Johns',
  'America/Edmonton',
  'Pacific/Honolulu',
];
const TABLES = new Map(ZONES.map((zone) => [zone, zoneTable(zone, FROM)!]));
const QUIET = { from: '20:00', to: '09:00' };
const SENDERS: AuthorKind[] = ['user', 'autopilot', 'followUp', 'schedule', 'automation'];
const BASE = new Scenario({ dealership: { ...DEALERSHIP, quietHours: QUIET } }).state;

/** The hour on the wall there, by the platform's own data and not by ours. */
function hourIn(zone: string, at: number): number {
  return new Date(at + offsetOf(zone, at)).getUTCHours();
}

describe('the gates', () => {
  it('R18: let nothing out in quiet hours, without consent, after an opt-out or to a number that takes no texts', () => {
    const cases = fc.record({
      zone: fc.constantFrom(...ZONES),
      at: fc.integer({ min: FROM, max: TO }),
      author: fc.constantFrom(...SENDERS),
      optedOut: fc.boolean(),
      consent: fc.constantFrom('none' as const, 'express' as const),
      inboundCount: fc.integer({ min: 0, max: 2 }),
      exempt: fc.boolean(),
      fresh: fc.boolean(),
      badNumber: fc.constantFrom(null, { code: '30006', at: 1 }),
    });
    fc.assert(
      fc.property(cases, ({ zone, at, author, optedOut, consent, inboundCount, exempt, fresh, badNumber }) => {
        const policy = { ...POLICY, window: { ...POLICY.window, quietHoursExempt: exempt } };
        const table = TABLES.get(zone)!;
        const lastInboundAt = at - (fresh ? 60_000 : 2 * 3_600_000);
        const state: State = { ...BASE, optedOut, consent, inboundCount, policy, badNumber, lastInboundAt };
        const verdicts = askGates({ ...state, zone: { table, source: 'number' } }, author, at);
        const hour = hourIn(zone, at);
        const quiet = hour < 9 || hour >= 20;
        const byPerson = author === 'user';
        const expected = {
          optOut: !optedOut,
          consent: byPerson || inboundCount > 0 || consent === 'express',
          channelWindow: true,
          quietHours: !quiet || byPerson || (author === 'autopilot' && exempt && fresh),
          channelAccount: byPerson || badNumber === null,
        };
        // Compared as text: a property of so many runs spends most of its time in comparing.
        const actual = Object.fromEntries(verdicts.map(({ gate, pass }) => [gate, pass]));
        if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
      }),
      { numRuns: 100_000 },
    );
  }, 60_000);

  it.each([
    ['America/New_York', '2027-03-13T22:30'],
    ['America/New_York', '2027-11-06T22:30'],
    ['America/Phoenix', '2027-03-13T22:30'],
    ['America/St_Johns', '2027-11-06T22:30'],
    ['America/Chicago', '2027-03-13T22:30'],
  ])('R13: what comes up in the night in which the clocks change leaves at nine on the wall: %s %s', (zone, wall) => {
    const table = zoneTable(zone, FROM)!;
    const talk = new Scenario({
      dealership: { ...DEALERSHIP, quietHours: QUIET },
      zone: { table, source: 'contact' },
      followUps: true,
      autopilot: false,
      policy: { ...POLICY, followUps: { hours: null, stopStages: [], afterMs: [60_000] } },
    });
    talk.now = instantOf(table, parseWall(wall)!).at;
    talk.inbound().update('sendMessage', { text: 'Hello', fromDraftId: null });
    expect(wallText(table, talk.the('followUpPlanned').dueAt).slice(11)).toBe('09:00');
  });

  it('R13: a customer of whose zone nothing is known is in the dealership’s', () => {
    const verdict = askGates({ ...BASE, zone: null }, 'followUp', FROM).find(({ gate }) => gate === 'quietHours');
    expect(verdict?.inputs).toMatchObject({ zone: START.dealership.zone.zone, zoneFrom: 'dealership' });
  });

  it('are all asked and on record, also after one has said no', () => {
    const verdicts = askGates({ ...BASE, optedOut: true, inboundCount: 0 }, 'followUp', FROM);
    expect(verdicts.map(({ gate }) => gate)).toEqual([
      'optOut',
      'consent',
      'channelWindow',
      'quietHours',
      'channelAccount',
    ]);
    expect(firstBlocked(verdicts)?.gate).toBe('optOut');
  });
});

describe('what waits at the provider', () => {
  it('is dropped where quiet hours begin, so that nothing leaves in the night', () => {
    const table = zoneTable('America/Denver', FROM)!;
    const policy = { ...POLICY, window: { ...POLICY.window, quietHoursExempt: false } };
    const talk = new Scenario({ policy, zone: { table, source: 'contact' } });
    talk.now = instantOf(table, parseWall('2026-11-24T20:54')!).at;
    talk.inbound().wake().draft();
    const ends = talk.effects.flatMap((effect) => (effect.type === 'deliver' ? [effect.expiresAt] : []));
    expect(ends).toEqual([instantOf(table, parseWall('2026-11-24T21:00')!).at]);
    talk.update('sendMessage', { text: 'A person may', fromDraftId: null });
    expect(talk.effects).toMatchObject([{ type: 'deliver', expiresAt: talk.now + 900_000 }]);
  });
});
