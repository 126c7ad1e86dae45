import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RULES, Rules, type Rule } from '@leadline/contract/rules.ts';
import { agenda } from './agenda.ts';
import { DEALERSHIP, draftResult, KEY, Scenario, T0 } from './scenario.ts';
import { callsSince } from './webhooks.ts';

const withRules = (rules: Rule[], start = {}): Scenario =>
  new Scenario({ dealership: { ...DEALERSHIP, rules }, ...start });
const hello = { text: 'Hello', fromDraftId: null };
const rule = (id: string, when: Rule['when'], actions: Rule['actions'], only?: Rule['only']): Rule => ({
  id,
  name: id,
  enabled: true,
  when,
  actions,
  ...(only && { only }),
});

describe('the default rules', () => {
  it('make a customer who answers our first message Engaged, once', () => {
    const talk = withRules(DEFAULT_RULES, { autopilot: false }).inbound();
    expect(talk.state.stage).toBe('new');
    talk.update('sendMessage', hello).inbound('yes');
    expect(talk.the('ruleRan')).toMatchObject({
      ruleId: 'engaged',
      passed: true,
      tests: [{ field: 'outboundCount', actual: '1', pass: true }, { field: 'stage', actual: 'new' }, {}],
    });
    expect(talk.state.stage).toBe('engaged');
    expect(talk.inbound('and?').types).not.toContain('ruleRan');
  });

  it('make a hand-off, or a customer who asks for a call, Needs a Call', () => {
    const talk = withRules(DEFAULT_RULES).inbound().wake().draft({ outcome: 'handOff', text: '' });
    expect(talk.state.stage).toBe('needs-a-call');
    const asked = withRules(DEFAULT_RULES)
      .inbound()
      .wake()
      .draft({ answer: { ...draftResult().answer, intent: 'callRequested' } });
    expect(asked.state.stage).toBe('needs-a-call');
  });

  it('make an opt-out DNC, by keyword or in plain words', () => {
    expect(withRules(DEFAULT_RULES).inbound('STOP').state.stage).toBe('dnc');
    const talk = withRules(DEFAULT_RULES)
      .inbound('you people have no manners at all')
      .wake()
      .draft({ answer: { ...draftResult().answer, intent: 'optOut' } });
    expect(talk.state).toMatchObject({ optedOut: true, stage: 'dnc' });
    expect(talk.types).not.toContain('messageQueued');
  });

  it.each([
    ['30006', 'wrong-number'],
    ['21614', 'wrong-number'],
    ['30003', 'needs-a-call'],
    ['30007', 'new'],
  ])('read the provider’s code %s as %s', (code, stage) => {
    const talk = withRules(DEFAULT_RULES, { autopilot: false }).inbound().update('sendMessage', hello);
    const { messageId } = talk.the('messageQueued');
    talk.take({ type: 'deliveryFailed', report: { messageId, attempt: 1, code, requestId: 'r' } });
    expect(talk.state.stage).toBe(stage);
  });
});

describe('a rule', () => {
  it('is on record with every condition’s value, passed or not', () => {
    const only: Rule['only'] = {
      any: [
        { field: 'tags', is: 'contains', value: 'vip' },
        { field: 'inboundCount', is: 'atLeast', value: 5 },
      ],
    };
    const talk = withRules([rule('r', { on: 'stageChanged' }, [{ do: 'notify', text: 'Look' }], only)]).update(
      'setStage',
      { stage: 'sold' },
    );
    expect(talk.the('ruleRan')).toMatchObject({
      passed: false,
      actions: [],
      tests: [
        { field: 'tags', is: 'contains', value: 'vip', actual: '', pass: false },
        { field: 'inboundCount', is: 'atLeast', value: 5, actual: '0', pass: false },
      ],
    });
  });

  it('looks at the contact’s card, too', () => {
    const only: Rule['only'] = {
      all: [
        { field: 'source', is: 'equal', value: 'Website' },
        { field: 'consent', is: 'equal', value: 'none' },
        { field: 'timeZone', is: 'contains', value: 'Denver' },
      ],
    };
    const talk = withRules([rule('r', { on: 'messageReceived' }, [{ do: 'addTag', tag: 'web' }], only)]).inbound();
    expect(talk.the('ruleRan').tests.map((test) => test.actual)).toEqual(['Website', 'none', 'America/Denver']);
    expect(talk.state.tags).toEqual(['web']);
  });

  it('matches whole words', () => {
    const rules = [rule('art', { on: 'keyword', words: ['art', 'trade in'] }, [{ do: 'addTag', tag: 'hit' }])];
    expect(withRules(rules).inbound('let us start').state.tags).toEqual([]);
    expect(withRules(rules).inbound('Trade-in?').state.tags).toEqual(['hit']);
  });

  it('names its cause, and never reacts to what it brought about', () => {
    const rules = [
      rule('a', { on: 'stageChanged' }, [{ do: 'addTag', tag: 'moved' }]),
      rule('b', { on: 'tagged' }, [{ do: 'setStage', stage: 'back' }]),
    ];
    const talk = withRules(rules).update('setStage', { stage: 'sold' });
    expect(talk.types).toEqual(['stageSet', 'ruleRan', 'tagsSet', 'ruleRan', 'stageSet']);
    expect(talk.events[4]?.cause).toEqual({ kind: 'event', position: 5, rules: ['a', 'b'] });
    expect(talk.state.stage).toBe('back');
  });

  it('acts once on an input, so that rules which answer each other’s messages do not multiply', () => {
    const rules = Array.from({ length: 6 }, (_, index) =>
      rule(`echo-${index}`, { on: 'messageSent' }, [{ do: 'send', text: 'Hi' }]),
    );
    const talk = withRules(rules, { autopilot: false }).inbound().update('sendMessage', hello);
    // The person's, and one of each rule.
    expect(talk.types.filter((type) => type === 'messageQueued')).toHaveLength(7);
  });

  it('falls silent after ten messages in a day', () => {
    const rules = [rule('echo', { on: 'messageReceived' }, [{ do: 'send', text: 'I am a machine' }])];
    const talk = withRules(rules, { autopilot: false });
    for (let round = 0; round < 15; round += 1) talk.after(1_000).inbound('so am I');
    expect(talk.journal.filter((event) => event.type === 'messageQueued')).toHaveLength(10);
    expect(talk.events.at(-1)?.data).toMatchObject({ outcome: 'suppressed', reason: 'turn-cap' });
  });

  it('chains stop at depth five, and that is recorded', () => {
    const rules = Array.from({ length: 8 }, (_, index) =>
      rule(`r${index}`, { on: 'tagged', tag: `t${index}` }, [{ do: 'addTag', tag: `t${index + 1}` }]),
    );
    const talk = withRules(rules).update('setTags', { tags: ['t0'] });
    expect(talk.state.tags).toEqual(['t0', 't1', 't2', 't3', 't4', 't5']);
    expect(talk.the('ruleStopped')).toEqual({ ruleId: 'r5', name: 'r5', depth: 5 });
  });

  it('whose message fails is not set off by that', () => {
    const rules = [rule('again', { on: 'deliveryFailed' }, [{ do: 'send', text: 'Hi {{contact.firstName|there}}' }])];
    const talk = withRules(rules, { autopilot: false }).inbound().update('sendMessage', hello);
    const first = talk.the('messageQueued').messageId;
    talk.take({ type: 'deliveryFailed', report: { messageId: first, attempt: 1, code: null, requestId: 'r' } });
    const second = talk.the('messageQueued').messageId;
    talk.take({ type: 'deliveryFailed', report: { messageId: second, attempt: 1, code: null, requestId: 'r' } });
    expect(talk.types).toEqual(['deliveryFailed']);
  });

  it('of silence runs once, after its time without a word', () => {
    const talk = withRules([rule('quiet', { on: 'noReply', afterMinutes: 60 }, [{ do: 'addTag', tag: 'cold' }])], {
      autopilot: false,
    });
    talk.inbound().update('sendMessage', hello);
    expect(agenda(talk.state)).toMatchObject([{ kind: 'noReply', at: T0 + 3_600_000 }]);
    talk.wake();
    expect(talk.state.tags).toEqual(['cold']);
    expect(agenda(talk.state)).toEqual([]);
    expect(talk.inbound().update('sendMessage', hello).state.silenceRules).toEqual([]);
  });

  it('of silence whose conditions fail is done with, too, and does not run again and again', () => {
    const only: Rule['only'] = { field: 'stage', is: 'equal', value: 'sold' };
    const talk = withRules([rule('quiet', { on: 'noReply', afterMinutes: 60 }, [{ do: 'addTag', tag: 'x' }], only)], {
      autopilot: false,
    });
    talk.inbound().update('sendMessage', hello).wake();
    expect(talk.the('ruleRan')).toMatchObject({ passed: false });
    expect(talk.due).toEqual([]);
  });

  it('whose message comes up in quiet hours has it scheduled for their end', () => {
    const talk = withRules([rule('thanks', { on: 'stageChanged' }, [{ do: 'send', text: 'Thanks!' }])]).inbound();
    talk.after(12 * 3_600_000).update('setStage', { stage: 'sold' });
    expect(agenda(talk.state)).toContainEqual(
      expect.objectContaining({ kind: 'scheduledMessage', wall: '2026-11-25 08:00' }),
    );
    expect(talk.types).not.toContain('messageQueued');
  });

  it('turns switches, assigns, reminds, resolves', () => {
    const talk = withRules([
      rule('all', { on: 'tagged', tag: 'go' }, [
        { do: 'setAutopilot', on: false },
        { do: 'setFollowUps', on: true },
        { do: 'assign', userId: 'sam' },
        { do: 'addReminder', text: 'Call', inMinutes: 30 },
        { do: 'removeTag', tag: 'go' },
        { do: 'resolve' },
      ]),
    ]).update('setTags', { tags: ['go'] });
    expect(talk.state).toMatchObject({
      autopilot: false,
      followUpsOn: true,
      ownerId: 'sam',
      tags: [],
      status: 'resolved',
    });
    expect(talk.the('reminderAdded')).toMatchObject({ forUserId: 'sam', dueAt: T0 + 1_800_000 });
  });
});

describe('a rule that calls a webhook', () => {
  const rules = [
    rule('crm', { on: 'stageChanged', to: 'sold' }, [
      { do: 'addTag', tag: 'won' },
      { do: 'callWebhook', endpointId: 'e1' },
      { do: 'assign', userId: 'sam' },
    ]),
  ];

  it('asks for the call of a run that has a name for ever, as the conversation stands there', () => {
    const talk = withRules(rules).update('setStage', { stage: 'sold' });
    const position = talk.events.find((event) => event.type === 'ruleRan')!.position;
    expect(talk.the('ruleRan').actions).toEqual(['addTag', 'callWebhook', 'assign']);
    expect(talk.effects).toEqual([
      {
        type: 'callWebhook',
        eventId: `${KEY.conversationId}-${position}-e1`,
        endpointId: 'e1',
        contactId: 'c1',
        createdAt: T0,
        rule: { id: 'crm', name: 'crm' },
        conversation: { stage: 'sold', status: 'new', ownerId: 'ana', tags: ['won'] },
      },
    ]);
    talk.update('setStage', { stage: 'new' }).update('setStage', { stage: 'sold' });
    expect(talk.effects).not.toContainEqual(
      expect.objectContaining({ eventId: `${KEY.conversationId}-${position}-e1` }),
    );
    expect(talk.effects).toHaveLength(1);
  });

  it('is asked for again by a run that begins soon after, under the same name', () => {
    const talk = withRules(rules).update('setStage', { stage: 'sold' });
    const [call] = talk.effects;
    const again = callsSince(talk.state, talk.journal, T0 - 1);
    expect(again).toMatchObject([{ ...call, conversation: { stage: 'sold', ownerId: 'sam' } }]);
    expect(callsSince(talk.state, talk.journal, T0 + 1)).toEqual([]);
  });

  it('asks for nothing when its conditions fail', () => {
    const only: Rule['only'] = { field: 'tags', is: 'contains', value: 'vip' };
    const talk = withRules([{ ...rules[0]!, only }]).update('setStage', { stage: 'sold' });
    expect(talk.the('ruleRan')).toMatchObject({ passed: false, actions: [] });
    expect(talk.effects).toEqual([]);
  });

  it('that was given up tells the admins why', () => {
    const talk = withRules(rules).update('setStage', { stage: 'sold' });
    const [effect] = talk.effects;
    if (effect?.type !== 'callWebhook') throw new Error('No webhook is called.');
    const { eventId } = effect;
    talk.take({ type: 'webhookGivenUp', eventId, rule: effect.rule, reason: '“CRM” answered 410.' });
    expect(talk.events).toMatchObject([
      {
        type: 'userNotified',
        data: { forUserId: null, text: 'The automation “crm” could not call its webhook. “CRM” answered 410.' },
        actor: { kind: 'automation', ruleId: 'crm' },
        cause: { kind: 'input', id: eventId },
      },
    ]);
    expect(talk.effects).toEqual([]);
  });

  it('of a conversation that was deleted meanwhile tells nobody', () => {
    const talk = withRules(rules).update('setStage', { stage: 'sold' }).update('deleteConversation', {});
    talk.take({ type: 'webhookGivenUp', eventId: 'x', rule: { id: 'crm', name: 'crm' }, reason: 'Gone.' });
    expect(talk.events).toEqual([]);
  });

  it('may call an endpoint once a run, so that no event has the id of another', () => {
    const call = { do: 'callWebhook' as const, endpointId: 'e1' };
    const parsed = Rules.safeParse([rule('r', { on: 'optedOut' }, [call, call])]);
    expect(parsed.error?.issues).toMatchObject([{ path: [0, 'actions'], message: 'calls one webhook endpoint twice' }]);
    expect(Rules.safeParse([rule('r', { on: 'optedOut' }, [call, { ...call, endpointId: 'e2' }])]).success).toBe(true);
  });
});
