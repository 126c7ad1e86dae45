import { describe, expect, it } from '@jest/globals';
import { sampleEvent } from '../../../testing/samples.ts';
import { sentenceOf, type Names } from './systemLines.ts';

const names: Names = {
  user: (id) => (id === 'u1' ? 'You' : 'Leo Kim'),
  fullUser: (id) => (id === 'u1' ? 'Ana Perez' : 'Leo Kim'),
  stage: (key) => key.toUpperCase(),
};
const told = (...event: Parameters<typeof sampleEvent>): string | null => sentenceOf(sampleEvent(...event), names);

describe('sentenceOf', () => {
  it('names who did what', () => {
    expect(told('autopilotSet', 1, { on: false })).toBe('You turned Auto Pilot off');
    expect(told('stageSet', 1, { stage: 'call', from: 'new' }, { actor: { kind: 'system' } })).toBe(
      'Leadline moved the stage from NEW to CALL',
    );
    expect(told('assigned', 1, { ownerId: 'u2', userIds: ['u2', 'u1'], takeOver: true })).toBe(
      'You assigned it to Leo Kim, Ana Perez',
    );
    expect(told('assigned', 1, { ownerId: null, userIds: [], takeOver: false })).toBe('You removed the assignees');
    expect(told('processSelected', 1, { policy: { processName: 'Internet lead', version: 7 } })).toBe(
      'You chose the process Internet lead v7',
    );
  });

  it('gives the explanation of a decision not to answer, and leaves the others to their messages', () => {
    expect(told('decisionMade', 1, { outcome: 'held', explanation: 'A person answers.' })).toBe('A person answers.');
    expect(told('decisionMade', 1, { outcome: 'sent', explanation: 'Asked and answered.' })).toBeNull();
  });

  it('speaks of a new attempt only, for a first one is the message itself', () => {
    expect(told('messageQueued', 1, { attempt: 1 })).toBeNull();
    expect(told('messageQueued', 1, { attempt: 2 })).toBe('You sent it again, attempt 2');
  });

  it('tells a local time as it was asked for, whatever the clock of this device', () => {
    const data = { wall: '2026-11-27T09:00', zone: 'America/Edmonton', clock: 'exact' };
    expect(told('messageScheduled', 1, data)).toMatch(/^You scheduled a message for .*27.* 9:00\sAM in Edmonton$/);
  });

  it('is silent about what it does not know', () => {
    expect(told('somethingNew', 1)).toBeNull();
  });
});
