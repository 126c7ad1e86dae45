import type { AgendaItem, AgendaKind } from '@leadline/contract/agenda.ts';
import { wallText } from './clock.ts';
import type { ScheduledMessage, State, UnknownDelivery } from './state.ts';

const MINUTE_MS = 60_000;

/** When to look for a message whose delivery is unknown, after it was handed over (quality.md 2.2). */
export const RECONCILE_AFTER_MS = [15_000, 60_000, 300_000] as const;

/** An item of the agenda with the instant at which work on it begins: a reply is drafted before it is due. */
export interface PlannedItem {
  item: Omit<AgendaItem, 'phase' | 'wall' | 'zone'>;
  wakeAt: number;
}

/** Everything that will happen in this conversation by itself, soonest first. */
export function plan(state: State): PlannedItem[] {
  return [
    ...plannedReply(state),
    ...plannedFollowUp(state),
    ...state.scheduled.map(scheduledItem),
    ...state.reminders.map(reminderItem),
    ...plannedStatus(state),
    ...plannedSilenceRules(state),
    ...state.unknown.map(plannedReconcile),
  ].sort((a, b) => a.wakeAt - b.wakeAt);
}

/** The agenda as people see it, on the contact's clock. */
export function agenda(state: State): AgendaItem[] {
  const table = state.zone?.table ?? { zone: 'UTC', changes: [] };
  return plan(state).map(({ item }) => ({
    ...item,
    phase: 'waiting',
    wall: wallText(table, item.at),
    zone: table.zone,
  }));
}

/** How long a conversation of which nothing is to come stays in Temporal. */
const SLEEP_AFTER_MS = 30 * 86_400_000;

/** What happens also in a resolved conversation: a run that has it before it does not end. */
const OUTLASTS_RESOLVING: readonly AgendaKind[] = ['scheduledMessage', 'reminder', 'reconcileDelivery'];

/** When the run may end until the next message; null while something is to come. */
export function sleepsAt(state: State): number | null {
  const isResolved = state.status === 'resolved';
  const busy = plan(state).some(({ item }) => !isResolved || OUTLASTS_RESOLVING.includes(item.kind));
  return busy || !state.started ? null : state.lastActivityAt + SLEEP_AFTER_MS;
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
export function replyItemId(reply: { burst: number; cause: number }): string {
  return `reply-${reply.burst}-${reply.cause}`;
}

/** Id of the target's item. */
export function slaItemId(sla: { cause: number }): string {
  return `sla-${sla.cause}`;
}

/** Id of a planned step. */
export function followUpItemId(followUp: { cause: number }): string {
  return `followUp-${followUp.cause}`;
}

export function scheduledItemId(one: { scheduledId: string }): string {
  return `scheduled-${one.scheduledId}`;
}

export function reminderItemId(one: { reminderId: string }): string {
  return `reminder-${one.reminderId}`;
}

/** Id of the moment at which a rule of silence runs. */
export function noReplyItemId(ruleId: string): string {
  return `noReply-${ruleId}`;
}

/** Id of the search for a message. */
export function reconcileItemId(one: { messageId: string; attempt: number; tries: number }): string {
  return `reconcile-${one.messageId}-${one.attempt}-${one.tries}`;
}

function planned(item: PlannedItem['item'], wakeAt = item.at): PlannedItem {
  return { wakeAt, item };
}

function plannedReply(state: State): PlannedItem[] {
  const { reply } = state;
  if (!reply) return [];
  const count = state.undecided.length;
  const title =
    count === 1 ? 'Auto Pilot replies' : `Auto Pilot answers ${count === 2 ? 'both' : `all ${count}`} messages`;
  const item: PlannedItem['item'] = {
    id: replyItemId(reply),
    kind: 'autopilotReply',
    at: reply.dueAt,
    title,
    cause: reply.cause,
    why: 'The customer wrote, and Auto Pilot is on.',
    operations: ['actNow', 'cancel'],
  };
  return [planned(item, reply.draftAt)];
}

function plannedFollowUp(state: State): PlannedItem[] {
  const { followUp, policy } = state;
  if (!followUp) return [];
  const item: PlannedItem['item'] = {
    id: followUpItemId(followUp),
    kind: 'followUp',
    at: followUp.dueAt,
    title: `Follow-up ${followUp.step + 1} of ${policy?.followUps.afterMs.length ?? followUp.step + 1}`,
    cause: followUp.cause,
    why: 'Our message is the last one, and follow-ups are on.',
    operations: ['actNow', 'skip', 'move'],
  };
  return [planned(item, followUp.draftAt)];
}

function scheduledItem(one: ScheduledMessage): PlannedItem {
  return planned({
    id: scheduledItemId(one),
    kind: 'scheduledMessage',
    at: one.at,
    title: one.cancelIfTheyReply ? 'Scheduled message, unless they reply' : 'Scheduled message',
    cause: one.cause,
    why: one.userId === '' ? 'A rule sends it when quiet hours end.' : 'A person scheduled it.',
    operations: ['actNow', 'edit', 'cancel'],
  });
}

function reminderItem(one: State['reminders'][number]): PlannedItem {
  return planned({
    id: reminderItemId(one),
    kind: 'reminder',
    at: one.dueAt,
    title: 'Reminder',
    cause: one.cause,
    why: 'Somebody wants to be reminded.',
    operations: ['complete'],
  });
}

function plannedStatus(state: State): PlannedItem[] {
  const items: PlannedItem[] = [];
  if (state.status === 'snoozed' && state.snoozedUntilAt !== null)
    items.push(
      planned({
        id: 'unsnooze',
        kind: 'unsnooze',
        at: state.snoozedUntilAt,
        title: 'Comes back from snooze',
        cause: 0,
        why: 'A person snoozed it.',
        operations: ['actNow'],
      }),
    );
  if (state.sla && !state.sla.breached)
    items.push(
      planned({
        id: slaItemId(state.sla),
        kind: 'slaBreach',
        at: state.sla.dueAt,
        title: state.sla.target === 'first' ? 'First response is late' : 'Response is late',
        cause: state.sla.cause,
        why: 'The customer waits for an answer.',
        operations: [],
      }),
    );
  return items;
}

/** Rules that run when nobody has written for a while after our message. */
function plannedSilenceRules(state: State): PlannedItem[] {
  const { lastOutbound, dealership } = state;
  if (!lastOutbound || !dealership || state.waitingSinceAt !== null || state.status === 'resolved') return [];
  return dealership.rules.flatMap((rule) => {
    if (rule.when.on !== 'noReply' || state.silenceRules.includes(rule.id)) return [];
    if (rule.channels && !rule.channels.includes(state.key.channel)) return [];
    return planned({
      id: noReplyItemId(rule.id),
      kind: 'noReply',
      at: lastOutbound.at + rule.when.afterMinutes * MINUTE_MS,
      title: `Rule “${rule.name}”, if they do not reply`,
      cause: 0,
      why: 'A rule waits for silence.',
      operations: [],
    });
  });
}

function plannedReconcile(one: UnknownDelivery): PlannedItem {
  return planned({
    id: reconcileItemId(one),
    kind: 'reconcileDelivery',
    at: one.sentAt + (RECONCILE_AFTER_MS[one.tries] ?? 0),
    title: 'Checks whether a message has left',
    cause: 0,
    why: 'The provider has not said whether it took the message.',
    operations: [],
  });
}
