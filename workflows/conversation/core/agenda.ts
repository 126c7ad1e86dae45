import type { AgendaItem } from '@leadline/contract/conversation.ts';
import type { State, UnknownDelivery } from './state.ts';

/** When to look for a message whose delivery is unknown, after it was handed over (quality.md 2.2). */
export const RECONCILE_AFTER_MS = [15_000, 60_000, 300_000] as const;

/** An item of the agenda with the instant at which work on it begins: a reply is drafted before it is due. */
export interface PlannedItem {
  item: AgendaItem;
  wakeAt: number;
}

/** Everything that will happen in this conversation by itself, soonest first. */
export function plan(state: State): PlannedItem[] {
  return [...plannedReply(state), ...state.unknown.map(plannedReconcile)].sort((a, b) => a.wakeAt - b.wakeAt);
}

/** The agenda as people see it. */
export function agenda(state: State): AgendaItem[] {
  return plan(state).map((planned) => planned.item);
}

/** When the workflow must look again, with `inHand` the items being worked on; null when nothing is to come. */
export function nextWakeAt(state: State, inHand: readonly string[]): number | null {
  return plan(state).find(({ item }) => !inHand.includes(item.id))?.wakeAt ?? null;
}

/** Ids of the items whose time has come. */
export function dueItems(state: State, inHand: readonly string[], now: number): string[] {
  return plan(state)
    .filter(({ item, wakeAt }) => wakeAt <= now && !inHand.includes(item.id))
    .map(({ item }) => item.id);
}

/** Id of the armed reply's item: it changes when the reply is armed anew, so that an old draft is not taken for it. */
export function replyItemId(reply: { burst: number; upTo: number }): string {
  return `reply-${reply.burst}-${reply.upTo}`;
}

/** Id of the search for a message. */
export function reconcileItemId(one: { messageId: string; attempt: number; tries: number }): string {
  return `reconcile-${one.messageId}-${one.attempt}-${one.tries}`;
}

function plannedReply(state: State): PlannedItem[] {
  const { reply } = state;
  if (!reply) return [];
  const count = state.undecided.length;
  return [
    {
      wakeAt: reply.draftAt,
      item: {
        id: replyItemId(reply),
        kind: 'autopilotReply',
        at: reply.dueAt,
        title:
          count === 1 ? 'Auto Pilot replies' : `Auto Pilot answers ${count === 2 ? 'both' : `all ${count}`} messages`,
        phase: 'waiting',
        cause: reply.cause,
        operations: ['actNow', 'cancel'],
      },
    },
  ];
}

function plannedReconcile(one: UnknownDelivery): PlannedItem {
  const at = one.sentAt + (RECONCILE_AFTER_MS[one.tries] ?? 0);
  return {
    wakeAt: at,
    item: {
      id: reconcileItemId(one),
      kind: 'reconcileDelivery',
      at,
      title: 'Checks whether a message has left',
      phase: 'waiting',
      cause: 0,
      operations: [],
    },
  };
}
