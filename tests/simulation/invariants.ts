import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { webhookEventId } from '@leadline/contract/ids.ts';
import { evolve, fold } from '@leadline/workflows/conversation/core/evolve.ts';
import { rowOf } from '@leadline/workflows/conversation/core/row.ts';
import { KEY } from '@leadline/workflows/conversation/core/scenario.ts';
import { emptyState, type State } from '@leadline/workflows/conversation/core/state.ts';
import type { SimulatedStore } from './store.ts';

/** What must hold in every simulated conversation, by the numbers of the issue that asked for them. */

/** State carried over by continue-as-new. */
const MOST_STATE_BYTES = 64 * 1024;
const MOST_RULES = 5;

export class Violation extends Error {}

export function fail(what: string): never {
  throw new Violation(what);
}

/** Of the events that one input led to, from the state before them. */
export function checkEvents(before: State, events: readonly ConversationEvent[]): void {
  let state = before;
  for (const event of events) {
    if (event.position !== state.position + 1) fail('7: a position is missing');
    if (event.cause.kind === 'event' && event.cause.rules.length > MOST_RULES) fail('6: a chain of rules is too long');
    if (event.type === 'messageQueued') checkQueued(state, event.data.author);
    state = evolve(state, event);
  }
}

function checkQueued(state: State, author: string): void {
  if (state.optedOut) fail(`3: ${author} sends after an opt-out`);
  if (author === 'autopilot' && state.reply?.epoch !== state.epoch) fail('1: an AI reply of an old epoch is sent');
  if (author === 'followUp' && state.followUp?.epoch !== state.epoch) fail('1: a follow-up of an old epoch is sent');
}

/** Of a conversation that has come to rest. */
export function checkRest(world: {
  state: State;
  store: SimulatedStore;
  outside: { accepted: ReadonlyMap<string, number>; webhooksTaken: ReadonlyMap<string, number> };
}): void {
  const { state, store, outside } = world;
  const { accepted, webhooksTaken } = outside;
  const { journal, row } = store;
  if (!same(fold(emptyState(KEY), journal), state)) fail('7: the fold of the journal is not the state');
  if (!same(JSON.parse(JSON.stringify(state)), state)) fail('8: the state does not survive being carried over');
  if (JSON.stringify(state).length > MOST_STATE_BYTES) fail('9: the state is larger than 64 KiB');
  const { preview: _preview, ...shown } = row ?? rowOf(state, []);
  const { preview: _none, ...expected } = rowOf(state, []);
  if (!same(shown, expected)) fail('11: the read model is not the fold of the journal');
  for (const [id, count] of accepted) if (count > 1) fail(`10: the provider took ${id} ${count} times`);
  checkWebhooks(journal, [...webhooksTaken.keys()]);
  checkInbounds(journal, state);
}

/** What an endpoint was told stands in the journal: nothing of an attempt that was overtaken has left the house. */
function checkWebhooks(journal: readonly ConversationEvent[], eventIds: readonly string[]): void {
  const ran = new Set(
    journal.flatMap((event) =>
      event.type === 'ruleRan' && event.data.actions.includes('callWebhook')
        ? [webhookEventId(KEY.conversationId, event.position, 'crm')]
        : [],
    ),
  );
  for (const id of eventIds) if (!ran.has(id)) fail(`12: the webhook ${id} tells of a run that the journal has not`);
}

function checkInbounds(journal: readonly ConversationEvent[], state: State): void {
  const ids = journal.flatMap((event) => (event.type === 'messageReceived' ? [event.data.providerMessageId] : []));
  if (new Set(ids).size !== ids.length) fail('5: a provider’s message stands twice');
  const decided = new Map<number, { all: number; final: number }>();
  for (const event of journal) {
    if (event.type === 'messageReceived') decided.set(event.position, { all: 0, final: 0 });
    if (event.type === 'answerLost')
      for (const position of event.data.inbounds) decided.set(position, { all: 1, final: 0 });
    if (event.type !== 'decisionMade') continue;
    for (const position of event.data.inbounds) {
      const count = decided.get(position) ?? fail(`2: a decision names ${position}, which is no message`);
      count.all += 1;
      if (event.data.final) count.final += 1;
    }
  }
  for (const [position, { all, final }] of decided) {
    if (final > 1) fail(`2: message ${position} has ${final} final decisions`);
    const pending = state.reply !== null && state.undecided.includes(position);
    if (all === 0 && !pending) fail(`2: message ${position} has no decision, and none is to come`);
    if (final === 0 && position > state.deletedUpTo && !state.undecided.includes(position))
      fail(`2: message ${position} is lost without a final decision`);
  }
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys)
    if (!same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])) return false;
  return true;
}
