import type { Actor, ConversationEvent, EventData } from '@leadline/contract/conversation.ts';
import type { Action, Condition, ConditionField, Rule, Test } from '@leadline/contract/rules.ts';
import { noReplyItemId } from './agenda.ts';
import { setAutopilot } from './autopilot.ts';
import { recordDecision } from './decisions.ts';
import { setFollowUps } from './followUps.ts';
import { askGates, deferredUntil, firstBlocked } from './gates.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { remind } from './reminders.ts';
import { queueMessage } from './sending.ts';
import { MAX_SCHEDULED, type State } from './state.ts';
import { scheduleForRule } from './schedules.ts';
import { callWebhook } from './webhooks.ts';
import { replaceTags, resolveBy } from './work.ts';

/** `MAX_RULE_DEPTH` of contract/rules.ts; the bundle takes no values from there. */
const MAX_DEPTH = 5;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** So many messages of rules in a day, and they fall silent: two machines may be talking. */
const MAX_SENDS_PER_DAY = 10;

/**
 * Lets the dealership's rules react to all that an input has led to, and to what they lead to themselves. No rule reacts to
 * what it has brought about, directly or through others; each acts once on an input, so that rules which answer each other's
 * messages do not multiply; a chain of more than five ends, and that is recorded.
 */
export function runRules(rec: Recorder, due: readonly string[] = []): void {
  const rules = rec.state.dealership?.rules ?? [];
  const done = new Set<string>();
  for (const rule of rules) if (due.includes(noReplyItemId(rule.id)) && runRule(rec, rule, null)) done.add(rule.id);
  for (let index = 0; index < rec.recorded.length; index += 1) {
    const event = rec.recorded[index]!;
    for (const rule of rules)
      if (!done.has(rule.id) && isTriggered(rule, event, rec.state) && runRule(rec, rule, event)) done.add(rule.id);
  }
}

/** The rules that led to an event, the first first. */
function chainOf(event: ConversationEvent | null, state: State): readonly string[] {
  if (!event) return [];
  if (event.type === 'deliveryFailed')
    return state.ruleMessages.find((one) => one.messageId === event.data.messageId)?.rules ?? [];
  return event.cause.kind === 'event' ? event.cause.rules : [];
}

/** True when the rule has acted. */
function runRule(rec: Recorder, rule: Rule, event: ConversationEvent | null): boolean {
  const chain = chainOf(event, rec.state);
  if (chain.includes(rule.id)) return false;
  const actor: Actor = { kind: 'automation', ruleId: rule.id };
  if (chain.length >= MAX_DEPTH) {
    rec.emit('ruleStopped', { ruleId: rule.id, name: rule.name, depth: chain.length }, actor);
    return true;
  }
  const tests: EventData['ruleRan']['tests'] = [];
  const passed = rule.only === undefined || holds(rule.only, { state: rec.state, event }, tests);
  // A rule that looks at every message and passes it over would double the journal.
  if (!passed && (rule.when.on === 'messageReceived' || rule.when.on === 'messageSent')) return false;
  const trigger = event?.position ?? rec.state.position;
  const actions = passed ? rule.actions.map((action) => action.do) : [];
  const position = rec.emit('ruleRan', { ruleId: rule.id, name: rule.name, trigger, tests, passed, actions }, actor);
  if (!passed) return false;
  rec.because({ kind: 'event', position, rules: [...chain, rule.id] }, () => {
    for (const action of rule.actions) act(rec, action, actor, { rule, position });
  });
  return true;
}

function isTriggered(rule: Rule, event: ConversationEvent, state: State): boolean {
  if (rule.channels && !rule.channels.includes(state.key.channel)) return false;
  const { when } = rule;
  switch (when.on) {
    case 'messageReceived':
      return event.type === 'messageReceived';
    case 'messageSent':
      return event.type === 'messageQueued' && event.data.attempt === 1;
    case 'noReply':
      return false;
    case 'keyword':
      return event.type === 'messageReceived' && when.words.some((word) => holdsPhrase(event.data.text, word));
    case 'stageSuggested':
      return (
        event.type === 'decisionMade' &&
        event.data.model?.suggestedStage != null &&
        (when.stage === undefined || event.data.model.suggestedStage === when.stage) &&
        (event.data.model.confidence ?? 0) >= when.confidence
      );
    case 'intent':
      return event.type === 'decisionMade' && event.data.model?.intent === when.intent;
    case 'handedOff':
      return event.type === 'decisionMade' && event.data.outcome === 'handedOff';
    case 'stageChanged':
      return event.type === 'stageSet' && (when.to === undefined || event.data.stage === when.to);
    case 'callEnded':
      return event.type === 'callEnded';
    case 'deliveryFailed':
      return (
        event.type === 'deliveryFailed' && (when.codes === undefined || when.codes.includes(event.data.code ?? ''))
      );
    case 'optedOut':
      return event.type === 'optedOut';
    case 'assigned':
      return event.type === 'assigned';
    case 'tagged':
      return (
        event.type === 'tagsSet' &&
        (when.tag === undefined ? event.data.added.length > 0 : event.data.added.includes(when.tag))
      );
  }
}

/** Whole words only: "art" is not in "start". */
function holdsPhrase(text: string, phrase: string): boolean {
  const words = (one: string): string =>
    ` ${one
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()} `;
  return words(text).includes(words(phrase));
}

interface Facts {
  state: State;
  event: ConversationEvent | null;
}

/** Every test is made and noted, also after the outcome is clear: the log shows them all. */
function holds(condition: Condition, facts: Facts, tests: EventData['ruleRan']['tests']): boolean {
  if ('all' in condition) return condition.all.map((one) => holds(one, facts, tests)).every(Boolean);
  if ('any' in condition) return condition.any.map((one) => holds(one, facts, tests)).some(Boolean);
  const actual = valueOf(condition.field, facts);
  const pass = compare(condition, actual);
  tests.push({ ...condition, actual: Array.isArray(actual) ? actual.join(', ') : String(actual), pass });
  return pass;
}

type Fact = string | number | boolean | readonly string[];

function valueOf(field: ConditionField, { state, event }: Facts): Fact {
  switch (field) {
    case 'channel':
      return state.key.channel;
    case 'source':
      return state.source ?? '';
    case 'timeZone':
      return state.zone?.table.zone ?? '';
    case 'owned':
      return state.ownerId !== null;
    case 'followUps':
      return state.followUpsOn;
    case 'text':
      return event?.type === 'messageReceived' || event?.type === 'messageQueued' ? event.data.text : '';
    case 'errorCode':
      return event?.type === 'deliveryFailed' ? (event.data.code ?? '') : '';
    default:
      return state[field];
  }
}

function compare({ is, value }: Test, actual: Fact): boolean {
  switch (is) {
    case 'equal':
      return actual === value;
    case 'notEqual':
      return actual !== value;
    case 'atLeast':
      return typeof actual === 'number' && actual >= Number(value);
    case 'atMost':
      return typeof actual === 'number' && actual <= Number(value);
    case 'contains':
      return contains(actual, String(value));
    case 'notContains':
      return !contains(actual, String(value));
  }
}

function contains(actual: Fact, value: string): boolean {
  return typeof actual === 'object'
    ? actual.includes(value)
    : String(actual).toLowerCase().includes(value.toLowerCase());
}

/** `run` is the rule and the position of its `ruleRan`. */
function act(rec: Recorder, action: Action, actor: Actor, run: { rule: Rule; position: number }): void {
  const { state } = rec;
  switch (action.do) {
    case 'setStage':
      if (state.stage !== action.stage) rec.emit('stageSet', { stage: action.stage, from: state.stage }, actor);
      return;
    case 'assign':
      if (state.ownerId !== action.userId) rec.emit('assigned', assignment(action.userId), actor);
      return;
    case 'addTag':
      replaceTags(rec, [...new Set([...state.tags, action.tag])].sort(), actor);
      return;
    case 'removeTag':
      replaceTags(
        rec,
        state.tags.filter((tag) => tag !== action.tag),
        actor,
      );
      return;
    case 'setAutopilot':
      setAutopilot(rec, action.on, actor);
      return;
    case 'setFollowUps':
      setFollowUps(rec, action.on, actor);
      return;
    case 'send':
      return sendTemplate(rec, action.text, actor);
    case 'addReminder':
      remind(
        rec,
        { text: action.text, dueAt: rec.now + action.inMinutes * MINUTE_MS, forUserId: state.ownerId },
        actor,
      );
      return;
    case 'notify':
      rec.emit('userNotified', { forUserId: state.ownerId, text: action.text }, actor);
      return;
    case 'callWebhook':
      return callWebhook(rec, action.endpointId, run.rule, run.position);
    case 'resolve':
      if (state.status !== 'resolved') resolveBy(rec, actor);
  }
}

function assignment(userId: string | null): EventData['assigned'] {
  return { ownerId: userId, userIds: userId === null ? [] : [userId], takeOver: false };
}

function sendsToday({ state, now }: Recorder): number {
  const { sinceAt, count } = state.automationSends;
  return now - sinceAt >= DAY_MS ? 0 : count;
}

/** A rule's message passes the gates as any other; in quiet hours it is scheduled for their end. */
function sendTemplate(rec: Recorder, text: string, actor: Actor): void {
  const gates = askGates(rec.state, 'automation', rec.now);
  const blocked = firstBlocked(gates);
  const details = { inbounds: [], gates };
  if (sendsToday(rec) >= MAX_SENDS_PER_DAY) {
    const explanation = `Rules have sent ${MAX_SENDS_PER_DAY} messages within a day, which is their limit.`;
    return recordDecision(rec, 'suppressed', 'turn-cap', explanation, details, actor);
  }
  const later = deferredUntil(rec.state, gates, rec.now);
  if (later !== null && rec.state.scheduled.length < MAX_SCHEDULED) {
    recordDecision(
      rec,
      'deferred',
      'deferred',
      "The automation's message waits until quiet hours end.",
      details,
      actor,
    );
    return scheduleForRule(rec, text, later, actor);
  }
  if (blocked)
    return recordDecision(
      rec,
      'suppressed',
      'gate',
      `The automation's message was not sent: the gate ${blocked.gate} stopped it.`,
      details,
      actor,
    );
  const messageId = rec.nextMessageId;
  const message = {
    messageId,
    attempt: 1,
    author: 'automation' as const,
    userId: null,
    processVersionId: null,
    text,
    fromDraftId: null,
  };
  queueMessage(rec, message, [], actor);
  recordDecision(
    rec,
    'sent',
    'automation',
    'A rule of the dealership sends this message.',
    { ...details, messageId },
    actor,
  );
}

/** Admins are told when settings or the process could not be understood, and are left out. */
export function noteProblem(rec: Recorder): void {
  const text = rec.state.dealership?.problem ?? null;
  if (text !== null) rec.emit('userNotified', { forUserId: null, text }, BY_SYSTEM);
}
