import type { ConversationRow, EventView, MessageView } from '@leadline/contract/rest.ts';

/** Instants of the samples count from here. */
export const NOON = Date.parse('2026-03-02T12:00:00.000Z');

/** ISO instant, so many minutes after noon. */
export function minute(minutes: number): string {
  return new Date(NOON + minutes * 60_000).toISOString();
}

/** A conversation of Jane Doe with two messages of hers, both read. */
export function sampleRow(change: Partial<ConversationRow> = {}): ConversationRow {
  return {
    id: 'c1',
    channel: 'sms',
    channelAccount: { id: 'a1', name: 'Sales line', address: '+18255550100' },
    contact: { id: 'k1', name: 'Jane Doe', address: '+18255559025' },
    preview: null,
    lastActivityAt: minute(0),
    waitingSince: null,
    status: 'open',
    stage: 'engaged',
    ownerId: 'u1',
    assigneeIds: ['u1'],
    autopilot: true,
    processId: 'p1',
    optedOut: false,
    zone: null,
    quietHours: null,
    followUps: false,
    tags: [],
    priority: 'none',
    snoozedUntil: null,
    sla: null,
    agenda: [],
    position: 10,
    committedAt: minute(0),
    lastInboundPosition: 9,
    inboundCount: 2,
    readInboundCount: 2,
    ...change,
  };
}

/** A message of the customer at position 1. */
export function sampleMessage(change: Partial<MessageView> = {}): MessageView {
  return {
    id: `m${change.position ?? 1}`,
    conversationId: 'c1',
    position: 1,
    direction: 'inbound',
    author: 'customer',
    userId: null,
    processVersionId: null,
    text: 'Is it still there?',
    at: minute(0),
    status: 'received',
    attempt: 1,
    error: null,
    late: false,
    ...change,
  };
}

/** An event of the journal. */
export function sampleEvent(
  type: string,
  position: number,
  data: EventView['data'] = {},
  change: Partial<EventView> = {},
): EventView {
  return {
    id: `e${position}`,
    conversationId: 'c1',
    position,
    type,
    at: minute(0),
    actor: { kind: 'user', userId: 'u1' },
    cause: { kind: 'input', id: 'i1' },
    data,
    ...change,
  };
}
