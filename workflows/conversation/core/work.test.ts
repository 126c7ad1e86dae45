import { describe, expect, it } from '@jest/globals';
import { agenda, sleepsAt } from './agenda.ts';
import { fold } from './evolve.ts';
import { DEALERSHIP, KEY, POLICY, Scenario, START, T0, ZONE } from './scenario.ts';
import { emptyState } from './state.ts';

const HOUR = 3_600_000;
const SLA = { firstResponseMs: 15 * 60_000, nextResponseMs: HOUR, reassignTo: null };
const hello = { text: 'Hello', fromDraftId: null };

describe('resolving and snoozing', () => {
  it('ends what waits, and the next message opens it again', () => {
    const talk = new Scenario().inbound().update('resolve', {});
    expect(talk.state).toMatchObject({ status: 'resolved', reply: null, waitingSinceAt: null, undecided: [] });
    expect(talk.update('resolve', {}).refusal).toMatchObject({ code: 'already-resolved' });
    talk.inbound('one more thing');
    expect(talk.the('conversationReopened')).toEqual({ from: 'resolved', reason: 'message' });
    expect(talk.state.status).toBe('open');
    expect(talk.update('reopen', {}).refusal).toMatchObject({ code: 'not-resolved' });
  });

  it('snoozes until a time, or a message', () => {
    const talk = new Scenario().update('snooze', { until: T0 + HOUR });
    expect(agenda(talk.state)).toMatchObject([{ kind: 'unsnooze', at: T0 + HOUR }]);
    talk.wake();
    expect(talk.the('conversationReopened')).toEqual({ from: 'snoozed', reason: 'snooze-over' });
    talk.update('snooze', { until: talk.now + HOUR }).inbound();
    expect(talk.state).toMatchObject({ status: 'open', snoozedUntilAt: null });
    expect(talk.update('snooze', { until: T0 }).refusal).toMatchObject({ code: 'in-the-past' });
  });
});

describe('changing single tags', () => {
  it('leaves the others as somebody else has set them meanwhile', () => {
    const talk = new Scenario().update('setTags', { tags: ['vip', 'trade-in'] });
    talk.update('changeTags', { add: [' Fleet '], remove: ['trade-in'] });
    expect(talk.the('tagsSet')).toEqual({ tags: ['fleet', 'vip'], added: ['fleet'] });
    expect(talk.result).toEqual({ tags: ['fleet', 'vip'] });
    expect(talk.state.tags).toEqual(['fleet', 'vip']);
  });

  it('that stand already, or never stood, changes nothing', () => {
    const talk = new Scenario().update('setTags', { tags: ['vip'] });
    expect(talk.update('changeTags', { add: ['VIP'], remove: ['fleet'] }).events).toEqual([]);
    expect(talk.result).toEqual({ tags: ['vip'] });
  });

  it('adds what is both added and removed', () => {
    expect(new Scenario().update('changeTags', { add: ['vip'], remove: ['vip'] }).result).toEqual({ tags: ['vip'] });
  });

  it('is refused past the bound, and changes nothing then', () => {
    const tags = Array.from({ length: 20 }, (_, index) => `t${index}`);
    const talk = new Scenario().update('setTags', { tags });
    expect(talk.update('changeTags', { add: ['one more'], remove: [] }).refusal).toMatchObject({ code: 'too-many' });
    expect(talk.update('changeTags', { add: ['one more'], remove: ['t0'] }).refusal).toBeNull();
  });
});

describe('a resolved conversation', () => {
  it('does not sleep before its scheduled messages and reminders', () => {
    const talk = new Scenario({ autopilot: false }).inbound();
    talk.update('addReminder', { text: 'call', dueAt: T0 + 50 * 24 * HOUR, forUserId: null }).update('resolve', {});
    expect(sleepsAt(talk.state)).toBeNull();
    talk.wake();
    expect(talk.types).toContain('reminderDue');
    expect(sleepsAt(talk.state)).not.toBeNull();
  });
});

describe('an update that a client repeats in a later run', () => {
  const wall = '2026-11-26T12:00';
  it.each([
    ['addReminder', { text: 'call', dueAt: T0 + HOUR, forUserId: null }],
    ['scheduleMessage', { text: 'Later', wall, zone: ZONE, cancelIfTheyReply: false }],
    ['sendMessage', hello],
  ] as const)('%s is answered, and not done again, also after a deletion', (name, args) => {
    const talk = new Scenario({ autopilot: false }).inbound().update(name, args, { id: 'same' });
    const { result } = talk;
    expect(talk.update(name, args, { id: 'same' }).events).toEqual([]);
    expect(talk.result).toEqual(result);
    talk.update('deleteConversation', {}).take({ type: 'started', start: START });
    expect(talk.update(name, args, { id: 'same' }).events).toEqual([]);
  });
});

describe('the response target', () => {
  const dealership = { ...DEALERSHIP, sla: SLA };
  it('starts with the first waiting message, in business hours, and is met by an answer', () => {
    const talk = new Scenario({ dealership, autopilot: false }).inbound();
    expect(talk.the('slaStarted')).toMatchObject({ target: 'first', dueAt: T0 + 15 * 60_000 });
    talk.inbound('hello?');
    expect(talk.types).not.toContain('slaStarted');
    talk.update('sendMessage', hello);
    expect(talk.the('slaMet')).toEqual({ target: 'first', late: false });
    expect(talk.inbound().the('slaStarted')).toMatchObject({ target: 'next', dueAt: T0 + HOUR });
  });

  it('stands still outside business hours', () => {
    const talk = new Scenario({ dealership, autopilot: false });
    talk.now = T0 + 7 * HOUR + 50 * 60_000;
    talk.inbound();
    expect(agenda(talk.state)[0]?.wall).toBe('2026-11-25 09:05');
  });

  it('that is missed is said once, and hands the conversation on where that is wanted', () => {
    const talk = new Scenario({ dealership: { ...dealership, sla: { ...SLA, reassignTo: 'maria' } }, autopilot: false })
      .inbound()
      .wake();
    expect(talk.types).toEqual(['slaBreached', 'userNotified', 'assigned']);
    expect(talk.state).toMatchObject({ ownerId: 'maria', assigneeIds: ['maria', 'ana'] });
    expect(agenda(talk.state)).toEqual([]);
    expect(talk.update('sendMessage', hello).the('slaMet')).toEqual({ target: 'first', late: true });
  });
});

describe('a deleted conversation', () => {
  it('can be brought back within 30 days, with what has come since, and nothing that was planned', () => {
    const talk = new Scenario()
      .inbound()
      .update('setStage', { stage: 'engaged' })
      .update('setTags', { tags: ['vip'] })
      .update('setAutopilot', { on: false });
    talk.update('scheduleMessage', { text: 'x', wall: '2026-11-25T12:00', zone: ZONE, cancelIfTheyReply: false });
    talk.update('deleteConversation', {});
    talk.take({ type: 'started', start: START }).inbound('hello?');
    expect(talk.state).toMatchObject({ inboundCount: 1, tags: [] });
    talk.update('restoreConversation', {});
    expect(talk.types).toContain('conversationRestored');
    expect(talk.state).toMatchObject({
      inboundCount: 2,
      stage: 'engaged',
      tags: ['vip'],
      deletedUpTo: 0,
      scheduled: [],
      autopilot: false,
      reply: null,
      waitingSinceAt: T0,
    });
    expect(fold(emptyState(KEY), talk.journal)).toEqual(talk.state);
    expect(talk.update('restoreConversation', {}).refusal).toMatchObject({ code: 'not-deleted' });
    talk
      .update('deleteConversation', {})
      .take({ type: 'started', start: START })
      .after(31 * 24 * HOUR);
    expect(talk.update('restoreConversation', {}).refusal).toMatchObject({ code: 'not-deleted' });
  });
});

describe('reminders', () => {
  it('come when they are due, or are done before', () => {
    const talk = new Scenario().update('addReminder', { text: 'call co-applicant', dueAt: T0 + HOUR, forUserId: null });
    expect(talk.the('reminderAdded')).toMatchObject({ forUserId: 'leo', dueAt: T0 + HOUR });
    expect(talk.wake().the('reminderDue')).toMatchObject({ reminderId: `${KEY.conversationId}-r2` });
    expect(agenda(talk.state)).toEqual([]);
    talk.update('addReminder', { text: 'again', dueAt: talk.now + HOUR, forUserId: 'sam' });
    talk.update('completeReminder', { reminderId: talk.state.reminders[0]!.reminderId });
    expect(agenda(talk.state)).toEqual([]);
  });
});

describe('the business of hours', () => {
  const policy = (hours: 'inside' | 'outside') => ({ ...POLICY, window: { ...POLICY.window, hours } });
  it('lets Auto Pilot answer only inside or only outside of them', () => {
    expect(agenda(new Scenario({ policy: policy('outside') }).inbound().state)[0]?.wall).toBe('2026-11-24 18:00');
    const night = new Scenario({ policy: policy('inside') });
    night.now = T0 + 11 * HOUR;
    expect(agenda(night.inbound().state)[0]?.wall).toBe('2026-11-25 09:00');
  });

  it('an answer waits for the end of quiet hours where the process wants that', () => {
    const talk = new Scenario({ policy: { ...POLICY, window: { ...POLICY.window, quietHoursExempt: false } } });
    talk.now = T0 + 12 * HOUR;
    expect(agenda(talk.inbound().state)[0]?.wall).toBe('2026-11-25 08:00');
  });
});

describe('two machines that talk to each other', () => {
  it('are noticed by the same words going back and forth', () => {
    const talk = new Scenario();
    for (let turn = 0; turn < 3; turn += 1) talk.inbound('Out of office!').wake().draft({ text: 'Thanks, talk soon.' });
    talk.inbound('out of office').wake().draft({ text: 'Thanks — talk soon!' });
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'handedOff', reason: 'identical-exchange' });
  });
});

describe('the contact’s card', () => {
  const change = { changeId: 'c', at: T0, optedOut: true, consent: 'none' as const, zone: null, requestId: 'r' };
  it('opts out here what opted out elsewhere, at once and once', () => {
    const talk = new Scenario().inbound().take({ type: 'contactChanged', change });
    expect(talk.state).toMatchObject({ optedOut: true, reply: null });
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'held', reason: 'opted-out', inbounds: [2] });
    expect(talk.effects).toEqual([]);
    expect(talk.take({ type: 'contactChanged', change }).events).toEqual([]);
    expect(
      talk.take({ type: 'contactChanged', change: { ...change, changeId: 'd', optedOut: false } }).state.optedOut,
    ).toBe(false);
  });

  it('is told to the other conversations by whichever learns of it', () => {
    expect(new Scenario().inbound('STOP').effects).toMatchObject([
      { type: 'tellSiblings', change: { optedOut: true } },
    ]);
  });

  it('moves what is planned to another zone’s quiet hours', () => {
    const talk = new Scenario().take({
      type: 'contactChanged',
      change: {
        ...change,
        optedOut: false,
        zone: { table: { zone: 'X/Y', changes: [{ at: 0, offsetMs: 0 }] }, source: 'contact' },
      },
    });
    expect(talk.state.zone).toMatchObject({ source: 'contact', table: { zone: 'X/Y' } });
  });
});

describe('publishing', () => {
  it('arms a pending reply anew under the new version, and leaves other processes alone', () => {
    const talk = new Scenario().inbound().take({
      type: 'processPublished',
      processId: 'p1',
      requestId: 'r',
      policy: { ...POLICY, versionId: 'p1v2', version: 2 },
    });
    expect(talk.types).toEqual(['processSelected', 'replyArmed']);
    expect(
      talk.take({ type: 'processPublished', processId: 'p9', requestId: 'r', policy: { ...POLICY, processId: 'p9' } })
        .events,
    ).toEqual([]);
  });

  it('takes the dealership’s settings in when they are newer', () => {
    const talk = new Scenario().take({
      type: 'processPublished',
      processId: null,
      requestId: 'r',
      dealership: { ...DEALERSHIP, version: 2 },
    });
    expect(talk.types).toEqual(['dealershipChanged']);
    expect(
      talk.take({ type: 'processPublished', processId: null, requestId: 'r', dealership: DEALERSHIP }).events,
    ).toEqual([]);
  });
});

describe('deletion and sleep', () => {
  it('clears everything, and the next run starts clean at the next position', () => {
    const talk = new Scenario({ followUps: true })
      .inbound()
      .update('scheduleMessage', { text: 'x', wall: '2026-11-25T09:00', zone: ZONE, cancelIfTheyReply: false });
    talk.update('deleteConversation', {});
    expect(talk.effects).toEqual([{ type: 'end' }]);
    expect(talk.state).toMatchObject({ started: false, deletedUpTo: talk.state.position });
    expect(agenda(talk.state)).toEqual([]);
    talk.take({ type: 'started', start: START }).inbound();
    expect(talk.state).toMatchObject({ inboundCount: 1, stage: 'new' });
    expect(fold(emptyState(KEY), talk.journal)).toEqual(talk.state);
  });

  it('sleeps 30 days after the last word when nothing is to come, or when it is resolved', () => {
    expect(sleepsAt(new Scenario({ autopilot: false }).inbound().state)).toBe(T0 + 720 * HOUR);
    expect(sleepsAt(new Scenario().inbound().state)).toBeNull();
  });

  it('wakes to what has changed meanwhile', () => {
    const talk = new Scenario().take({
      type: 'woken',
      start: { ...START, optedOut: true, dealership: { ...DEALERSHIP, version: 3 } },
    });
    expect(talk.types).toEqual(['conversationWoken', 'optedOut']);
    expect(new Scenario().take({ type: 'woken', start: START }).events).toEqual([]);
  });
});
