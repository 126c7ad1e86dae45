import { describe, expect, it } from '@jest/globals';
import { quickTimes } from './quickTimes.ts';
import { instantAt, isElsewhere, placeOf, wallAt } from './zones.ts';

describe('clocks of other places', () => {
  const noon = Date.UTC(2026, 10, 24, 19);

  it.each([
    ['America/Denver', '2026-11-24T12:00'],
    ['America/St_Johns', '2026-11-24T15:30'],
    ['Asia/Kathmandu', '2026-11-25T00:45'],
  ])('%s', (zone, wall) => {
    expect(wallAt(noon, zone)).toBe(wall);
    expect(instantAt(wall, zone)).toBe(noon);
  });

  it('know the change of the clocks', () => {
    expect(instantAt('2027-03-14T09:00', 'America/New_York')).toBe(Date.UTC(2027, 2, 14, 13));
    expect(instantAt('2027-03-13T09:00', 'America/New_York')).toBe(Date.UTC(2027, 2, 13, 14));
  });

  it('are named by their place, and told from this device’s', () => {
    expect(placeOf('America/St_Johns')).toBe('St Johns');
    expect(isElsewhere(null, noon)).toBe(false);
    expect(isElsewhere('Asia/Kathmandu', noon)).toBe(true);
  });

  it('give the times that people mean there', () => {
    const times = quickTimes(Date.UTC(2026, 10, 25, 3), 'Asia/Kathmandu');
    expect(times.map(({ wall }) => wall)).toEqual([
      '2026-11-25T09:45',
      '2026-11-25T12:45',
      '2026-11-26T09:00',
      '2026-11-27T09:00',
      '2026-11-30T09:00',
    ]);
  });
});
