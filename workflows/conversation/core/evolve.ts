import type { ConversationEvent, EventData } from '@leadline/contract/conversation.ts';
import { consequenceOf } from '@leadline/contract/deliveryCodes.ts';
import {
  MAX_FAILED,
  MAX_RECENT_PROVIDER_IDS,
  MAX_RECENT_SENDS,
  MAX_UNDECIDED,
  type State,
  type UnknownDelivery,
} from './state.ts';

const DAY_MS = 86_400_000;

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
      return { ...state, status: 'open' };
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
      return { ...state, optedOut: true };
    case 'optedIn':
      return { ...state, optedOut: false };
    case 'reminderAdded':
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
    policy: data.policy,
    optedOut: data.optedOut,
    lastActivityAt: at,
  };
}

function received(state: State, data: EventData['messageReceived'], event: ConversationEvent): State {
  return {
    ...state,
    undecided: keepLast([...state.undecided, event.position], MAX_UNDECIDED),
    waitingSinceAt: state.waitingSinceAt ?? event.at,
    lastInboundAt: Math.max(state.lastInboundAt ?? 0, data.providerAt),
    lastInboundPosition: event.position,
    inboundCount: state.inboundCount + 1,
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
    usualDraftMs: tookMs === undefined ? state.usualDraftMs : Math.round(0.7 * state.usualDraftMs + 0.3 * tookMs),
  };
}

function queued(state: State, data: EventData['messageQueued'], event: ConversationEvent): State {
  const byPerson = data.author === 'user';
  const cause = event.cause;
  return {
    ...state,
    status: state.status === 'new' ? 'open' : state.status,
    epoch: byPerson ? state.epoch + 1 : state.epoch,
    reply: null,
    waitingSinceAt: null,
    lastActivityAt: event.at,
    lastOutbound: { messageId: data.messageId, author: data.author, at: event.at },
    aiTurns: data.author === 'autopilot' ? countTurn(state.aiTurns, event.at) : state.aiTurns,
    failed: state.failed.filter((one) => one.messageId !== data.messageId),
    recentSends:
      byPerson && cause.kind === 'input'
        ? keepLast([...state.recentSends, { updateId: cause.id, messageId: data.messageId }], MAX_RECENT_SENDS)
        : state.recentSends,
  };
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
  return { ...state, unknown, failed: remember(state.failed, data) };
}

function failed(state: State, data: EventData['deliveryFailed'], at: number): State {
  return {
    ...state,
    unknown: state.unknown.filter((one) => !isSame(one, data)),
    failed: remember(state.failed, data),
    accountProblem:
      data.code !== null && consequenceOf(data.code) === 'accountProblem'
        ? { code: data.code, at }
        : state.accountProblem,
  };
}

function remember(failures: State['failed'], { messageId, attempt }: State['failed'][number]): State['failed'] {
  return keepLast([...failures.filter((other) => other.messageId !== messageId), { messageId, attempt }], MAX_FAILED);
}

function isSame(one: { messageId: string; attempt: number }, other: { messageId: string; attempt: number }): boolean {
  return one.messageId === other.messageId && one.attempt === other.attempt;
}

function keepLast<T>(items: readonly T[], most: number): readonly T[] {
  return items.length > most ? items.slice(items.length - most) : items;
}
