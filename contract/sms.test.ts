import { describe, expect, it } from '@jest/globals';
import { smsSize } from './sms.ts';

describe('smsSize', () => {
  it('has room for one message when there is nothing yet', () => {
    expect(smsSize('')).toEqual({ encoding: 'GSM-7', length: 0, segments: 0, capacity: 160 });
  });

  it.each([
    [160, 1, 160],
    [161, 2, 306],
    [306, 2, 306],
    [307, 3, 459],
  ])('counts %i plain letters', (length, segments, capacity) => {
    expect(smsSize('a'.repeat(length))).toEqual({ encoding: 'GSM-7', length, segments, capacity });
  });

  it('counts two for the euro sign and brackets', () => {
    expect(smsSize('€[]').length).toBe(6);
    expect(smsSize('€'.repeat(80)).segments).toBe(1);
    expect(smsSize('€'.repeat(81)).segments).toBe(2);
  });

  it.each([
    [70, 1],
    [71, 2],
    [134, 2],
    [135, 3],
  ])('counts %i letters that GSM-7 lacks', (length, segments) => {
    expect(smsSize('ж'.repeat(length))).toMatchObject({ encoding: 'UCS-2', length, segments });
  });

  it('turns to UCS-2 for one curly quote, and counts an emoji as two', () => {
    expect(smsSize('it’s')).toMatchObject({ encoding: 'UCS-2', length: 4, capacity: 70 });
    expect(smsSize('👍')).toMatchObject({ encoding: 'UCS-2', length: 2, segments: 1 });
  });

  it('does not cut a character between two segments', () => {
    // 66 units, then an emoji that no longer fits the first 67.
    expect(smsSize('ж'.repeat(66) + '👍' + 'ж'.repeat(66)).segments).toBe(3);
    expect(smsSize('a'.repeat(152) + '€' + 'a'.repeat(152)).segments).toBe(3);
  });
});
