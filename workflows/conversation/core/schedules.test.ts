import { describe, expect, it } from '@jest/globals';
import { agenda } from './agenda.ts';
import { Scenario, ZONE } from './scenario.ts';

const args = { text: 'See you at nine.', wall: '2026-11-25T09:00', zone: ZONE, cancelIfTheyReply: true };
const planned = (change = {}): Scenario =>
  new Scenario({ autopilot: false }).inbound().update('scheduleMessage', { ...args, ...change });
const id = (talk: Scenario): string => talk.state.scheduled[0]!.scheduledId;

describe('a scheduled message', () => {
  it('goes out at its local time, through the gates', () => {
    const talk = planned();
    expect(talk.result).toMatchObject({ at: Date.UTC(2026, 10, 25, 16), clock: 'exact' });
    expect(agenda(talk.state)).toMatchObject([
      { kind: 'scheduledMessage', wall: '2026-11-25 09:00', operations: ['actNow', 'edit', 'cancel'] },
    ]);
    talk.wake();
    expect(talk.the('messageQueued')).toMatchObject({ author: 'schedule', userId: 'leo', text: '' });
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'sent', reason: 'scheduled' });
    expect(agenda(talk.state)).toEqual([]);
  });

  it.each([
    ['2027-03-14T02:30', 'skipped', Date.UTC(2027, 2, 14, 9, 30)],
    ['2027-11-07T01:30', 'repeated', Date.UTC(2027, 10, 7, 7, 30)],
  ])('at %s is taken with a note: %s', (wall, clock, at) => {
    expect(planned({ wall }).result).toMatchObject({ clock, at });
  });

  it('can be changed, cancelled and sent at once', () => {
    const talk = planned();
    talk.update('changeScheduled', { ...args, scheduledId: id(talk), wall: '2026-11-26T10:00' });
    expect(agenda(talk.state)[0]?.wall).toBe('2026-11-26 10:00');
    talk.update('cancelScheduled', { scheduledId: id(talk) });
    expect(agenda(talk.state)).toEqual([]);
    expect(talk.update('cancelScheduled', { scheduledId: 'x' }).refusal).toMatchObject({ code: 'unknown-scheduled' });
    talk.update('scheduleMessage', args).update('actNow', { itemId: agenda(talk.state)[0]!.id });
    expect(talk.types).toContain('messageQueued');
  });

  it('is taken back when the customer replies, unless it is to go out anyway', () => {
    expect(planned().inbound('ok').the('scheduledCancelled')).toMatchObject({ reason: 'customer-replied' });
    expect(planned({ cancelIfTheyReply: false }).inbound('ok').types).not.toContain('scheduledCancelled');
  });

  it('waits for the end of quiet hours, and then goes', () => {
    const talk = planned({ wall: '2026-11-25T22:15' }).wake();
    expect(talk.types).toEqual(['scheduledDeferred', 'decisionMade']);
    expect(agenda(talk.state)[0]?.wall).toBe('2026-11-26 08:00');
    expect(talk.wake().types).toContain('messageQueued');
  });

  it('never goes out after an opt-out', () => {
    const talk = planned({ cancelIfTheyReply: false }).inbound('STOP');
    expect(talk.the('scheduledCancelled')).toMatchObject({ reason: 'opted-out' });
    expect(talk.update('scheduleMessage', args).refusal).toMatchObject({ code: 'opted-out' });
  });

  it.each([
    [{ wall: '2026-11-24T09:00' }, 'in-the-past'],
    [{ wall: '2028-11-24T09:00' }, 'too-far'],
    [{ wall: 'tomorrow' }, 'invalid'],
    [{ text: '  ' }, 'invalid'],
  ])('is refused: %j', (change, code) => {
    expect(planned(change).refusal).toMatchObject({ code });
  });

  it('has a bound on its number', () => {
    const talk = new Scenario();
    for (let count = 0; count < 20; count += 1) talk.update('scheduleMessage', args);
    expect(talk.update('scheduleMessage', args).refusal).toMatchObject({ code: 'too-many' });
  });
});
