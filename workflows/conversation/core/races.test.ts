import { describe, expect, it } from '@jest/globals';
import { replyItemId } from './agenda.ts';
import { wallText } from './clock.ts';
import { draftResult, Scenario, ZONE } from './scenario.ts';

const hello = { text: 'Hello', fromDraftId: null };
const SECOND = 1_000;
/** From a second before a deadline to a second after it, in steps of ten milliseconds. */
const AROUND = Array.from({ length: 201 }, (_, index) => (index - 100) * 10);

const authors = (talk: Scenario): string[] =>
  talk.journal.flatMap((event) => (event.type === 'messageQueued' ? [event.data.author] : []));

describe('R15: a person who sends around the deadline of a reply', () => {
  it.each([
    ['sends', (talk: Scenario) => talk.update('sendMessage', hello)],
    ['takes over', (talk: Scenario) => talk.update('assign', { ownerId: 'leo', userIds: ['leo'], takeOver: true })],
    ['turns Auto Pilot off', (talk: Scenario) => talk.update('setAutopilot', { on: false })],
  ])('who %s before it is never talked over; after it, the reply has left', (_what, act) => {
    for (const offset of AROUND) {
      const talk = new Scenario().inbound().wake();
      const { reply } = talk.state;
      const draft = {
        type: 'draftReady' as const,
        itemId: replyItemId(reply!),
        result: draftResult(),
      };
      const answer = { at: reply!.dueAt, run: () => talk.take(draft) };
      const person = { at: reply!.dueAt + offset, run: () => act(talk) };
      const steps = offset < 0 ? [person, answer] : [answer, person];
      for (const { at, run } of steps) {
        talk.now = at;
        run();
      }
      expect(authors(talk).filter((author) => author === 'autopilot')).toHaveLength(offset < 0 ? 0 : 1);
      expect(authors(talk).lastIndexOf('autopilot')).toBeLessThan(1);
    }
  });
});

describe('R16: what is planned', () => {
  const planned = (): Scenario => {
    const talk = new Scenario({ followUps: true, autopilot: false }).inbound().update('sendMessage', hello);
    const wall = wallText(ZONE, talk.now + 3_600_000).replace(' ', 'T');
    return talk.update('scheduleMessage', { text: 'Later', wall, zone: ZONE, cancelIfTheyReply: false });
  };

  it('and cancelled a second before its time is not sent, and its end is on record', () => {
    const talk = planned();
    const one = talk.state.scheduled[0]!;
    talk.now = one.at - SECOND;
    talk.update('cancelScheduled', { scheduledId: one.scheduledId });
    expect(talk.the('scheduledCancelled')).toMatchObject({ reason: 'person' });
    talk.now = one.at + SECOND;
    talk.take({ type: 'tick', inHand: [] });
    expect(authors(talk)).toEqual(['user']);
  });

  it('and moved a second before its time leaves at the new one, once', () => {
    const talk = planned();
    const one = talk.state.scheduled[0]!;
    talk.now = one.at - SECOND;
    const wall = wallText(ZONE, one.at + 3_600_000).replace(' ', 'T');
    const { scheduledId } = one;
    talk.update('changeScheduled', { scheduledId, text: 'Later still', wall, zone: ZONE, cancelIfTheyReply: false });
    talk.now = one.at;
    expect(talk.due).toEqual([]);
    talk.wake();
    expect(talk.now).toBe(one.at + 3_600_000);
    expect(talk.types).toContain('messageQueued');
    talk.take({ type: 'tick', inHand: [] });
    expect(authors(talk)).toEqual(['user', 'schedule']);
  });

  it('leaves also while the conversation is snoozed, and not once it is resolved by the toggle or an opt-out', () => {
    const talk = planned().update('snooze', { until: planned().now + 30 * 86_400_000 });
    talk.wake();
    expect(authors(talk)).toEqual(['user', 'schedule']);
    const stopped = planned().inbound('STOP');
    expect(stopped.due).toEqual([]);
    expect(stopped.state).toMatchObject({ scheduled: [], followUp: null });
  });
});
