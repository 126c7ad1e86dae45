import type { AgendaItem } from '@leadline/contract/agenda.ts';
import { conversationWorkflowId } from '@leadline/contract/ids.ts';
import type {
  AgendaItemView,
  ConversationRow,
  ConversationView,
  DecisionView,
  EventView,
  MessageView,
} from '@leadline/contract/rest.ts';
import type { ContactDoc } from './models/contact.ts';
import type { ConversationDoc } from './models/conversation.ts';
import type { JournalEntry, MessageDoc } from './models/journal.ts';

/** Documents as the REST interface shows them: field by field, so that nothing gets out that nobody named. */

/** A row of the inbox; `readInboundCount` is the reader's, null where there is no one reader. */
export function rowView(row: ConversationDoc, readInboundCount: number | null): ConversationRow {
  const { preview } = row;
  return {
    id: row._id,
    channel: row.channel,
    channelAccount: row.channelAccount,
    contact: row.contact,
    preview: preview && {
      text: preview.text,
      author: preview.author,
      userId: preview.userId,
      at: preview.at.toISOString(),
    },
    lastActivityAt: row.lastActivityAt.toISOString(),
    waitingSince: row.waitingSinceAt?.toISOString() ?? null,
    status: row.status,
    stage: row.stage,
    ownerId: row.ownerId,
    assigneeIds: row.assigneeIds,
    autopilot: row.autopilot,
    processId: row.processId,
    optedOut: row.optedOut,
    zone: row.zone,
    quietHours: row.quietHours ?? null,
    followUps: row.followUps,
    tags: row.tags,
    priority: row.priority,
    snoozedUntil: row.snoozedUntilAt?.toISOString() ?? null,
    sla: row.sla && {
      target: row.sla.target,
      dueAt: new Date(row.sla.dueAt).toISOString(),
      breached: row.sla.breached,
    },
    agenda: row.agenda.map(agendaItemView),
    position: row.position,
    committedAt: new Date(row.fenceAt).toISOString(),
    lastInboundPosition: row.lastInboundPosition,
    inboundCount: row.inboundCount,
    readInboundCount,
  };
}

export function agendaItemView({ cause: _cause, at, ...item }: AgendaItem): AgendaItemView {
  return { ...item, at: new Date(at).toISOString() };
}

/** The head and the profile of an open conversation. */
export function conversationView(row: ConversationRow, contact: ContactDoc, dealershipSlug: string): ConversationView {
  return {
    row,
    contact: {
      id: contact._id,
      name: contact.name,
      phone: contact.phone,
      timeZone: contact.timeZone,
      source: contact.source,
      fields: contact.fields.map(({ section, label, value }) => ({ section, label, value })),
      createdAt: contact.createdAt.toISOString(),
    },
    workflowId: conversationWorkflowId(dealershipSlug, row.id),
  };
}

export function messageView(message: MessageDoc): MessageView {
  const { error } = message;
  return {
    id: message._id,
    conversationId: message.conversationId,
    position: message.position,
    direction: message.direction,
    author: message.author,
    userId: message.userId,
    processVersionId: message.processVersionId,
    text: message.text,
    at: message.at.toISOString(),
    status: message.status,
    attempt: message.attempt,
    error: error && { code: error.code, message: error.message },
    late: message.late,
  };
}

export function eventView(entry: JournalEntry): EventView {
  const { _id, conversationId, position, type, at, actor, cause, data } = entry;
  return { id: _id, conversationId, position, type, at: at.toISOString(), actor, cause, data };
}

/** A `decisionMade` event on its own. */
export function decisionView(entry: JournalEntry): DecisionView {
  // Only `commit` writes these, from `Decision`, whose fields are the view's.
  const decision = entry.data as unknown as Omit<DecisionView, 'position' | 'at'>;
  return { ...decision, position: entry.position ?? 0, at: entry.at.toISOString() };
}
