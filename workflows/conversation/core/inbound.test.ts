import { describe, expect, it } from '@jest/globals';
import { agenda } from './agenda.ts';
import { fold } from './evolve.ts';
import { rowOf } from './row.ts';
import { KEY, Scenario, T0 } from './scenario.ts';
import { emptyState, MAX_UNDECIDED } from './state.ts';

describe('a customer’s message', () => {
  it('is taken once, however often its signal comes', () => {
    const talk = new Scenario().inbound('hi', { providerMessageId: 'SMx' }).inbound('hi', { providerMessageId: 'SMx' });
    expect(talk.events).toEqual([]);
    expect(talk.state.inboundCount).toBe(1);
  });

  it('names its cause and its actor', () => {
    const [event] = new Scenario().inbound('hi', { providerMessageId: 'SMx', requestId: 'req' }).events;
    expect(event).toMatchObject({
      position: 2,
      at: T0,
      actor: { kind: 'customer' },
      cause: { kind: 'input', id: 'SMx', requestId: 'req' },
    });
  });

  it('that came late is left to a person', () => {
    const talk = new Scenario().inbound('hi', { late: true });
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'held', reason: 'late', final: false });
    expect(agenda(talk.state)).toEqual([]);
  });

  it('that is old when it is decided is left to a person as well', () => {
    const talk = new Scenario().inbound('hi', { receivedAt: T0 - 2 * 3_600_000 });
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'held', reason: 'late' });
  });

  it('keeps no window open by a clock that is ahead', () => {
    expect(new Scenario().inbound('hi', { providerAt: T0 + 90 * 86_400_000 }).state.lastInboundAt).toBe(T0);
  });

  it('makes the row wait since the first that nobody answered', () => {
    const talk = new Scenario().inbound('one').after(60_000).inbound('two');
    expect(rowOf(talk.state, talk.events)).toMatchObject({
      waitingSinceAt: T0,
      inboundCount: 2,
      status: 'new',
      preview: { text: 'two', author: 'customer' },
    });
  });

  it('leaves a bounded list of undecided messages in any flood, each with a decision', () => {
    const talk = new Scenario({ autopilot: false });
    for (let i = 0; i < MAX_UNDECIDED + 20; i += 1) talk.inbound(`text ${i}`);
    expect(talk.state.undecided).toHaveLength(MAX_UNDECIDED);
    const flooded = talk.journal.flatMap((e) =>
      e.type === 'decisionMade' && e.data.reason === 'flood' ? e.data.inbounds : [],
    );
    expect(flooded).toHaveLength(20);
  });
});

describe('keywords', () => {
  it.each(['STOP', 'stop', ' Stop. ', 'Unsubscribe', 'opt out', 'QUIT!', 'revoke', 'stop all'])(
    '%j opts out at once',
    (text) => {
      const talk = new Scenario().inbound().wake().inbound(text);
      expect(talk.types).toEqual(['messageReceived', 'replyCancelled', 'optedOut', 'decisionMade']);
      expect(talk.the('decisionMade')).toMatchObject({
        outcome: 'suppressed',
        reason: 'opt-out-request',
        final: true,
        inbounds: [2, 4],
      });
      expect(talk.state).toMatchObject({ optedOut: true, reply: null });
    },
  );

  it.each(['stop by at 5?', 'can we cancel my appointment', 'the end of the week works', 'yes', '👍', ''])(
    '%j does not',
    (text) => {
      expect(new Scenario().inbound(text).state.optedOut).toBe(false);
    },
  );

  it('START takes it back; HELP is left to the carrier', () => {
    const talk = new Scenario().inbound('STOP').inbound('start');
    expect(talk.types).toEqual(['messageReceived', 'optedIn', 'decisionMade']);
    expect(talk.inbound('HELP').the('decisionMade')).toMatchObject({ reason: 'help-request', outcome: 'suppressed' });
    expect(talk.inbound('is it there?').types).toContain('replyArmed');
  });

  it('YES opts in only after an opt-out', () => {
    expect(new Scenario().inbound('YES').types).toContain('replyArmed');
    expect(new Scenario().inbound('STOP').inbound('YES').state.optedOut).toBe(false);
  });

  it.each(['cancel 2:30', '请给我 INFO', 'stop 5', 'end?!1'])('%j is more than a keyword', (text) => {
    const talk = new Scenario({ autopilot: false }).inbound(text);
    expect(talk.state.optedOut).toBe(false);
    expect(talk.types).not.toContain('optedOut');
  });

  it('a START from before the STOP, which came late, opts nobody in', () => {
    const talk = new Scenario().after(60_000).inbound('STOP');
    talk.inbound('START', { late: true, providerAt: T0 + 30_000, receivedAt: T0 + 30_000 });
    expect(talk.state.optedOut).toBe(true);
    expect(talk.after(1_000).inbound('START').state.optedOut).toBe(false);
  });

  it('nothing is sent after an opt-out, by anyone', () => {
    const talk = new Scenario().inbound('STOP').inbound('hello again');
    expect(talk.the('decisionMade')).toMatchObject({ outcome: 'held', reason: 'opted-out' });
    expect(talk.update('sendMessage', { text: 'hi', fromDraftId: null }).refusal).toMatchObject({ code: 'opted-out' });
    expect(talk.update('generateReply', {}).refusal).toMatchObject({ code: 'opted-out' });
  });
});

describe('the journal', () => {
  it('folds to the state', () => {
    const talk = new Scenario()
      .inbound()
      .wake()
      .draft()
      .inbound('and?')
      .update('sendMessage', { text: 'Hello', fromDraftId: null });
    talk
      .update('setStage', { stage: 'engaged' })
      .update('assign', { ownerId: 'leo', userIds: ['leo'], takeOver: true });
    expect(fold(emptyState(KEY), talk.journal)).toEqual(talk.state);
    expect(talk.journal.map((event) => event.position)).toEqual(talk.journal.map((_, index) => index + 1));
  });
});
