import type { ConversationEvent, EventData, UpdateResults } from '@leadline/contract/conversation.ts';
import { consequenceOf } from '@leadline/contract/deliveryCodes.ts';
import { deleted, restored } from './deletion.ts';
import {
  MAX_EXCHANGES,
  MAX_FAILED,
  MAX_RECENT_PROVIDER_IDS,
  MAX_RECENT_UPDATES,
  MAX_REMINDERS,
  MAX_RULE_MESSAGES,
  MAX_UNDECIDED,
  type PlannedReminder,
  type RecentUpdate,
  type ScheduledMessage,
  type State,
  type UnknownDelivery,
} from './state.ts';

const DAY_MS = 86_400_000;
const MAX_CHANGE_IDS = 16;

/** The state after an event. Total: an event of any journal folds, in order. */
export function evolve(state: State, event: ConversationEvent): State {
  return { ...apply(state, event), position: event.position };
}

/** The state after events, in order. */
export function fold(state: State, events: readonly ConversationEvent[]): State {
  return events.reduce(evolve, state);
}

function apply(state: State, event: ConversationEvent): State {
  switch (event.type) {
    case 'conversationStarted':
      return started(state, event.data, event.at);
    case 'messageReceived':
      return received(state, event.data, event);
    case 'conversationReopened':
      return { ...state, status: 'open', snoozedUntilAt: null };
    case 'replyArmed':
      return armed(state, event.data, event);
    case 'replyCancelled':
      return { ...state, reply: null };
    case 'decisionMade':
      return decided(state, event.data);
    case 'messageQueued':
      return queued(state, event.data, event);
    case 'deliveryUnknown':
      return becameUnknown(state, event.data);
    case 'deliveryChecked':
      return {
        ...state,
        unknown: state.unknown.map((one) => (isSame(one, event.data) ? { ...one, tries: event.data.tries } : one)),
      };
    case 'deliverySettled':
      return settled(state, event.data);
    case 'deliveryFailed':
      return failed(state, event.data, event.at);
    case 'answerLost':
      return {
        ...state,
        undecided: keepLast([...event.data.inbounds, ...state.undecided], MAX_UNDECIDED),
        waitingSinceAt: state.waitingSinceAt ?? event.at,
      };
    case 'conversationWoken':
      return { ...state, consent: event.data.consent, zone: event.data.zone, dealership: event.data.dealership };
    case 'contactChanged':
      return {
        ...state,
        consent: event.data.consent,
        zone: event.data.zone ?? state.zone,
        recentChangeIds: keepLast([...state.recentChangeIds, event.data.changeId], MAX_CHANGE_IDS),
      };
    case 'dealershipChanged':
      return { ...state, dealership: event.data.dealership };
    case 'autopilotSet':
      return { ...state, autopilot: event.data.on };
    case 'processSelected':
      return { ...state, policy: event.data.policy };
    case 'stageSet':
      return { ...state, stage: event.data.stage };
    case 'assigned':
      return {
        ...state,
        ownerId: event.data.ownerId,
        assigneeIds: event.data.userIds,
        epoch: event.data.takeOver ? state.epoch + 1 : state.epoch,
      };
    case 'optedOut':
      return { ...state, optedOut: true, optedOutAt: event.data.since };
    case 'optedIn':
      return { ...state, optedOut: false };
    case 'conversationDeleted':
      return deleted(state, event.position, event.at);
    case 'conversationRestored':
      return restored(state);
    case 'tagsSet':
      return { ...state, tags: event.data.tags };
    case 'prioritySet':
      return { ...state, priority: event.data.priority };
    case 'resolved':
      return { ...state, status: 'resolved', snoozedUntilAt: null, waitingSinceAt: null };
    case 'snoozed':
      return { ...state, status: 'snoozed', snoozedUntilAt: event.data.until };
    case 'slaStarted':
      return { ...state, sla: { ...event.data, breached: false, cause: event.position } };
    case 'slaMet':
      return { ...state, sla: null };
    case 'slaBreached':
      return { ...state, sla: state.sla && { ...state.sla, breached: true } };
    case 'ruleRan':
      return ruleOf(state, event.data.ruleId)?.when.on === 'noReply'
        ? { ...state, silenceRules: [...new Set([...state.silenceRules, event.data.ruleId])] }
        : state;
    case 'followUpsSet':
      return { ...state, followUpsOn: event.data.on };
    case 'followUpPlanned':
      return { ...state, followUp: { ...event.data, epoch: state.epoch, cause: event.position } };
    case 'followUpCancelled':
      return followUpCancelled(state, event.data);
    case 'messageScheduled':
      return withUpdate(withScheduled(state, event.data, event.position), event, 'scheduleMessage', {
        scheduledId: event.data.scheduledId,
        at: event.data.at,
        clock: event.data.clock,
      });
    case 'scheduledChanged':
      return withScheduled(state, event.data, event.position);
    case 'scheduledDeferred':
      return {
        ...state,
        scheduled: state.scheduled.map((one) =>
          one.scheduledId === event.data.scheduledId ? { ...one, at: event.data.at } : one,
        ),
      };
    case 'scheduledCancelled':
      return { ...state, scheduled: without(state.scheduled, event.data.scheduledId) };
    case 'reminderAdded':
      return reminderAdded(state, event.data, event);
    case 'reminderDue':
    case 'reminderCompleted':
      return { ...state, reminders: state.reminders.filter((one) => one.reminderId !== event.data.reminderId) };
    case 'callEnded':
      return { ...state, recentChangeIds: keepLast([...state.recentChangeIds, event.data.callId], MAX_CHANGE_IDS) };
    case 'ruleStopped':
    case 'userNotified':
      return state;
    default:
      return unreachable(event);
  }
}

/** Fails to compile when an event type has no case. */
function unreachable(event: never): never {
  throw new Error(`No fold for the event ${JSON.stringify(event)}.`);
}

function started(state: State, data: EventData['conversationStarted'], at: number): State {
  return {
    ...state,
    started: true,
    contactId: data.contactId,
    ownerId: data.ownerId,
    assigneeIds: data.ownerId === null ? [] : [data.ownerId],
    stage: data.stage,
    autopilot: data.autopilot,
    followUpsOn: data.followUps,
    policy: data.policy,
    dealership: data.dealership,
    zone: data.zone,
    source: data.source ?? null,
    consent: data.consent,
    optedOut: data.optedOut,
    lastActivityAt: at,
  };
}

function received(state: State, data: EventData['messageReceived'], event: ConversationEvent): State {
  return {
    ...state,
    undecided: keepLast([...state.undecided, event.position], MAX_UNDECIDED),
    waitingSinceAt: state.waitingSinceAt ?? event.at,
    // A clock that is ahead must not keep a window open.
    lastInboundAt: Math.max(state.lastInboundAt ?? 0, Math.min(data.providerAt, event.at)),
    lastInboundPosition: event.position,
    inboundCount: state.inboundCount + 1,
    sequence: null,
    silenceRules: [],
    badNumber: null,
    lastInboundHash: data.textHash,
    lastActivityAt: event.at,
    recentProviderIds: keepLast([...state.recentProviderIds, data.providerMessageId], MAX_RECENT_PROVIDER_IDS),
  };
}

function armed(state: State, data: EventData['replyArmed'], event: ConversationEvent): State {
  const continues = state.reply?.burst === data.burst;
  return {
    ...state,
    burst: data.burst,
    reply: {
      burst: data.burst,
      epoch: state.epoch,
      openedAt: continues ? state.reply.openedAt : event.at,
      dueAt: data.dueAt,
      draftAt: data.draftAt,
      upTo: data.inbounds.at(-1) ?? state.lastInboundPosition,
      cause: event.position,
      ...(data.byPerson && { byPerson: true }),
    },
  };
}

function decided(state: State, data: EventData['decisionMade']): State {
  const undecided = data.final
    ? state.undecided.filter((position) => !data.inbounds.includes(position))
    : state.undecided;
  const tookMs = data.model?.tookMs;
  return {
    ...state,
    undecided,
    lastOutbound:
      data.outcome === 'sent' && data.messageId !== null && state.lastOutbound?.messageId === data.messageId
        ? { ...state.lastOutbound, inbounds: data.inbounds }
        : state.lastOutbound,
    usualDraftMs: tookMs === undefined ? state.usualDraftMs : Math.round(0.7 * state.usualDraftMs + 0.3 * tookMs),
  };
}

function queued(before: State, data: EventData['messageQueued'], event: ConversationEvent): State {
  const state = withUpdate(before, event, 'sendMessage', { messageId: data.messageId });
  const byPerson = data.author === 'user';
  const answers = byPerson || data.author === 'autopilot';
  const { cause } = event;
  return {
    ...state,
    status: state.status === 'new' ? 'open' : state.status,
    epoch: byPerson ? state.epoch + 1 : state.epoch,
    reply: answers ? null : state.reply,
    waitingSinceAt: answers ? null : state.waitingSinceAt,
    ...sequenceAfter(state, data, event.at),
    lastActivityAt: event.at,
    lastOutbound: { messageId: data.messageId, author: data.author, at: event.at, epoch: state.epoch, inbounds: [] },
    outboundCount: state.outboundCount + (data.attempt === 1 ? 1 : 0),
    silenceRules: answers ? [] : state.silenceRules,
    scheduled: event.actor.kind === 'schedule' ? without(state.scheduled, event.actor.scheduledId) : state.scheduled,
    ruleMessages:
      data.author === 'automation' && cause.kind === 'event'
        ? keepLast([...state.ruleMessages, { messageId: data.messageId, rules: cause.rules }], MAX_RULE_MESSAGES)
        : state.ruleMessages,
    exchanges:
      data.author === 'autopilot'
        ? keepLast([...state.exchanges, { inbound: state.lastInboundHash, reply: data.textHash }], MAX_EXCHANGES)
        : state.exchanges,
    aiTurns: data.author === 'autopilot' ? countTurn(state.aiTurns, event.at) : state.aiTurns,
    automationSends: data.author === 'automation' ? countTurn(state.automationSends, event.at) : state.automationSends,
    failed: data.attempt > 1 ? remember(state.failed, data, false) : state.failed,
  };
}

/** A person or Auto Pilot begins the sequence anew, a step goes on to the next, anything else waits from its own message. */
function sequenceAfter(
  state: State,
  data: EventData['messageQueued'],
  at: number,
): Pick<State, 'sequence' | 'followUp'> {
  const customerWaits = state.waitingSinceAt !== null && data.author !== 'user' && data.author !== 'autopilot';
  if (customerWaits) return { sequence: state.sequence, followUp: state.followUp };
  if (data.author === 'user' || data.author === 'autopilot')
    return { sequence: { step: 0, sinceAt: at }, followUp: null };
  const step = (state.sequence?.step ?? 0) + (data.author === 'followUp' ? 1 : 0);
  return { sequence: { step, sinceAt: at }, followUp: null };
}

/** A skipped step gives way to the next; a step that cannot be sent ends the sequence; else it stays, for when it may go on. */
function followUpCancelled(state: State, { step, reason }: EventData['followUpCancelled']): State {
  const { sequence } = state;
  if (!sequence) return { ...state, followUp: null };
  if (reason === 'skipped') return { ...state, followUp: null, sequence: { ...sequence, step: step + 1 } };
  const over = reason === 'gate' || reason === 'model' || reason === 'person-took-over';
  return { ...state, followUp: null, sequence: over ? null : sequence };
}

function withScheduled(state: State, data: EventData['messageScheduled'], cause: number): State {
  const { scheduledId, at, userId, cancelIfTheyReply } = data;
  const message: ScheduledMessage = { scheduledId, at, userId, cancelIfTheyReply, cause };
  return { ...state, scheduled: [...without(state.scheduled, scheduledId), message] };
}

/** Keeps the answer of a person's update that has made something. */
function withUpdate<Name extends RecentUpdate['name']>(
  state: State,
  { actor, cause }: ConversationEvent,
  name: Name,
  result: UpdateResults[Name],
): State {
  if (actor.kind !== 'user' || cause.kind !== 'input') return state;
  // A name and its result belong together, which TypeScript cannot follow through a generic.
  const update = { name, updateId: cause.id, result } as unknown as RecentUpdate;
  return { ...state, recentUpdates: keepLast([...state.recentUpdates, update], MAX_RECENT_UPDATES) };
}

function reminderAdded(before: State, data: EventData['reminderAdded'], event: ConversationEvent): State {
  const { reminderId, forUserId, dueAt } = data;
  const state = withUpdate(before, event, 'addReminder', { reminderId, dueAt });
  // One that is due at once is a notification: nothing is to come of it.
  if (dueAt <= event.at) return state;
  const reminder: PlannedReminder = { reminderId, forUserId, dueAt, cause: event.position };
  return { ...state, reminders: keepLast([...state.reminders, reminder], MAX_REMINDERS) };
}

function without(messages: readonly ScheduledMessage[], scheduledId: string): readonly ScheduledMessage[] {
  return messages.filter((one) => one.scheduledId !== scheduledId);
}

function ruleOf(state: State, ruleId: string) {
  return state.dealership?.rules.find((rule) => rule.id === ruleId);
}

/** AI turns in the day that starts with the first of them. */
function countTurn(turns: State['aiTurns'], at: number): State['aiTurns'] {
  return at - turns.sinceAt >= DAY_MS ? { sinceAt: at, count: 1 } : { sinceAt: turns.sinceAt, count: turns.count + 1 };
}

function becameUnknown(state: State, data: EventData['deliveryUnknown']): State {
  const entry: UnknownDelivery = { ...data, tries: 0 };
  return { ...state, unknown: [...state.unknown.filter((one) => !isSame(one, data)), entry] };
}

function settled(state: State, data: EventData['deliverySettled']): State {
  const unknown = state.unknown.filter((one) => !isSame(one, data));
  if (data.status === 'sent') return { ...state, unknown };
  return { ...state, unknown, failed: remember(state.failed, data, true) };
}

function failed(state: State, data: EventData['deliveryFailed'], at: number): State {
  const { code } = data;
  const consequence = code === null ? 'none' : consequenceOf(code);
  const problem = code === null ? null : { code, at };
  return {
    ...state,
    unknown: state.unknown.filter((one) => !isSame(one, data)),
    failed: remember(state.failed, data, true),
    accountProblem: consequence === 'accountProblem' ? problem : state.accountProblem,
    badNumber: consequence === 'badNumber' ? problem : state.badNumber,
  };
}

function remember(
  failures: State['failed'],
  { messageId, attempt }: { messageId: string; attempt: number },
  open: boolean,
): State['failed'] {
  // What becomes known late of an earlier attempt changes nothing for the one that followed it.
  if (failures.some((other) => other.messageId === messageId && other.attempt > attempt)) return failures;
  return keepLast(
    [...failures.filter((other) => other.messageId !== messageId), { messageId, attempt, open }],
    MAX_FAILED,
  );
}

function isSame(one: { messageId: string; attempt: number }, other: { messageId: string; attempt: number }): boolean {
  return one.messageId === other.messageId && one.attempt === other.attempt;
}

function keepLast<T>(items: readonly T[], most: number): readonly T[] {
  return items.length > most ? items.slice(items.length - most) : items;
}
