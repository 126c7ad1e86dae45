import type { EventData } from '@leadline/contract/conversation.ts';
import type { EventView, MessageView } from '@leadline/contract/rest.ts';
import { startOfDay } from '../../core/times.ts';
import type { PendingMessage } from './outbox.ts';
import { sentenceOf, type Names } from './systemLines.ts';

/** A quiet line about something that happened. */
export interface Line {
  key: string;
  position: number;
  at: number;
  text: string;
  /** The decision that it tells of, with a "why?". */
  decision: EventView | null;
}

/** One thing in a thread, from top to bottom. */
export type ThreadItem =
  | { kind: 'day'; key: string; at: number }
  | {
      kind: 'message';
      key: string;
      message: MessageView;
      isLast: boolean;
      count: number;
      decision: EventView | null;
      isLost: boolean;
    }
  | { kind: 'pending'; key: string; pending: PendingMessage }
  | { kind: 'lines'; key: string; lines: Line[] };

export interface TimelineInput {
  messages: Iterable<MessageView>;
  events: Iterable<EventView>;
  pending: readonly PendingMessage[];
  /** Nothing before this position is shown: it is not whole yet. */
  floor: number;
  userId: string;
  names: Names;
}

type Entry = { position: number; at: number; message: MessageView } | { position: number; at: number; line: Line };

/** Messages of one author within this time stand as one group. */
const GROUP_MS = 5 * 60_000;

/** Puts a thread together from what is loaded. */
export function timeline({ messages, events, pending, floor, userId, names }: TimelineInput): ThreadItem[] {
  const shownMessages = [...messages].filter((one) => one.position >= floor);
  const shownEvents = [...events].filter((one) => (one.position ?? 0) >= floor);
  const lines = shownEvents.flatMap((event) => lineOf(event, names));
  const entries = withoutRepeats([...inOrder(shownMessages), ...lines].sort((a, b) => a.position - b.position));
  const decisions = decisionsByMessage(shownEvents);
  const lost = lostAttempts(shownEvents);
  const items: ThreadItem[] = [];
  let day = Number.NaN;
  entries.forEach((entry, index) => {
    if (startOfDay(entry.at) !== day) {
      day = startOfDay(entry.at);
      items.push({ kind: 'day', key: `day-${day}-${entry.position}`, at: entry.at });
    }
    if ('line' in entry) addLine(items, entry.line);
    else items.push(messageItem(entry.message, entries[index + 1], items.at(-1), decisions, lost));
  });
  const unconfirmed = withoutConfirmed(pending, shownMessages, userId);
  return [...items, ...unconfirmed.map((one) => ({ kind: 'pending' as const, key: one.key, pending: one }))];
}

/**
 * By position; but texts that came in without anything of ours between them stand in the order in which the customer
 * wrote them. A late one stays where it arrived, or nobody would see it.
 */
function inOrder(messages: MessageView[]): Entry[] {
  const byPosition = messages.toSorted((a, b) => a.position - b.position);
  const positions = byPosition.map((one) => one.position);
  let start = 0;
  const ordered: MessageView[] = [];
  byPosition.forEach((message, index) => {
    const next = byPosition[index + 1];
    if (next && isOrdinaryInbound(message) && isOrdinaryInbound(next)) return;
    ordered.push(...byPosition.slice(start, index + 1).sort((a, b) => Date.parse(a.at) - Date.parse(b.at)));
    start = index + 1;
  });
  return ordered.map((message, index) => ({ position: positions[index]!, at: Date.parse(message.at), message }));
}

function isOrdinaryInbound(message: MessageView): boolean {
  return message.direction === 'inbound' && !message.late;
}

/** While a customer writes on and each text is left for the same reason, the reason is given once, after the last. */
function withoutRepeats(entries: readonly Entry[]): Entry[] {
  let said: string | null = null;
  const isNew = (entry: Entry): boolean => {
    if ('message' in entry) {
      if (entry.message.direction === 'outbound') said = null;
      return true;
    }
    const before = said;
    said = entry.line.decision?.data['outcome'] === 'held' ? entry.line.text : null;
    return said === null || said !== before;
  };
  return entries.toReversed().filter(isNew).reverse();
}

function lineOf(event: EventView, names: Names): Entry[] {
  const text = sentenceOf(event, names);
  if (text === null || event.position === null) return [];
  const [position, at] = [event.position, Date.parse(event.at)];
  const decision = event.type === 'decisionMade' ? event : null;
  return [{ position, at, line: { key: event.id, position, at, text, decision } }];
}

function addLine(items: ThreadItem[], line: Line): void {
  const last = items.at(-1);
  if (last?.kind === 'lines') items[items.length - 1] = { ...last, lines: [...last.lines, line] };
  else items.push({ kind: 'lines', key: `lines-${line.key}`, lines: [line] });
}

function messageItem(
  message: MessageView,
  next: Entry | undefined,
  before: ThreadItem | undefined,
  decisions: Map<string, EventView>,
  lost: Set<string>,
): ThreadItem {
  const follows = before?.kind === 'message' && isOneGroup(before.message, message);
  const isLast =
    !next ||
    'line' in next ||
    startOfDay(next.at) !== startOfDay(Date.parse(message.at)) ||
    !isOneGroup(message, next.message);
  return {
    kind: 'message',
    key: message.id,
    message,
    isLast,
    count: follows ? before.count + 1 : 1,
    decision: decisions.get(message.id) ?? null,
    isLost: lost.has(`${message.id}/${message.attempt}`),
  };
}

/** A footer is shown once for a group; a message with something to say for itself ends its group. */
function isOneGroup(a: MessageView, b: MessageView): boolean {
  if (a.direction !== b.direction || a.author !== b.author || a.userId !== b.userId || a.late || b.late) return false;
  if (a.author === 'autopilot' || a.status !== b.status || a.error || b.error) return false;
  return Math.abs(Date.parse(b.at) - Date.parse(a.at)) < GROUP_MS;
}

/** The decision that sent each message. */
function decisionsByMessage(events: readonly EventView[]): Map<string, EventView> {
  const decisions = new Map<string, EventView>();
  for (const event of events) {
    const { messageId, outcome } = event.data as Partial<EventData['decisionMade']>;
    if (event.type === 'decisionMade' && outcome === 'sent' && messageId) decisions.set(messageId, event);
  }
  return decisions;
}

/** Attempts that the provider never had: they may be sent again. */
function lostAttempts(events: readonly EventView[]): Set<string> {
  const lost = new Set<string>();
  for (const event of events) {
    const { messageId, attempt, status } = event.data as Partial<EventData['deliverySettled']>;
    if (event.type === 'deliverySettled' && status === 'notSent') lost.add(`${messageId}/${attempt}`);
  }
  return lost;
}

/** The socket may bring a message before the answer to its sending does: then it is shown once. */
function withoutConfirmed(
  pending: readonly PendingMessage[],
  messages: readonly MessageView[],
  userId: string,
): PendingMessage[] {
  const own = messages.filter((one) => one.author === 'user' && one.userId === userId);
  const taken = new Set<string>();
  return pending.filter((entry) => {
    if (entry.state === 'failed') return true;
    const confirmed = own.find(
      (one) => one.position > entry.afterPosition && one.text === entry.text && !taken.has(one.id),
    );
    if (confirmed) taken.add(confirmed.id);
    return !confirmed;
  });
}
