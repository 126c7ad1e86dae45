import { describe, expect, it } from '@jest/globals';
import { agenda } from './agenda.ts';
import { responseWindow } from './responseWindow.ts';
import { draftResult, POLICY, Scenario, T0 } from './scenario.ts';

describe('the response window', () => {
  it('arms a reply for an inbound message', () => {
    const talk = new Scenario().inbound();
    expect(talk.types).toEqual(['messageReceived', 'replyArmed']);
    expect(talk.the('replyArmed')).toMatchObject({ burst: 1, dueAt: T0 + 10_000, inbounds: [2] });
    expect(agenda(talk.state)).toMatchObject([
      { kind: 'autopilotReply', at: T0 + 10_000, title: 'Auto Pilot replies' },
    ]);
  });

  it('moves with each text of a burst, up to its maximum, and answers all with one reply', () => {
    const talk = new Scenario().inbound().after(8_000).inbound('and the price?');
    expect(talk.the('replyArmed')).toMatchObject({ burst: 1, dueAt: T0 + 18_000, inbounds: [2, 4] });
    talk.after(9_000).inbound('hello?').after(9_000).inbound('anyone?');
    expect(talk.the('replyArmed').dueAt).toBe(T0 + 30_000);
    talk.wake().draft();
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'sent', inbounds: [2, 4, 6, 8], final: true });
    expect(talk.state.undecided).toEqual([]);
    expect(talk.effects).toMatchObject([{ type: 'deliver', author: 'autopilot', attempt: 1 }]);
  });

  it('starts drafting before the reply is due, by the time that the model usually takes', () => {
    const talk = new Scenario().inbound();
    const early = talk.the('replyArmed');
    expect(early.dueAt - early.draftAt).toBe(3_250);
    talk.wake();
    expect(talk.now).toBe(early.draftAt);
    expect(talk.effects).toEqual([
      { type: 'draft', itemId: 'reply-1-3', step: null, upTo: 2, processVersionId: 'p1v1', dueAt: early.dueAt },
    ]);
    talk.draft({ answer: { ...draftResult().answer, tookMs: 500 } }).inbound();
    const later = talk.the('replyArmed');
    expect(later.dueAt - later.draftAt).toBeLessThan(3_250);
  });

  it('does not start again what is in hand', () => {
    const talk = new Scenario().inbound().wake();
    talk.take({ type: 'tick', inHand: ['reply-1-3'] });
    expect(talk.effects).toEqual([]);
  });

  it('jitters by conversation and burst only, within its fraction', () => {
    const policy = { ...POLICY, window: { ...POLICY.window, jitter: 0.2 } };
    const { state } = new Scenario({ policy });
    const due = (burst: number): number => responseWindow(state, policy, burst, T0, T0).dueAt - T0;
    expect(due(1)).toBe(due(1));
    for (let burst = 1; burst < 200; burst += 1) {
      expect(due(burst)).toBeGreaterThanOrEqual(10_000);
      expect(due(burst)).toBeLessThanOrEqual(12_000);
    }
    expect(new Set(Array.from({ length: 50 }, (_, burst) => due(burst))).size).toBeGreaterThan(40);
  });
});

describe('a newer message while the model drafts', () => {
  it('discards the draft and arms anew', () => {
    const talk = new Scenario().inbound().wake().inbound('one more thing');
    talk.take({ type: 'draftReady', itemId: 'reply-1-3', result: draftResult() });
    expect(talk.events).toEqual([]);
    expect(talk.effects).toEqual([]);
  });
});

describe('the switch', () => {
  it('OFF takes a pending reply back for certain, and says so', () => {
    const talk = new Scenario().inbound().wake().update('setAutopilot', { on: false });
    expect(talk.types).toEqual(['autopilotSet', 'replyCancelled', 'decisionMade']);
    expect(talk.the('decisionMade')).toMatchObject({
      outcome: 'held',
      reason: 'autopilot-off',
      final: false,
      inbounds: [2],
    });
    expect(talk.result).toMatchObject({ on: false, cancelled: { dueAt: T0 + 10_000 } });
    talk.take({ type: 'draftReady', itemId: 'reply-1-3', result: draftResult() });
    expect(talk.events).toEqual([]);
    expect(agenda(talk.state)).toEqual([]);
  });

  it('ON arms the window at once for what is unanswered', () => {
    const talk = new Scenario({ autopilot: false }).inbound();
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'held', reason: 'autopilot-off' });
    talk.after(3_600_000).update('setAutopilot', { on: true });
    expect(talk.result).toMatchObject({ armed: { dueAt: talk.now + 10_000 } });
    talk.wake().draft();
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'sent', inbounds: [2] });
  });

  it('ON with nothing unanswered arms nothing; the same value again changes nothing', () => {
    const talk = new Scenario({ autopilot: false }).update('setAutopilot', { on: true });
    expect(talk.types).toEqual(['autopilotSet']);
    expect(talk.update('setAutopilot', { on: true }).events).toEqual([]);
  });

  it('ON never answers a customer who opted out', () => {
    const talk = new Scenario()
      .inbound('STOP')
      .update('setAutopilot', { on: false })
      .inbound('hello')
      .update('setAutopilot', { on: true });
    expect(talk.types).toEqual(['autopilotSet']);
  });
});

describe('processes', () => {
  it('holds a message while none is selected, and answers it once one is', () => {
    const talk = new Scenario({ policy: null }).inbound();
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'held', reason: 'no-process' });
    talk.update('selectProcess', { processId: 'p1' }, { policy: POLICY });
    expect(talk.types).toEqual(['processSelected', 'replyArmed']);
  });

  it('arms anew under another process, and drops the draft of the old one', () => {
    const other = { ...POLICY, processId: 'p2', versionId: 'p2v1' };
    const talk = new Scenario().inbound().wake().update('selectProcess', { processId: 'p2' }, { policy: other });
    expect(agenda(talk.state)[0]?.id).not.toBe('reply-1-3');
    talk.draft();
    expect(talk.events).toEqual([]);
    talk.draft({ processVersionId: 'p2v1' });
    expect(talk.types).toContain('messageQueued');
  });

  it('refuses one that does not exist', () => {
    const talk = new Scenario().update('selectProcess', { processId: 'nope' }, { policy: null });
    expect(talk.refusal).toMatchObject({ code: 'unknown-process' });
    expect(talk.events).toEqual([]);
  });
});

describe("the model's answer", () => {
  it('hands off with the reason and a reminder for the owner', () => {
    const talk = new Scenario()
      .inbound('call me')
      .wake()
      .draft({ outcome: 'handOff', text: '', reason: 'The customer wants a call.' });
    expect(talk.types).toEqual(['replyCancelled', 'decisionMade', 'reminderAdded', 'reminderDue']);
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'handedOff', reason: 'model-hand-off', final: true });
    expect(talk.the('reminderAdded')).toMatchObject({ forUserId: 'ana' });
    expect(talk.state.waitingSinceAt).toBe(T0);
    expect(talk.effects).toEqual([]);
  });

  it('that nothing is needed ends the matter, on the record', () => {
    const talk = new Scenario().inbound('ok thanks').wake().draft({ outcome: 'nothing', text: '' });
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'suppressed', reason: 'model-nothing', final: true });
  });

  it('that never comes is a hand-off', () => {
    const talk = new Scenario().inbound().wake();
    talk.take({
      type: 'draftFailed',
      itemId: 'reply-1-3',
      reason: 'model-unavailable',
      detail: 'The AI model could not be reached.',
    });
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'handedOff', reason: 'model-unavailable' });
    expect(agenda(talk.state)).toEqual([]);
  });

  it('is not asked for past the turns of a day, and again on the next', () => {
    const talk = new Scenario({ policy: { ...POLICY, limits: { aiTurnsPerDay: 2, identicalExchanges: 3 } } });
    for (let turn = 0; turn < 2; turn += 1) talk.inbound().wake().draft();
    talk.inbound().wake();
    expect(talk.effects).toEqual([]);
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'handedOff', reason: 'turn-cap' });
    talk.after(86_400_000).inbound().wake();
    expect(talk.effects).toMatchObject([{ type: 'draft' }]);
  });
});

describe('the agenda item of a reply', () => {
  it('can be done at once', () => {
    const talk = new Scenario().inbound().after(1_000).update('actNow', { itemId: 'reply-1-3' });
    expect(talk.the('replyArmed')).toMatchObject({ dueAt: T0 + 1_000, draftAt: T0 + 1_000 });
    expect(talk.due).toEqual(['reply-1-4']);
  });

  it('done at once leaves in quiet hours too: a person has chosen the time', () => {
    const policy = { ...POLICY, window: { ...POLICY.window, quietHoursExempt: false } };
    const atNight = new Scenario({ policy }).after(12 * 3_600_000).inbound();
    const { id, wall } = agenda(atNight.state)[0]!;
    expect(wall).toBe('2026-11-25 08:00');
    expect(atNight.update('actNow', { itemId: id }).wake().draft().types).toContain('messageQueued');
    // What comes after it waits again.
    expect(agenda(atNight.after(60_000).inbound('and now?').state)[0]).toMatchObject({ wall: '2026-11-25 08:00' });
  });

  it('can be cancelled, also by a click that a new text has overtaken', () => {
    const talk = new Scenario().inbound().inbound('second').update('cancelAgendaItem', { itemId: 'reply-1-3' });
    expect(talk.the('decisionMade')).toMatchObject({
      outcome: 'held',
      reason: 'cancelled-by-person',
      inbounds: [2, 4],
    });
    expect(talk.update('cancelAgendaItem', { itemId: 'reply-1-3' }).refusal).toMatchObject({ code: 'unknown-item' });
  });
});
