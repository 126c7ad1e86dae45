import { describe, expect, it } from '@jest/globals';
import { NOON } from '../../testing/samples.ts';
import { ago, countdown, dayName } from './times.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('countdown', () => {
  it.each([
    [42_000, '0:42'],
    [41_001, '0:42'],
    [5 * MINUTE + 9000, '5:09'],
    [3 * HOUR + 5 * MINUTE, '3h 05m'],
    [0, '0:00'],
    [-30_000, '0:00'],
  ])('%i ms ahead is %s', (ahead, text) => {
    expect(countdown(NOON + ahead, NOON)).toBe(text);
  });
});

describe('countdown to a day', () => {
  it('has a weekday while one is enough, and a date from then on', () => {
    expect(countdown(NOON + 3 * 24 * HOUR, NOON, 'UTC')).toMatch(/^\w{3}\W/);
    expect(countdown(NOON + 8 * 24 * HOUR, NOON, 'UTC')).toMatch(/\d.*, /);
  });
});

describe('ago', () => {
  it.each([
    [10_000, 'now'],
    [2 * MINUTE, '2m'],
    [HOUR, '1h'],
    [3 * 24 * HOUR, '3d'],
    [-5000, 'now'],
  ])('%i ms after is %s', (passed, text) => {
    expect(ago(NOON, NOON + passed)).toBe(text);
  });
});

describe('dayName', () => {
  it('knows today and yesterday', () => {
    expect(dayName(NOON, NOON + HOUR)).toBe('Today');
    expect(dayName(NOON, NOON + 24 * HOUR)).toBe('Yesterday');
  });
});
