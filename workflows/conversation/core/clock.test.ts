import { describe, expect, it } from '@jest/globals';
import { zoneTable, type BusinessHours } from '@leadline/contract/hours.ts';
import {
  afterOpenTime,
  instantOf,
  nextClosed,
  nextOpen,
  nextOutside,
  nextWithin,
  parseWall,
  wallText,
} from './clock.ts';

const from = Date.UTC(2026, 9, 1);
const table = (zone: string) => zoneTable(zone, from)!;
const at = (text: string): number => Date.parse(text);
const wall = (text: string): number => parseWall(text)!;
const QUIET = { from: '21:00', to: '08:00' };
const NIGHT = { from: '09:00', to: '20:00' };
const HOURS: BusinessHours = {
  days: {
    mon: [
      { from: '09:00', to: '12:00' },
      { from: '13:00', to: '18:00' },
    ],
    tue: [{ from: '09:00', to: '18:00' }],
  },
  holidays: ['2026-12-01'],
};

describe('local times', () => {
  it.each([
    ['America/Denver', '2026-11-25T09:00', '2026-11-25T16:00:00Z', 'exact'],
    ['America/Denver', '2027-06-25T09:00', '2027-06-25T15:00:00Z', 'exact'],
    ['America/New_York', '2027-03-14T02:30', '2027-03-14T07:30:00Z', 'skipped'],
    ['America/New_York', '2027-11-07T01:30', '2027-11-07T05:30:00Z', 'repeated'],
    ['America/Phoenix', '2027-03-14T02:30', '2027-03-14T09:30:00Z', 'exact'],
    ['America/Indiana/Indianapolis', '2027-03-14T02:30', '2027-03-14T07:30:00Z', 'skipped'],
    ['America/St_Johns', '2027-03-14T02:30', '2027-03-14T06:00:00Z', 'skipped'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00Z', 'skipped'],
  ])('%s %s is %s (%s)', (zone, local, instant, clock) => {
    expect(instantOf(table(zone), wall(local))).toEqual({ at: at(instant), clock });
  });

  it('are shown as the clock there shows them', () => {
    expect(wallText(table('America/St_Johns'), at('2026-11-25T12:00:00Z'))).toBe('2026-11-25 08:30');
  });

  it.each(['', '2026-11-25', '2026-13-25T09:00', '2027-02-30T09:00', '9:00 tomorrow'])('does not read %j', (text) => {
    expect(parseWall(text)).toBeNull();
  });

  it('agree with the platform at every hour of two years, in zones of all kinds', () => {
    for (const zone of ['America/Denver', 'America/Phoenix', 'America/St_Johns', 'Europe/Dublin', 'Asia/Kathmandu']) {
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
      const known = table(zone);
      for (let hour = 0; hour < 729 * 24; hour += 7)
        expect(wallText(known, from + hour * 3_600_000)).toBe(format.format(from + hour * 3_600_000));
    }
  });
});

describe('quiet hours and hours of a day', () => {
  it.each([
    ['in the evening', 'America/Denver', '2026-11-25T05:30:00Z', '2026-11-25T15:00:00Z'],
    ['after midnight', 'America/Denver', '2026-11-25T09:00:00Z', '2026-11-25T15:00:00Z'],
    ['by day', 'America/Denver', '2026-11-25T18:00:00Z', '2026-11-25T18:00:00Z'],
    ['at their very end', 'America/Denver', '2026-11-25T15:00:00Z', '2026-11-25T15:00:00Z'],
  ])('%s', (_when, zone, now, allowed) => {
    expect(nextOutside(QUIET, table(zone), at(now))).toBe(at(allowed));
  });

  // quality.md R13: 22:30 to the next 09:00 in the nights in which the clocks change.
  it.each([
    ['America/New_York', '2027-03-13T22:30', 9.5],
    ['America/New_York', '2027-11-06T22:30', 11.5],
    ['America/Phoenix', '2027-03-13T22:30', 10.5],
  ])('last as long as the night does: %s %s', (zone, local, hours) => {
    const start = instantOf(table(zone), wall(local)).at;
    expect((nextWithin(NIGHT, table(zone), start) - start) / 3_600_000).toBe(hours);
  });
});

describe('business hours', () => {
  const zone = table('America/Denver');
  it('open again after lunch, and not on a holiday', () => {
    expect(nextOpen(HOURS, zone, at('2026-11-30T19:30:00Z'))).toBe(at('2026-11-30T20:00:00Z'));
    expect(nextOpen(HOURS, zone, at('2026-12-01T17:00:00Z'))).toBe(at('2026-12-07T16:00:00Z'));
  });

  it('close', () => {
    expect(nextClosed(HOURS, zone, at('2026-11-30T17:00:00Z'))).toBe(at('2026-11-30T19:00:00Z'));
    expect(nextClosed(HOURS, zone, at('2026-11-29T17:00:00Z'))).toBe(at('2026-11-29T17:00:00Z'));
  });

  it('count only while they last', () => {
    const due = afterOpenTime(HOURS, zone, at('2026-11-30T18:30:00Z'), 60 * 60_000);
    expect(due).toBe(at('2026-11-30T20:30:00Z'));
    expect(afterOpenTime(HOURS, zone, at('2026-12-01T00:30:00Z'), 60 * 60_000)).toBe(at('2026-12-07T16:30:00Z'));
  });

  it('of a dealership that never opens leave the plain clock', () => {
    const never = { days: {}, holidays: [] };
    expect(nextOpen(never, zone, from)).toBe(from);
    expect(afterOpenTime(never, zone, from, 1_000)).toBe(from + 1_000);
  });
});
