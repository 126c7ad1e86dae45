import { describe, expect, it } from '@jest/globals';
import { MESSAGE_VALIDITY_MS } from '@leadline/contract/names.ts';
import { agenda } from './agenda.ts';
import { wallText } from './clock.ts';
import { DEALERSHIP, draftResult, POLICY, Scenario, T0, ZONE } from './scenario.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const hello = { text: 'Hello', fromDraftId: null };
const silent = (): Scenario =>
  new Scenario({ followUps: true, autopilot: false }).inbound().update('sendMessage', hello);

describe('a sequence', () => {
  it('starts when our message is the last one, and goes on step by step', () => {
    const talk = silent();
    expect(talk.the('followUpPlanned')).toMatchObject({ step: 0, dueAt: T0 + DAY });
    expect(agenda(talk.state)).toMatchObject([
      {
        kind: 'followUp',
        title: 'Follow-up 1 of 2',
        wall: '2026-11-25 10:00',
        zone: 'America/Denver',
        operations: ['actNow', 'skip', 'move'],
      },
    ]);
    talk.wake();
    expect(talk.effects).toMatchObject([{ type: 'draft', step: 0, processVersionId: 'p1v1', dueAt: T0 + DAY }]);
    talk.draft({ text: 'Still interested?' });
    expect(talk.types).toEqual(['messageQueued', 'decisionMade', 'followUpPlanned']);
    expect(talk.the('messageQueued')).toMatchObject({ author: 'followUp' });
    expect(talk.the('followUpPlanned')).toMatchObject({ step: 1, dueAt: T0 + 4 * DAY });
    talk.wake().draft();
    expect(talk.types).toEqual(['messageQueued', 'decisionMade']);
    expect(agenda(talk.state)).toEqual([]);
  });

  it('ends with the customer’s answer, and begins anew with ours', () => {
    const talk = silent().inbound('yes?');
    expect(talk.the('followUpCancelled')).toEqual({ step: 0, reason: 'customer-replied' });
    talk.after(HOUR).update('sendMessage', hello);
    expect(talk.the('followUpPlanned')).toMatchObject({ step: 0, dueAt: T0 + HOUR + DAY });
  });

  it.each([
    ['the toggle', 'turned-off', (talk: Scenario) => talk.update('setFollowUps', { on: false })],
    ['a stop stage', 'stage', (talk: Scenario) => talk.update('setStage', { stage: 'sold' })],
    ['resolving', 'resolved', (talk: Scenario) => talk.update('resolve', {})],
  ])('is ended by %s', (_what, reason, act) => {
    expect(act(silent()).the('followUpCancelled')).toMatchObject({ reason });
  });

  it('is ended by an opt-out', () => {
    const talk = silent().inbound('STOP');
    expect(talk.the('followUpCancelled')).toMatchObject({ reason: 'opted-out' });
    expect(agenda(talk.state)).toEqual([]);
  });

  it('does not send what was written before a person wrote', () => {
    const talk = silent().wake();
    const draft = talk.effects[0];
    talk.update('sendMessage', hello);
    if (draft?.type !== 'draft') throw new Error('No draft was asked for.');
    const { result } = {
      result: {
        draftId: 'd',
        outcome: 'reply' as const,
        text: 'old',
        reason: 'r',
        processVersionId: 'p1v1',
        answer: { model: 'm', reason: 'r', confidence: 1, suggestedStage: null, intent: null, tookMs: 1 },
      },
    };
    talk.take({ type: 'draftReady', itemId: draft.itemId, result });
    expect(talk.events).toEqual([]);
  });

  it('turned off says what it cancelled, turned on what it plans, and an old step does not leave at once', () => {
    const talk = silent().update('setFollowUps', { on: false });
    expect(talk.result).toEqual({ on: false, cancelled: { dueAt: T0 + DAY }, planned: null });
    talk.after(2 * DAY).update('setFollowUps', { on: true });
    expect(talk.result).toEqual({ on: true, cancelled: null, planned: { dueAt: T0 + 3 * DAY } });
  });
});

describe('a step', () => {
  it('keeps to its own hours and out of quiet ones, in the contact’s zone', () => {
    const policy = {
      ...POLICY,
      followUps: { hours: { from: '09:00', to: '11:00' }, stopStages: [], afterMs: [12 * HOUR] },
    };
    const talk = new Scenario({ followUps: true, autopilot: false, policy }).inbound().update('sendMessage', hello);
    expect(agenda(talk.state)[0]?.wall).toBe('2026-11-25 09:00');
  });

  it('can be skipped, moved and sent at once', () => {
    const talk = silent();
    const itemId = agenda(talk.state)[0]!.id;
    talk.update('moveAgendaItem', { itemId, at: T0 + 2 * HOUR });
    expect(talk.the('followUpPlanned')).toMatchObject({ step: 0, dueAt: T0 + 2 * HOUR });
    const moved = agenda(talk.state)[0]!.id;
    talk.update('cancelAgendaItem', { itemId: moved });
    expect(talk.types).toEqual(['followUpCancelled', 'followUpPlanned']);
    expect(talk.state.followUp).toMatchObject({ step: 1 });
    talk.update('actNow', { itemId: agenda(talk.state)[0]!.id });
    expect(talk.state.followUp).toMatchObject({ step: 1, dueAt: T0 });
    expect(talk.update('moveAgendaItem', { itemId: agenda(talk.state)[0]!.id, at: T0 - 1 }).refusal).toMatchObject({
      code: 'in-the-past',
    });
    expect(talk.update('moveAgendaItem', { itemId, at: T0 + HOUR }).refusal).toMatchObject({ code: 'unknown-item' });
  });

  it('that falls into quiet hours while it is written waits for their end, on the record', () => {
    const talk = silent().wake();
    talk.after(12 * HOUR).draft();
    expect(talk.types).toEqual(['decisionMade', 'followUpPlanned']);
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'deferred' });
    expect(agenda(talk.state)[0]).toMatchObject({ wall: '2026-11-26 08:00' });
  });

  /** At ten in the evening, by a person who moves it there or sends it at once. */
  const inQuietHours = (talk: Scenario): Scenario =>
    talk
      .update('moveAgendaItem', { itemId: agenda(talk.state)[0]!.id, at: T0 + 12 * HOUR })
      .wake()
      .draft();

  it('leaves in quiet hours where a person has chosen the time, with this on the record', () => {
    const talk = inQuietHours(silent());
    expect(talk.the('messageQueued')).toMatchObject({ author: 'followUp' });
    const quiet = talk.the('decisionMade').gates.find(({ gate }) => gate === 'quietHours');
    expect(quiet).toMatchObject({ pass: true, inputs: { exempt: 'a person chose the time' } });
    // The next step is the sequence's own again.
    expect(wallText(ZONE, talk.the('followUpPlanned').dueAt).slice(11)).toBe('08:00');
  });

  it('that a person sends at once just before quiet hours has the time of a person’s message to be delivered', () => {
    const talk = silent();
    talk.after(11 * HOUR - 1_000).update('actNow', { itemId: agenda(talk.state)[0]!.id });
    talk.wake().draft();
    expect(talk.effects).toMatchObject([{ type: 'deliver', expiresAt: talk.now + MESSAGE_VALIDITY_MS }]);
  });

  it('keeps the person’s time when its process changes while it is written', () => {
    const talk = silent();
    talk.update('moveAgendaItem', { itemId: agenda(talk.state)[0]!.id, at: T0 + 12 * HOUR }).wake();
    talk.draft({ processVersionId: 'p1v0' });
    expect(talk.the('followUpPlanned')).toMatchObject({ step: 0, dueAt: talk.now });
    expect(talk.wake().draft().types).toContain('messageQueued');
  });

  it('waited for the end of quiet hours whoever chose the time, under the rules before', () => {
    const talk = silent();
    talk.state = { ...talk.state, rulesVersion: 1 };
    expect(inQuietHours(talk).the('decisionMade')).toMatchObject({ outcome: 'deferred' });
  });

  it('is not sent when the model reads an opt-out, nor when a person takes over while it is written', () => {
    const optedOut = silent()
      .wake()
      .draft({ answer: { ...draftResult().answer, intent: 'optOut' } });
    expect(optedOut.state.optedOut).toBe(true);
    expect(optedOut.types).not.toContain('messageQueued');
    const talk = silent().wake();
    talk.update('assign', { ownerId: 'leo', userIds: ['leo'], takeOver: true }).draft();
    expect(talk.the('followUpCancelled')).toMatchObject({ reason: 'person-took-over' });
    expect(agenda(talk.state)).toEqual([]);
  });

  it('that the model cannot write ends the sequence, with the reason', () => {
    const talk = silent().wake();
    talk.take({ type: 'draftFailed', itemId: agenda(talk.state)[0]!.id, reason: 'model-unavailable', detail: 'Down.' });
    expect(talk.types).toEqual(['followUpCancelled', 'decisionMade', 'reminderAdded', 'reminderDue']);
    expect(agenda(talk.state)).toEqual([]);
  });

  it('is what sparkle drafts when nothing is unanswered', () => {
    expect(silent().update('generateReply', {}).effects).toMatchObject([{ type: 'draftForComposer', step: 0 }]);
  });
});

it('a 14-day sequence over the end of summer time keeps to the clock on the wall', () => {
  const start = Date.UTC(2027, 2, 8, 17, 0, 0);
  const policy = {
    ...POLICY,
    followUps: { hours: { from: '10:00', to: '18:00' }, stopStages: [], afterMs: Array<number>(14).fill(DAY) },
  };
  const talk = new Scenario({ followUps: true, autopilot: false, policy, dealership: { ...DEALERSHIP, zone: ZONE } });
  talk.now = start;
  talk.inbound().update('sendMessage', hello);
  const walls: string[] = [];
  while (talk.state.followUp) {
    walls.push(agenda(talk.state)[0]!.wall.slice(11));
    talk.wake().draft();
  }
  expect(walls).toHaveLength(14);
  expect(walls[0]).toBe('10:00');
  expect(walls.every((wall) => wall >= '10:00' && wall < '12:00')).toBe(true);
});
