import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import type { RowUpdate } from '@leadline/contract/ports.ts';
import { agenda } from './agenda.ts';
import type { State } from './state.ts';

/** The inbox's row after events: everything but the preview comes from the state alone. */
export function rowOf(state: State, events: readonly ConversationEvent[]): RowUpdate {
  return {
    status: state.status,
    stage: state.stage,
    ownerId: state.ownerId,
    assigneeIds: [...state.assigneeIds],
    autopilot: state.autopilot,
    processId: state.policy?.processId ?? null,
    processVersionId: state.policy?.versionId ?? null,
    waitingSinceAt: state.waitingSinceAt,
    lastActivityAt: state.lastActivityAt,
    lastInboundAt: state.lastInboundAt,
    lastInboundPosition: state.lastInboundPosition,
    inboundCount: state.inboundCount,
    optedOut: state.optedOut,
    zone: state.zone?.table.zone ?? null,
    quietHours: state.dealership?.quietHours ?? null,
    followUps: state.followUpsOn,
    tags: [...state.tags],
    priority: state.priority,
    snoozedUntilAt: state.snoozedUntilAt,
    sla: state.sla && slaOf(state.sla),
    deleted: !state.started && state.deletedUpTo > 0,
    deletedUpTo: state.deletedUpTo,
    agenda: agenda(state),
    preview: previewOf(events),
  };
}

function slaOf({ target, since, dueAt, breached }: NonNullable<State['sla']>): RowUpdate['sla'] {
  return { target, since, dueAt, breached };
}

/** The last new message of these events; a retried one (attempt above 1) shows its text already. */
function previewOf(events: readonly ConversationEvent[]): RowUpdate['preview'] {
  for (const event of events.toReversed()) {
    if (event.type === 'messageReceived')
      return { text: event.data.text, author: 'customer', userId: null, at: event.at };
    if (event.type === 'messageQueued' && event.data.attempt === 1) {
      return { text: event.data.text, author: event.data.author, userId: event.data.userId, at: event.at };
    }
  }
  return null;
}
