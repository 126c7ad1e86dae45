import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { minute, sampleRow } from '../../testing/samples.ts';
import { Rows, unreadCount } from './rows.ts';

describe('Rows', () => {
  let rows: Rows;

  beforeEach(() => {
    rows = TestBed.inject(Rows);
    rows.take([sampleRow()]);
  });

  it('takes a later commit', () => {
    rows.take([sampleRow({ position: 11, committedAt: minute(1), stage: 'sold' })]);
    expect(rows.get('c1')?.stage).toBe('sold');
  });

  it('does not take an older one, nor change when the same comes again', () => {
    rows.take([sampleRow({ position: 9, committedAt: minute(-1), stage: 'new' })]);
    rows.take([sampleRow()]);
    expect(rows.get('c1')).toEqual(sampleRow());
  });

  it('takes a later commit of the same position: it replaced the former', () => {
    rows.take([sampleRow({ committedAt: minute(1), stage: 'sold' })]);
    expect(rows.get('c1')?.stage).toBe('sold');
  });

  it('keeps what the reader has read when a pushed row does not know it', () => {
    rows.take([sampleRow({ position: 11, committedAt: minute(1), inboundCount: 5, readInboundCount: null })]);
    expect(unreadCount(rows.get('c1')!)).toBe(3);
  });

  it('counts nothing unread while that is unknown, and never below zero', () => {
    expect(unreadCount(sampleRow({ readInboundCount: null }))).toBe(0);
    expect(unreadCount(sampleRow({ readInboundCount: 7 }))).toBe(0);
  });
});
