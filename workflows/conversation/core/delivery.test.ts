import { describe, expect, it } from '@jest/globals';
import type { DeliverOutcome } from '@leadline/contract/ports.ts';
import { agenda } from './agenda.ts';
import { askGates } from './gates.ts';
import { Scenario, START, T0 } from './scenario.ts';

function sentByPerson(): { talk: Scenario; messageId: string } {
  const talk = new Scenario().inbound().update('sendMessage', { text: 'Hello', fromDraftId: null });
  return { talk, messageId: talk.the('messageQueued').messageId };
}

function answeredByAi(): { talk: Scenario; messageId: string } {
  const talk = new Scenario().inbound().wake().draft();
  return { talk, messageId: talk.the('messageQueued').messageId };
}

const outcome = (talk: Scenario, messageId: string, author: 'user' | 'autopilot', result: DeliverOutcome): Scenario =>
  talk.take({ type: 'deliveryOutcome', messageId, attempt: 1, author, inbounds: [2], outcome: result });

describe('a delivery', () => {
  it('that succeeds is no news for the conversation', () => {
    const { talk, messageId } = sentByPerson();
    expect(outcome(talk, messageId, 'user', { outcome: 'sent' }).events).toEqual([]);
  });

  it('that fails is recorded once, and can be tried again as a new attempt of the same message', () => {
    const { talk, messageId } = sentByPerson();
    outcome(talk, messageId, 'user', { outcome: 'failed', code: '30003' });
    expect(talk.types).toEqual(['deliveryFailed']);
    talk.take({ type: 'deliveryFailed', report: { messageId, attempt: 1, code: '30003', requestId: 'r' } });
    expect(talk.events).toEqual([]);
    talk.update('retryMessage', { messageId });
    expect(talk.the('messageQueued')).toMatchObject({ messageId, attempt: 2, author: 'user' });
    expect(talk.effects).toMatchObject([{ type: 'deliver', messageId, attempt: 2 }]);
    expect(talk.update('retryMessage', { messageId }).refusal).toMatchObject({ code: 'not-failed' });
  });

  it('that fails twice over keeps its attempts apart: a late word of the first changes nothing for the second', () => {
    const { talk, messageId } = sentByPerson();
    outcome(talk, messageId, 'user', { outcome: 'failed', code: null });
    talk.update('retryMessage', { messageId });
    talk.take({ type: 'deliveryFailed', report: { messageId, attempt: 1, code: '30006', requestId: 'r' } });
    expect(talk.events).toEqual([]);
    expect(talk.update('retryMessage', { messageId }).refusal).toMatchObject({ code: 'not-failed' });
  });

  it('refused as opted out opts the customer out', () => {
    const { talk, messageId } = sentByPerson();
    outcome(talk, messageId, 'user', { outcome: 'failed', code: '21610' });
    expect(talk.types).toEqual(['deliveryFailed', 'optedOut']);
    expect(talk.update('retryMessage', { messageId }).refusal).toMatchObject({ code: 'opted-out' });
  });

  it('of an AI answer that failed leaves its messages to a person, who is told', () => {
    const { talk, messageId } = answeredByAi();
    outcome(talk, messageId, 'autopilot', { outcome: 'failed', code: null });
    expect(talk.types).toEqual(['deliveryFailed', 'answerLost', 'decisionMade', 'reminderAdded', 'reminderDue']);
    expect(talk.state).toMatchObject({ undecided: [2], waitingSinceAt: talk.now });
  });

  it('of an AI answer that a take-over has overtaken leaves its messages to the person, who knows', () => {
    const { talk, messageId } = answeredByAi();
    talk.update('assign', { ownerId: 'leo', userIds: ['leo'], takeOver: true });
    outcome(talk, messageId, 'autopilot', { outcome: 'overtaken', answered: false });
    expect(talk.types).toEqual(['answerLost', 'decisionMade']);
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'held', reason: 'person-took-over', inbounds: [2] });
    expect(talk.state.undecided).toEqual([2]);
  });

  it('of an AI answer that a take-over has overtaken opens its own messages, whatever was armed since', () => {
    const { talk, messageId } = answeredByAi();
    talk.update('assign', { ownerId: 'leo', userIds: ['leo'], takeOver: true }).inbound('hello?');
    const [later = 0] = talk.state.undecided;
    outcome(talk, messageId, 'autopilot', { outcome: 'overtaken', answered: false });
    expect(talk.types).toEqual(['answerLost']);
    talk.wake().draft();
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'sent', inbounds: [2, later] });
  });

  it('of an AI answer that a person’s message has overtaken is no news: the person has answered', () => {
    const { talk, messageId } = answeredByAi();
    talk.update('sendMessage', { text: 'It is me', fromDraftId: null });
    expect(outcome(talk, messageId, 'autopilot', { outcome: 'overtaken', answered: true }).events).toEqual([]);
  });

  it.each([
    ['a take-over', (talk: Scenario) => talk.update('assign', { ownerId: 'leo', userIds: ['leo'], takeOver: true })],
    ['resolving', (talk: Scenario) => talk.update('resolve', {})],
  ])('that never happened is not decided anew by Auto Pilot after %s', (_what, act) => {
    const { talk, messageId } = answeredByAi();
    outcome(talk, messageId, 'autopilot', { outcome: 'unknown', at: talk.now });
    act(talk);
    for (let look = 0; look < 3; look += 1) {
      talk.wake();
      talk.take({ type: 'reconcileOutcome', messageId, attempt: 1, outcome: { outcome: 'notFound' } });
    }
    expect(talk.state).toMatchObject({ reply: null, unknown: [] });
  });

  it('of a deleted conversation is no matter of the one that has begun since, but for an opt-out', () => {
    const { talk, messageId } = sentByPerson();
    talk.update('deleteConversation', {});
    talk.take({ type: 'started', start: START }).inbound('hello again');
    expect(outcome(talk, messageId, 'user', { outcome: 'failed', code: '30003' }).events).toEqual([]);
    expect(outcome(talk, messageId, 'user', { outcome: 'unknown', at: talk.now }).events).toEqual([]);
    talk.take({ type: 'deliveryFailed', report: { messageId, attempt: 1, code: '21610', requestId: 'r' } });
    expect(talk.state).toMatchObject({ optedOut: true, failed: [], unknown: [] });
  });

  it('to a number that takes no texts ends what is automatic, until they write from it; a person may try', () => {
    const { talk, messageId } = sentByPerson();
    talk.update('setFollowUps', { on: true });
    talk.take({ type: 'deliveryFailed', report: { messageId, attempt: 1, code: '30006', requestId: 'r' } });
    expect(talk.the('followUpCancelled')).toEqual({ step: 0, reason: 'bad-number' });
    expect(askGates(talk.state, 'automation', talk.now).at(-1)).toMatchObject({
      gate: 'channelAccount',
      pass: false,
      inputs: { badNumber: '30006' },
    });
    expect(talk.update('retryMessage', { messageId }).refusal).toBeNull();
    expect(talk.inbound('I am here').state.badNumber).toBeNull();
  });

  it.each(['30034', '30007'])('refused with the code %s is told to the admins, and not again and again', (code) => {
    const { talk, messageId } = sentByPerson();
    outcome(talk, messageId, 'user', { outcome: 'failed', code });
    expect(talk.the('userNotified')).toMatchObject({ forUserId: null, text: expect.stringContaining(code) });
    if (code !== '30034') return;
    const again = talk.update('sendMessage', { text: 'Hello?', fromDraftId: null }).the('messageQueued').messageId;
    expect(outcome(talk, again, 'user', { outcome: 'failed', code }).types).toEqual(['deliveryFailed']);
  });

  it('refused because our account may not send holds back the AI for an hour, and no person', () => {
    const { talk, messageId } = sentByPerson();
    outcome(talk, messageId, 'user', { outcome: 'failed', code: '30034' });
    talk.inbound('hello?').wake().draft();
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'suppressed', reason: 'gate' });
    expect(talk.update('sendMessage', { text: 'Hi', fromDraftId: null }).refusal).toBeNull();
    talk.after(3_600_001).inbound('still there?').wake().draft();
    expect(talk.types).toContain('messageQueued');
  });
});

describe('a delivery of which nobody knows', () => {
  it('is looked for after 15 s, 60 s and 5 min, and never sent again blindly', () => {
    const { talk, messageId } = sentByPerson();
    outcome(talk, messageId, 'user', { outcome: 'unknown', at: T0 });
    const checks: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      talk.wake();
      checks.push(talk.now - T0);
      expect(talk.effects).toMatchObject([{ type: 'reconcile', messageId, attempt: 1 }]);
      talk.take({ type: 'reconcileOutcome', messageId, attempt: 1, outcome: { outcome: 'notFound' } });
    }
    expect(checks).toEqual([15_000, 60_000, 300_000]);
    expect(talk.types).toEqual(['deliverySettled']);
    expect(agenda(talk.state)).toEqual([]);
    expect(talk.effects).toEqual([]);
    expect(talk.update('retryMessage', { messageId }).refusal).toBeNull();
  });

  it('is settled when it is found', () => {
    const { talk, messageId } = answeredByAi();
    outcome(talk, messageId, 'autopilot', { outcome: 'unknown', at: talk.now }).wake();
    talk.take({ type: 'reconcileOutcome', messageId, attempt: 1, outcome: { outcome: 'sent' } });
    expect(talk.the('deliverySettled')).toMatchObject({ status: 'sent' });
    expect(talk.state.unknown).toEqual([]);
  });

  it('decides an AI answer anew when it never left', () => {
    const { talk, messageId } = answeredByAi();
    outcome(talk, messageId, 'autopilot', { outcome: 'unknown', at: talk.now });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      talk.wake().take({ type: 'reconcileOutcome', messageId, attempt: 1, outcome: { outcome: 'notFound' } });
    }
    expect(talk.types).toEqual(['deliverySettled', 'answerLost', 'replyArmed']);
    talk.wake().draft();
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'sent', inbounds: [2] });
  });

  it('leaves it at that when a person has answered meanwhile', () => {
    const { talk, messageId } = answeredByAi();
    outcome(talk, messageId, 'autopilot', { outcome: 'unknown', at: talk.now });
    talk.update('sendMessage', { text: 'Hello', fromDraftId: null });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      talk.wake().take({ type: 'reconcileOutcome', messageId, attempt: 1, outcome: { outcome: 'notFound' } });
    }
    expect(talk.types).toEqual(['deliverySettled']);
  });
});

describe('the channel window of Messenger', () => {
  it('stops the AI after 24 h, and a person after seven days', () => {
    const talk = new Scenario({}, { channel: 'messenger' }).inbound();
    talk
      .after(25 * 3_600_000)
      .wake()
      .draft();
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'suppressed', reason: 'gate' });
    expect(talk.update('sendMessage', { text: 'Hi', fromDraftId: null }).refusal).toBeNull();
    talk.after(7 * 24 * 3_600_000);
    expect(talk.update('sendMessage', { text: 'Hi', fromDraftId: null }).refusal).toMatchObject({ code: 'blocked' });
  });
});
