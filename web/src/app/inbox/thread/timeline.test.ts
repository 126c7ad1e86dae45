import { describe, expect, it } from '@jest/globals';
import { minute, NOON, sampleEvent, sampleMessage } from '../../../testing/samples.ts';
import type { PendingMessage } from './outbox.ts';
import type { Names } from './systemLines.ts';
import { timeline, type ThreadItem, type TimelineInput } from './timeline.ts';

const names: Names = {
  user: (id) => (id === 'u1' ? 'You' : 'Leo Kim'),
  fullUser: () => 'Leo Kim',
  stage: (key) => key.toUpperCase(),
};
const reply = { direction: 'outbound', author: 'autopilot', status: 'sent', processVersionId: 'v7' } as const;

function show(input: Partial<TimelineInput>): ThreadItem[] {
  return timeline({ messages: [], events: [], pending: [], floor: 0, userId: 'u1', names, ...input });
}

/** "day", "message m1", "lines …": what stands from top to bottom. */
function outline(items: ThreadItem[]): string[] {
  return items.map((item) => {
    if (item.kind === 'message') return item.message.id;
    if (item.kind === 'lines') return item.lines.map((line) => line.text).join(' / ');
    return item.kind === 'pending' ? `pending ${item.pending.text}` : item.kind;
  });
}

function pending(change: Partial<PendingMessage> = {}): PendingMessage {
  const base = {
    key: 'k1',
    userId: 'u1',
    conversationId: 'c1',
    text: 'On my way',
    fromDraftId: null,
    at: NOON,
    afterPosition: 1,
  };
  return { ...base, state: 'sending', problem: null, ...change };
}

describe('timeline', () => {
  it('puts messages and events in the order of their positions, under their day', () => {
    const items = show({
      messages: [sampleMessage({ position: 4, ...reply }), sampleMessage({ position: 1 })],
      events: [
        sampleEvent('stageSet', 2, { stage: 'engaged', from: 'new' }),
        sampleEvent('autopilotSet', 3, { on: false }),
      ],
    });
    expect(outline(items)).toEqual([
      'day',
      'm1',
      'You moved the stage from NEW to ENGAGED / You turned Auto Pilot off',
      'm4',
    ]);
  });

  it('begins each day anew', () => {
    const items = show({ messages: [sampleMessage(), sampleMessage({ position: 2, at: minute(48 * 60) })] });
    expect(outline(items)).toEqual(['day', 'm1', 'day', 'm2']);
  });

  it('shows texts of the customer in the order in which they were written', () => {
    const items = show({
      messages: [sampleMessage({ position: 1, at: minute(2) }), sampleMessage({ position: 2, at: minute(1) })],
    });
    expect(outline(items)).toEqual(['day', 'm2', 'm1']);
  });

  it('leaves a late text where it arrived', () => {
    const items = show({
      messages: [
        sampleMessage({ position: 1, at: minute(2) }),
        sampleMessage({ position: 2, at: minute(1), late: true }),
      ],
    });
    expect(outline(items)).toEqual(['day', 'm1', 'm2']);
  });

  it('groups what one author wrote in a row', () => {
    const items = show({
      messages: [
        sampleMessage(),
        sampleMessage({ position: 2, at: minute(1) }),
        sampleMessage({ position: 3, at: minute(30) }),
      ],
    });
    const messages = items.filter((item) => item.kind === 'message');
    expect(messages.map(({ isLast, count }) => [isLast, count])).toEqual([
      [false, 1],
      [true, 2],
      [true, 1],
    ]);
  });

  it('gives the same reason for a row of texts once, after the last', () => {
    const held = (position: number, explanation = 'Auto Pilot is off.') =>
      sampleEvent('decisionMade', position, { outcome: 'held', explanation });
    const items = show({
      messages: [1, 3, 5]
        .map((position) => sampleMessage({ position }))
        .concat(sampleMessage({ position: 7, ...reply })),
      events: [held(2), held(4), held(6, 'It came late.'), held(8, 'It came late.')],
    });
    expect(outline(items)).toEqual([
      'day',
      'm1',
      'm3',
      'Auto Pilot is off.',
      'm5',
      'It came late.',
      'm7',
      'It came late.',
    ]);
  });

  it('says why an answer was sent at the answer, and why none was in a line', () => {
    const sent = sampleEvent('decisionMade', 3, { outcome: 'sent', messageId: 'm2', explanation: 'Answered.' });
    const held = sampleEvent('decisionMade', 4, {
      outcome: 'held',
      messageId: null,
      explanation: 'Auto Pilot is off.',
    });
    const items = show({ messages: [sampleMessage(), sampleMessage({ position: 2, ...reply })], events: [sent, held] });
    expect(outline(items)).toEqual(['day', 'm1', 'm2', 'Auto Pilot is off.']);
    expect(items.flatMap((item) => (item.kind === 'message' ? [item.decision] : []))).toEqual([null, sent]);
    expect(items.flatMap((item) => (item.kind === 'lines' ? item.lines.map((line) => line.decision) : []))).toEqual([
      held,
    ]);
  });

  it('tells of a dropped reply only when a person took over, for else its decision does', () => {
    const cancelled = (position: number, reason: string) =>
      sampleEvent('replyCancelled', position, { dueAt: NOON, reason });
    expect(outline(show({ events: [cancelled(1, 'opted-out'), cancelled(2, 'person-took-over')] }))).toEqual([
      'day',
      'You took over: Auto Pilot’s reply was dropped',
    ]);
  });

  it('shows nothing from before what is loaded whole, nor events it does not know', () => {
    const items = show({
      messages: [sampleMessage(), sampleMessage({ position: 9 })],
      events: [sampleEvent('somethingNew', 10)],
      floor: 5,
    });
    expect(outline(items)).toEqual(['day', 'm9']);
  });

  it('shows a message on its way once, also when the socket is faster than the answer', () => {
    const own = sampleMessage({
      position: 5,
      direction: 'outbound',
      author: 'user',
      userId: 'u1',
      status: 'queued',
      text: 'On my way',
    });
    expect(outline(show({ pending: [pending()] }))).toEqual(['pending On my way']);
    expect(outline(show({ messages: [own], pending: [pending()] }))).toEqual(['day', 'm5']);
    expect(outline(show({ messages: [own], pending: [pending({ afterPosition: 5 })] }))).toEqual([
      'day',
      'm5',
      'pending On my way',
    ]);
  });
});
