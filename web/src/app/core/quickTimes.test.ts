import { quickTimes } from './quickTimes.ts';

describe('quick times', () => {
  it.each([
    ['a Tuesday', new Date(2026, 10, 24, 15, 30), new Date(2026, 10, 30, 9)],
    ['a Sunday', new Date(2026, 10, 29, 15, 30), new Date(2026, 10, 30, 9)],
    ['a Monday', new Date(2026, 10, 30, 8, 0), new Date(2026, 11, 7, 9)],
  ])('are all to come, and Monday is the next one: %s', (_day, now, monday) => {
    const times = quickTimes(now.getTime());
    expect(times.every((time) => time.at > now.getTime())).toBe(true);
    expect(times.at(-1)).toMatchObject({ name: 'Monday 9:00', at: monday.getTime() });
  });
});
