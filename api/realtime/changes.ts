import type { Change } from '@leadline/contract/realtime.ts';
import type { Inbox } from '@leadline/store/inbox.ts';
import { journalCursor } from '@leadline/store/journal.ts';
import type { JournalEntry } from '@leadline/store/models/journal.ts';
import { eventView } from '@leadline/store/views.ts';

/** What entries of one dealership's journal mean for its browsers: one change a conversation, in the journal's order. Two reads. */
export async function changesOf(
  inbox: Pick<Inbox, 'rows' | 'messagesById'>,
  entries: readonly JournalEntry[],
): Promise<Change[]> {
  const byConversation = Map.groupBy(entries, (entry) => entry.conversationId);
  const messageIds = new Set(entries.flatMap(messageIdsOf));
  const [rows, messages] = await Promise.all([
    inbox.rows([...byConversation.keys()]),
    messageIds.size === 0 ? [] : inbox.messagesById([...messageIds]),
  ]);
  return [...byConversation]
    .map(([conversationId, own]) => ({
      cursor: journalCursor(own.reduce(later)),
      conversationId,
      row: rows.find((row) => row.id === conversationId) ?? null,
      messages: messages.filter((message) => message.conversationId === conversationId),
      events: own.map(eventView),
      reload: own.some((entry) => entry.replaced),
      last: own.reduce(later),
    }))
    .toSorted((a, b) => (later(a.last, b.last) === a.last ? 1 : -1))
    .map(({ last: _last, ...change }) => change);
}

function later(a: JournalEntry, b: JournalEntry): JournalEntry {
  const difference = a.committedAt.getTime() - b.committedAt.getTime();
  return difference > 0 || (difference === 0 && a._id > b._id) ? a : b;
}

function messageIdsOf({ data }: JournalEntry): string[] {
  const { messageId } = data;
  return typeof messageId === 'string' ? [messageId] : [];
}
