import { describe, expect, it } from '@jest/globals';
import { minute, NOON, sampleRow } from '../../../testing/samples.ts';
import { autopilotText, peopleOf, sectionsOf } from './profileText.ts';

const reply = {
  id: 'r',
  kind: 'autopilotReply' as const,
  at: minute(1),
  title: '',
  phase: 'waiting' as const,
  wall: '2026-03-02 12:01',
  zone: 'UTC',
  why: '',
  operations: [],
};
const at = (ms: number) => () => NOON + ms;

describe('autopilotText', () => {
  it.each([
    [sampleRow(), 'answers new messages'],
    [sampleRow({ processId: null }), 'cannot answer: select a process'],
    [sampleRow({ autopilot: false }), 'off: a person answers'],
    [sampleRow({ optedOut: true }), 'silent: the customer has opted out'],
    [sampleRow({ agenda: [reply] }), 'answers in 0:42'],
    [sampleRow({ agenda: [{ ...reply, phase: 'drafting' }] }), 'writing the answer…'],
  ])('case %#', (row, text) => {
    expect(autopilotText(row, at(18_000))).toBe(text);
  });

  it('admits that an answer is late', () => {
    expect(autopilotText(sampleRow({ agenda: [reply] }), at(10 * 60_000))).toMatch(/^late: was to answer at/);
  });
});

describe('the profile', () => {
  it('names the owner first and nobody twice', () => {
    expect(peopleOf(sampleRow({ ownerId: 'u2', assigneeIds: ['u1', 'u2'] }))).toEqual(['u2', 'u1']);
    expect(peopleOf(null)).toEqual([]);
  });

  it('gathers fields by section', () => {
    const fields = [
      { section: 'Lead', label: 'Source', value: 'Website' },
      { section: 'Trade-in', label: 'Vehicle', value: 'Civic' },
      { section: 'Lead', label: 'Wants', value: 'Lariat' },
    ];
    expect(sectionsOf(fields).map(({ name, fields: own }) => [name, own.length])).toEqual([
      ['Lead', 2],
      ['Trade-in', 1],
    ]);
  });
});
