import { describe, expect, it } from '@jest/globals';
import { sampleRow } from '../../../testing/samples.ts';
import { filterFrom, isFoundByContact, matches, NO_FILTER, queryOf } from './listFilter.ts';

describe('filterFrom', () => {
  it('reads the address, and what makes no sense there is as if it were not', () => {
    expect(filterFrom({})).toEqual(NO_FILTER);
    expect(filterFrom({ view: 'mine', status: 'open', channel: 'sms', unread: 'true', sort: 'oldest' })).toMatchObject({
      view: 'mine',
      status: 'open',
      channel: 'sms',
      unread: true,
      sort: 'oldest',
    });
    expect(filterFrom({ view: 'theirs', status: 'gone', channel: 'fax', sort: 'best' })).toEqual(NO_FILTER);
  });

  it('is what queryOf wrote', () => {
    const filter = { ...NO_FILTER, view: 'unassigned', stage: 'engaged', q: 'jane', unread: true } as const;
    const query = Object.fromEntries(Object.entries(queryOf(filter)).map(([key, value]) => [key, value ?? undefined]));
    expect(filterFrom(query)).toEqual(filter);
    expect(Object.values(queryOf(NO_FILTER)).every((value) => value === null)).toBe(true);
  });
});

describe('matches', () => {
  const row = sampleRow();
  it.each([
    ['all', {}, true],
    ['mine', { view: 'mine' }, true],
    ['unassigned', { view: 'unassigned' }, false],
    ['a colleague', { assignee: 'u2' }, false],
    ['its status', { status: 'open' }, true],
    ['another status', { status: 'resolved' }, false],
    ['another channel', { channel: 'webchat' }, false],
    ['another stage', { stage: 'sold' }, false],
    ['unread', { unread: true }, false],
  ] as const)('%s', (_name, change, expected) => {
    expect(matches(row, { ...NO_FILTER, ...change }, 'u1')).toBe(expected);
  });

  it('finds an unassigned one and an unread one', () => {
    expect(matches(sampleRow({ ownerId: null, assigneeIds: [] }), { ...NO_FILTER, view: 'unassigned' }, 'u1')).toBe(
      true,
    );
    expect(matches(sampleRow({ inboundCount: 3 }), { ...NO_FILTER, unread: true }, 'u1')).toBe(true);
  });
});

describe('isFoundByContact', () => {
  it.each([
    ['jane', true],
    ['doe ja', true],
    ['ane', false],
    ['(825) 555-9025', true],
    ['5559025', true],
    ['90', false],
    ['+1 825 555 0000', false],
  ])('%s', (q, expected) => {
    expect(isFoundByContact(sampleRow(), q)).toBe(expected);
  });

  it('does not mind accents', () => {
    expect(
      isFoundByContact(sampleRow({ contact: { id: 'k', name: 'José Núñez', address: '+18255550000' } }), 'jose nunez'),
    ).toBe(true);
  });
});
