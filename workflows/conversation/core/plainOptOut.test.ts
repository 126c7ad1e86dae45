import { describe, expect, it } from '@jest/globals';
import { NEAR_MISSES, OPT_OUTS } from './optOutPhrases.ts';
import { asksForSilence } from './plainOptOut.ts';
import { Scenario } from './scenario.ts';

describe('R17: an opt-out in plain words', () => {
  it('is recognised in at least 98 of 100, and at most 3 of 100 other texts are taken for one', () => {
    expect(Math.min(OPT_OUTS.length, NEAR_MISSES.length)).toBeGreaterThanOrEqual(300);
    const [most, missed] = [OPT_OUTS.length * 0.02, OPT_OUTS.filter((text) => !asksForSilence(text))];
    expect(missed.length > most ? missed : []).toEqual([]);
    const [mostMistaken, mistaken] = [NEAR_MISSES.length * 0.03, NEAR_MISSES.filter(asksForSilence)];
    expect(mistaken.length > mostMistaken ? mistaken : []).toEqual([]);
  });

  it('takes effect before the next commit: all that was planned is gone, and nobody may send', () => {
    const talk = new Scenario({ autopilot: false, followUps: true }).inbound();
    talk.update('sendMessage', { text: 'Hello', fromDraftId: null });
    const wall = '2026-11-26T12:00';
    const zone = talk.state.zone!.table;
    talk.update('scheduleMessage', { text: 'Later', wall, zone, cancelIfTheyReply: false });
    talk.inbound('please stop texting me, I bought a Mazda');
    expect(talk.the('optedOut')).toEqual({ source: 'words', since: talk.now });
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'suppressed', reason: 'opt-out-request', final: true });
    expect(talk.the('userNotified')).toMatchObject({ forUserId: 'ana' });
    expect(talk.state).toMatchObject({ optedOut: true, scheduled: [], followUp: null, reply: null, undecided: [] });
    expect(talk.effects).toMatchObject([{ type: 'tellSiblings', change: { optedOut: true } }]);
    expect(talk.update('sendMessage', { text: 'Sorry', fromDraftId: null }).refusal).toMatchObject({
      code: 'opted-out',
    });
  });

  it('needs neither Auto Pilot nor a process', () => {
    expect(new Scenario({ autopilot: false, policy: null }).inbound('take me off your list').state.optedOut).toBe(true);
  });
});
