import { describe, expect, it } from '@jest/globals';
import { sampleRow } from '../../../testing/samples.ts';
import { quietUntil } from './contactClock.ts';

describe('quiet hours', () => {
  const row = sampleRow({ zone: 'America/Denver', quietHours: { from: '21:00', to: '08:00' } });
  /** In winter Denver is seven hours behind UTC. */
  const at = (clock: string): number => Date.parse(`2026-03-02T${clock}:00-07:00`);

  it.each([
    ['20:59', null],
    ['21:00', '8:00 AM'],
    ['00:30', '8:00 AM'],
    ['07:59', '8:00 AM'],
    ['08:00', null],
    ['12:00', null],
  ])('are on where the contact is: %s there', (clock, until) => {
    expect(quietUntil(row, at(clock))).toBe(until);
  });

  it('may lie within one day, and may be none', () => {
    const nap = { ...row, quietHours: { from: '12:00', to: '14:00' } };
    expect([at('11:59'), at('13:00'), at('14:00')].map((time) => quietUntil(nap, time))).toEqual([
      null,
      '2:00 PM',
      null,
    ]);
    expect(quietUntil({ ...row, quietHours: null }, at('23:00'))).toBeNull();
  });
});
