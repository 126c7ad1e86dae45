import * as z from 'zod/mini';
import { AppError } from '@leadline/contract/errors.ts';
import {
  AgendaItemView,
  ConversationRow,
  ConversationView,
  DecisionView,
  EventView,
  HistoryQuery,
  ListQuery,
  MessageView,
} from '@leadline/contract/rest.ts';
import { SetUnread } from '@leadline/contract/restActions.ts';
import type { ReadChange } from '@leadline/contract/realtime.ts';
import type { HistoryRange } from '@leadline/store/inbox.ts';
import { pageOf } from '../pageSchema.ts';
import { route, type Route } from '../route.ts';

const TAG = 'Conversations';

/** What people read of conversations, and their own marks on them. */
export function conversationRoutes(deps: { onRead: (userId: string, change: ReadChange) => void }): Route[] {
  return [
    route('get /conversations', {
      tag: TAG,
      summary:
        'The inbox, by last activity. Search finds names by the beginnings of words, numbers by any three digits, texts by word.',
      query: ListQuery,
      answer: pageOf(ConversationRow),
      handle: ({ inbox, user, query }) => inbox.list(user.id, query),
    }),
    route('get /conversations/:id', {
      tag: TAG,
      summary: 'A conversation: its row, its contact, its workflow.',
      answer: ConversationView,
      handle: async ({ inbox, user, params }) => found(await inbox.conversation(user.id, params['id']!)),
    }),
    route('get /conversations/:id/messages', {
      tag: TAG,
      summary: 'Messages, newest first.',
      query: HistoryQuery,
      answer: pageOf(MessageView),
      handle: async ({ inbox, params, query }) => found(await inbox.messages(params['id']!, rangeOf(query))),
    }),
    route('get /conversations/:id/events', {
      tag: TAG,
      summary: 'The journal of a conversation, newest first: what happened, by whom, and why.',
      query: HistoryQuery,
      answer: pageOf(EventView),
      handle: async ({ inbox, params, query }) => found(await inbox.events(params['id']!, rangeOf(query))),
    }),
    route('get /conversations/:id/decisions', {
      tag: TAG,
      summary: 'Why something was or was not sent, newest first.',
      query: HistoryQuery,
      answer: pageOf(DecisionView),
      handle: async ({ inbox, params, query }) => found(await inbox.decisions(params['id']!, rangeOf(query))),
    }),
    route('get /conversations/:id/agenda', {
      tag: TAG,
      summary: 'What will happen in a conversation, and when.',
      answer: pageOf(AgendaItemView),
      handle: async ({ inbox, params }) => ({ items: found(await inbox.agenda(params['id']!)), next: null }),
    }),
    route('put /conversations/:id/unread', {
      tag: TAG,
      summary: 'Marks a conversation as read or unread, for the one who asks.',
      body: SetUnread,
      answer: z.object({ conversationId: z.string(), readInboundCount: z.number() }),
      async handle({ inbox, user, params, body }) {
        const change = found(await inbox.mark(user.id, params['id']!, body));
        deps.onRead(user.id, change);
        return change;
      },
    }),
  ];
}

/** What was asked for; throws `not-found` alike for what does not exist and for what belongs to another dealership. */
export function found<T>(value: T | null): T {
  if (value === null) throw new AppError('not-found', 'There is no such conversation.');
  return value;
}

function rangeOf({ before, limit }: z.infer<typeof HistoryQuery>): HistoryRange {
  return { before: before ?? null, limit };
}
