import { describe, expect, it } from '@jest/globals';
import { compareKeys, cursorOf, parseCursor, tiesOf, timeWindows } from './pages.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');

describe('pages', () => {
  it('takes back its own cursors and nothing else', () => {
    const key = { at: new Date(NOW), id: 'abc-1' };
    expect(parseCursor(cursorOf(key))).toEqual(key);
    for (const wrong of [
      '',
      'x',
      Buffer.from('1/$ne').toString('base64url'),
      Buffer.from('-1/a').toString('base64url'),
    ])
      expect(parseCursor(wrong)).toBeNull();
  });

  it('widens until the last window holds everything that is left', () => {
    for (const sort of ['newest', 'oldest'] as const) {
      for (const after of [null, { at: new Date(NOW), id: 'a' }]) {
        const windows = timeWindows(sort, after, NOW);
        const last = windows.at(-1)!;
        if (sort === 'newest') expect(last['$gte']).toEqual(new Date(0));
        else expect(last['$lte']).toBeUndefined();
        expect(windows.length).toBeLessThan(10);
      }
    }
  });

  it('goes on after the last row in either direction', () => {
    const [a, b] = ['a', 'b'].map((id) => ({ at: new Date(NOW), id })) as [
      { at: Date; id: string },
      { at: Date; id: string },
    ];
    expect(compareKeys('oldest', a, b)).toBeLessThan(0);
    expect(compareKeys('newest', a, b)).toBeGreaterThan(0);
    expect(compareKeys('newest', a, a)).toBeCloseTo(0);
    expect(tiesOf('at', 'newest', a)).toEqual({ at: a.at, _id: { $lt: 'a' } });
    expect(tiesOf('at', 'oldest', a)).toEqual({ at: a.at, _id: { $gt: 'a' } });
  });
});
