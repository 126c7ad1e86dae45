import { describe, expect, it } from '@jest/globals';
import { draftResult, Scenario } from './scenario.ts';

const hello = { text: 'Hello, this is Leo.', fromDraftId: null };

describe("a person's message", () => {
  it('drops a pending AI reply and answers for it', () => {
    const talk = new Scenario().inbound().wake().update('sendMessage', hello);
    expect(talk.types).toEqual(['replyCancelled', 'messageQueued', 'decisionMade']);
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'answeredByPerson', inbounds: [2], final: true });
    expect(talk.effects).toMatchObject([{ type: 'deliver', author: 'user' }]);
    talk.take({ type: 'draftReady', itemId: 'reply-1-3', result: draftResult() });
    expect(talk.events).toEqual([]);
    expect(talk.state).toMatchObject({ status: 'open', waitingSinceAt: null });
  });

  it('is sent once when its update comes twice', () => {
    const talk = new Scenario().update('sendMessage', hello, { id: 'key' });
    const first = talk.result;
    talk.update('sendMessage', hello, { id: 'key' });
    expect(talk.events).toEqual([]);
    expect(talk.result).toEqual(first);
  });

  it.each(['', '   ', 'x'.repeat(1601)])('is refused when it is empty or too long', (text) => {
    expect(new Scenario().update('sendMessage', { text, fromDraftId: null }).refusal).toMatchObject({
      code: 'invalid',
    });
  });

  it('records the gates also when nothing was unanswered', () => {
    const talk = new Scenario().update('sendMessage', hello);
    expect(talk.the('decisionMade').gates.map((gate) => gate.gate)).toEqual([
      'optOut',
      'consent',
      'channelWindow',
      'quietHours',
      'channelAccount',
    ]);
  });
});

describe('assignment', () => {
  it('to another person with take-over drops a pending AI reply', () => {
    const talk = new Scenario().inbound().update('assign', { ownerId: 'leo', userIds: ['leo', 'ana'], takeOver: true });
    expect(talk.types).toEqual(['assigned', 'replyCancelled', 'decisionMade']);
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'held', reason: 'person-took-over' });
    expect(talk.state).toMatchObject({ ownerId: 'leo', assigneeIds: ['leo', 'ana'], epoch: 1 });
  });

  it('without take-over leaves it', () => {
    expect(
      new Scenario().inbound().update('assign', { ownerId: 'ana', userIds: ['ana', 'leo'], takeOver: false }).types,
    ).toEqual(['assigned']);
  });

  it('to the same people changes nothing', () => {
    expect(new Scenario().update('assign', { ownerId: 'ana', userIds: ['ana'], takeOver: true }).events).toEqual([]);
  });
});

describe('sparkle', () => {
  it('asks the model without sending', () => {
    const talk = new Scenario().inbound().update('generateReply', {});
    expect(talk.events).toEqual([]);
    expect(talk.effects).toMatchObject([{ type: 'draftForComposer', processVersionId: 'p1v1' }]);
    expect(talk.state.reply).not.toBeNull();
  });

  it('needs a process', () => {
    expect(new Scenario({ policy: null }).update('generateReply', {}).refusal).toMatchObject({ code: 'no-process' });
  });
});

describe('stage', () => {
  it('is set, and set again changes nothing', () => {
    const talk = new Scenario().update('setStage', { stage: 'engaged' });
    expect(talk.the('stageSet')).toEqual({ stage: 'engaged', from: 'new' });
    expect(talk.update('setStage', { stage: 'engaged' }).events).toEqual([]);
  });
});
