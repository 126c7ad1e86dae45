import { patched } from '@temporalio/workflow';
import type { ConversationEvent, ConversationKey, Refusal } from '@leadline/contract/conversation.ts';
import { RULES_VERSION } from '@leadline/contract/names.ts';
import type { CommitRequest, LoadedConversation } from '@leadline/contract/ports.ts';
import { dueItems, nextWakeAt, plan, sleepsAt } from '../core/agenda.ts';
import { decide } from '../core/decide.ts';
import { fold } from '../core/evolve.ts';
import type { Effect, Input } from '../core/inputs.ts';
import { rowOf } from '../core/row.ts';
import { emptyState, type State } from '../core/state.ts';
import { callsSince } from '../core/webhooks.ts';
import { Commits, database, type Written } from './database.ts';
import { describe, describeDecision } from './describe.ts';
import { explainDraftFailure, Outside, WEBHOOK_GIVE_UP_AFTER_MS } from './outside.ts';
import { WakeTimer } from './wakeTimer.ts';

/** An input on its way through the loop; an update's handler waits until it is settled. */
export interface Ticket {
  readonly input: Input;
  settled: boolean;
  refusal: Refusal | null;
  result: unknown;
}

/** A conversation that could sleep, but for something that is under way, looks again after this. */
const LOOK_AGAIN_MS = 15 * 60_000;

/** Whether an input names a process or settings that have to be read before it is decided. */
function asksForPolicy({ type }: Input): boolean {
  return type === 'selectProcess' || type === 'processPublished';
}

/** What begins a conversation where one was deleted: the customer, or a person who writes or brings it back. */
const BEGINNINGS: readonly Input['type'][] = [
  'inboundMessage',
  'callEnded',
  'sendMessage',
  'scheduleMessage',
  'restoreConversation',
];

/** Whether an input begins a conversation where none is: what comes of a deleted one does not. */
function begins(input: Input): boolean {
  if (BEGINNINGS.includes(input.type)) return true;
  if (input.type === 'deleteConversation') return !patched('deletion-begins-nothing');
  return 'args' in input && !patched('actions-begin-nothing');
}

const DELETED: Refusal = { code: 'deleted', message: 'Somebody has deleted this conversation.' };

/**
 * Drives the core in one run of a conversation: takes inputs in, commits what the core decides, starts the effects in the
 * task in which the commit succeeded, and keeps the timer. Holds no rule of its own.
 */
export class ConversationRun {
  state: State;
  /** Malformed signals of this run. */
  droppedSignals = 0;
  private readonly key: ConversationKey;
  private queue: Ticket[] = [];
  private readonly timer = new WakeTimer();
  /** Apart from the other, so that a conversation that goes to sleep in a month costs no timer with each message. */
  private readonly sleepTimer = new WakeTimer();
  private ended = false;
  private readonly outside: Outside;
  private readonly composerTickets = new Map<string, Ticket>();
  /** What stood committed and not done when the run began. */
  private leftUndone: Effect[] = [];
  /** The last word to the contact's other conversations, while it is on its way. */
  private telling: Promise<void> | null = null;
  private lastDecision: string | null = null;
  private readonly commits = new Commits();

  constructor(key: ConversationKey, carried: State | undefined) {
    this.key = key;
    this.state = completed(key, carried);
    this.outside = new Outside(key, (input) => void this.take(input));
  }

  /** Loads what an earlier run or the database knows; a run that was continued has it already. */
  async open(): Promise<void> {
    await this.begin();
    this.afterStep();
  }

  /** Begins a conversation, or goes on with one that is stored. */
  private async begin(): Promise<void> {
    if (!this.state.started) {
      const loaded = await database.loadConversation({ key: this.key });
      const stored = completed(this.key, loaded.state as State | null);
      this.state = fold({ ...stored, rulesVersion: loaded.rulesVersion }, loaded.events);
      this.leftUndone = loaded.unsent ? this.leftBehind(loaded.unsent, loaded.events) : [];
      const type = this.state.started ? 'woken' : 'started';
      this.queue.unshift(ticketOf({ type, start: loaded.start }));
    }
  }

  /** A task that died after its commit has left these, and nothing else would do them. Each is safe to ask for again. */
  private leftBehind(
    unsent: NonNullable<LoadedConversation['unsent']>,
    events: readonly ConversationEvent[],
  ): Effect[] {
    const sends = unsent.map((message): Effect => ({ type: 'deliver', inbounds: [], ...message }));
    return [...sends, ...callsSince(this.state, events, Date.now() - WEBHOOK_GIVE_UP_AFTER_MS)];
  }

  /** Takes an input in; the loop handles it in order of arrival. */
  take(input: Input): Ticket {
    const ticket = ticketOf(input);
    this.queue.push(ticket);
    return ticket;
  }

  /**
   * Whether newer rules than this run's are here; it then goes on as a new run under them. Asked between turns: a task that
   * older code has done is replayed without. The mark is of the rules that are left, not of those that are newest: it has
   * to be found again when rules change once more before the run could end.
   */
  get hasOldRules(): boolean {
    const { started, rulesVersion } = this.state;
    return started && rulesVersion < RULES_VERSION && patched(`rules-${rulesVersion + 1}`);
  }

  get hasWork(): boolean {
    return this.queue.length > 0 || this.timer.rang || this.sleepTimer.rang;
  }

  /** Whether the run could end here: nothing queued, nothing under way. */
  get idle(): boolean {
    return !this.hasWork && this.outside.idle;
  }

  /** Whether the run is to end: it was deleted, or nothing is to come for long. Its state is in the database then. */
  get isOver(): boolean {
    // A dead webhook endpoint must not keep a deleted conversation here for a quarter of an hour, to be written to.
    return this.ended && !this.hasWork && this.outside.idleButForWebhooks;
  }

  /** One turn: everything that has come in is decided and committed together, then its effects start. */
  async step(): Promise<void> {
    this.timer.rang = false;
    this.sleepTimer.rang = false;
    this.ended = false;
    // After a deletion the run may still wait for what had left: the next message begins a clean conversation in it.
    if (!this.state.started && !this.isBeginning && this.queue.some(({ input }) => begins(input))) await this.begin();
    const tickets = this.queue.splice(0);
    if (!this.state.started && !this.mayBegin(tickets)) return this.dropAll(tickets);
    if (tickets.some(({ input }) => asksForPolicy(input))) await this.readPolicies(tickets);
    const now = Date.now();
    const due = dueItems(this.state, this.outside.inHand, now);
    if (due.length > 0) tickets.push(ticketOf({ type: 'tick', inHand: this.outside.inHand }));
    const turn = this.decideAll(tickets, now);
    // What came after a deletion is of the next conversation.
    this.queue.unshift(...tickets.splice(turn.answers.length));
    if (turn.events.length > 0) {
      const isDeletion = turn.effects.some((effect) => effect.type === 'end');
      const written = await this.commits.write(this.requestOf(turn, now, isDeletion));
      if (written.outcome !== 'written') return this.takeBack(turn, tickets, written);
    }
    this.state = turn.state;
    this.settle(turn.answers);
    this.noteDecision(turn.events);
    for (const effect of [...this.leftUndone.splice(0), ...turn.effects]) this.start(effect);
    this.afterStep();
    if (this.maySleep) await this.fallAsleep();
  }

  private get isBeginning(): boolean {
    return this.queue[0]?.input.type === 'started';
  }

  private mayBegin(tickets: readonly Ticket[]): boolean {
    const [first, ...others] = tickets;
    if (first?.input.type !== 'started') return false;
    return (
      this.state.deletedUpTo === 0 || others.some(({ input }) => begins(input)) || !patched('actions-begin-nothing')
    );
  }

  /** What comes of a deleted conversation when nothing has begun since. */
  private dropAll(tickets: readonly Ticket[]): void {
    for (const ticket of tickets) {
      if ('args' in ticket.input && ticket.input.type !== 'deleteConversation') ticket.refusal = DELETED;
      ticket.settled = true;
    }
    this.ended = true;
  }

  private decideAll(tickets: readonly Ticket[], now: number): Turn {
    const turn: Turn = { state: this.state, events: [], effects: [], answers: [] };
    for (const ticket of tickets) {
      const decided = decide(turn.state, ticket.input, now);
      turn.state = fold(turn.state, decided.events);
      turn.events.push(...decided.events);
      turn.effects.push(...decided.effects);
      turn.answers.push({ ticket, refusal: decided.refusal, result: decided.result });
      if (decided.effects.some((effect) => effect.type === 'end')) break;
    }
    return turn;
  }

  /** A run that ends has its state stored. */
  private requestOf(turn: Pick<Turn, 'state' | 'events'>, fenceAt: number, endsRun: boolean): CommitRequest {
    return {
      key: this.key,
      contactId: contactIdOf(turn) || this.state.contactId,
      firstPosition: this.state.position + 1,
      fenceAt,
      events: turn.events,
      row: rowOf(turn.state, turn.events),
      ...(endsRun && { state: turn.state }),
    };
  }

  /** What was not written is decided anew. */
  private takeBack(turn: Turn, tickets: readonly Ticket[], written: Exclude<Written, { outcome: 'written' }>): void {
    if (written.outcome === 'duplicates') this.dropDuplicates(turn, written.providerMessageIds);
    this.queue.unshift(...tickets.filter((ticket) => ticket.input.type !== 'tick' && !ticket.settled));
    // What was due still is, and no timer is armed for it.
    const wasDue = tickets.some(({ input }) => input.type === 'tick');
    if (wasDue && this.queue.length === 0 && patched('look-again')) this.timer.rang = true;
  }

  /** The database holds these messages already, from before this run's memory of them. */
  private dropDuplicates(turn: Turn, providerMessageIds: readonly unknown[]): void {
    for (const { ticket } of turn.answers) {
      const { input } = ticket;
      if (input.type === 'inboundMessage' && providerMessageIds.includes(input.message.providerMessageId))
        ticket.settled = true;
    }
    this.dropBeginning(turn);
  }

  /** A copy of a message that was deleted begins no conversation. */
  private dropBeginning({ answers }: Turn): void {
    const left = answers.filter(({ ticket }) => !ticket.settled && ticket.input.type !== 'tick');
    if (left.length === 0 || left.some(({ ticket }) => ticket.input.type !== 'started')) return;
    if (patched('nothing-begins-with-a-copy')) this.dropAll(left.map(({ ticket }) => ticket));
  }

  /** `selectProcess` names a process; the core needs what that process says. */
  private async readPolicies(tickets: readonly Ticket[]): Promise<void> {
    for (const { input } of tickets) {
      const { dealershipId } = this.key;
      if (input.type === 'selectProcess')
        input.policy = await database.loadPolicy({ dealershipId, processId: input.args.processId });
      if (input.type !== 'processPublished') continue;
      const { processId } = input;
      if (processId === null) input.dealership = await database.loadDealership({ dealershipId });
      else if (processId === this.state.policy?.processId)
        input.policy = await database.loadPolicy({ dealershipId, processId });
    }
  }

  private settle(answers: readonly Answer[]): void {
    for (const { ticket, refusal, result } of answers) {
      if (ticket.input.type === 'generateReply' && !refusal) {
        this.composerTickets.set(ticket.input.id, ticket);
        continue;
      }
      ticket.refusal = refusal;
      ticket.result =
        ticket.input.type === 'setAutopilot' && !refusal
          ? { ...(result as object), committed: this.outside.leavingAiMessage }
          : result;
      ticket.settled = true;
    }
  }

  private start(effect: Effect): void {
    switch (effect.type) {
      case 'draft':
        return this.outside.draft(effect);
      case 'tellSiblings':
        void this.tellSiblings(effect);
        return;
      case 'end':
        this.ended = true;
        return;
      case 'draftForComposer':
        void this.draftForComposer(effect);
        return;
      case 'deliver':
        return this.outside.deliver(effect);
      case 'reconcile':
        return this.outside.reconcile(effect);
      case 'callWebhook':
        return this.outside.callWebhook(effect);
    }
  }

  private async draftForComposer(effect: Extract<Effect, { type: 'draftForComposer' }>): Promise<void> {
    const ticket = this.composerTickets.get(effect.updateId);
    if (!ticket) return;
    this.composerTickets.delete(effect.updateId);
    try {
      const { answer, ...reply } = await this.outside.draftForComposer(effect);
      ticket.result = { ...reply, intent: answer.intent };
    } catch (error) {
      ticket.refusal = { code: 'model-unavailable', message: explainDraftFailure(error).detail };
    }
    ticket.settled = true;
  }

  /** Counted as under way from now on: a run that ended before the siblings are read would tell none. */
  private async tellSiblings({ contactId, change }: Extract<Effect, { type: 'tellSiblings' }>): Promise<void> {
    const { key, telling: earlier } = this;
    const telling = this.outside.telling(async () => {
      // Of STOP and START in a row the last must arrive last.
      if (earlier && patched('tellings-in-order')) await earlier;
      const { workflowIds } = await database.loadSiblings({ key, contactId });
      await this.outside.tell(workflowIds, change);
    });
    this.telling = telling;
    await telling.finally(() => {
      if (this.telling === telling) this.telling = null;
    });
  }

  /** Whether nothing is to come for long, and nothing is under way. */
  private get maySleep(): boolean {
    const at = sleepsAt(this.state);
    return at !== null && Date.now() >= at && this.idle;
  }

  /** Stores the state and ends the run: the next signal or update loads it again. */
  private async fallAsleep(): Promise<void> {
    const written = await this.commits.write(this.requestOf({ state: this.state, events: [] }, Date.now(), true));
    // What came while this was written has still to be done here.
    this.ended = written.outcome === 'written' && this.idle;
  }

  private noteDecision(events: readonly ConversationEvent[]): void {
    for (const event of events) {
      if (event.type === 'decisionMade') this.lastDecision = describeDecision(event.data, event.at);
    }
  }

  /** A draft under way brings the next turn by itself: what is later than that needs no timer of its own yet. */
  private armTimer(): void {
    const at = nextWakeAt(this.state, this.outside.inHand);
    const { handsBackBy } = this.outside;
    if (at !== null && handsBackBy !== null && at > handsBackBy) return;
    this.timer.set(at, plan(this.state)[0]?.item.title ?? 'Look at the agenda');
  }

  private afterStep(): void {
    this.outside.endDraftsExcept(plan(this.state).map(({ item }) => item.id));
    this.armTimer();
    const at = sleepsAt(this.state);
    // With something under way it cannot sleep yet, whenever it could have.
    const earliestAt = this.outside.idle ? 0 : Date.now() + LOOK_AGAIN_MS;
    this.sleepTimer.setLazily(at && Math.max(at, earliestAt), 'Sleep, if nothing has come');
    if (this.state.started) describe(this.state, this.lastDecision, this.droppedSignals);
  }
}

interface Answer {
  ticket: Ticket;
  refusal: Refusal | null;
  result: unknown;
}

interface Turn {
  state: State;
  events: ConversationEvent[];
  effects: Effect[];
  answers: Answer[];
}

/** A state that older code has stored lacks what has been added since: there it is as in a new conversation. */
function completed(key: ConversationKey, known: State | null | undefined): State {
  return { ...emptyState(key), ...known };
}

/** The contact of a conversation that begins in this turn, which a deletion in the same turn has forgotten again. */
function contactIdOf({ state, events }: Pick<Turn, 'state' | 'events'>): string {
  const started = events.findLast((event) => event.type === 'conversationStarted');
  return started?.data.contactId ?? state.contactId;
}

function ticketOf(input: Input): Ticket {
  return { input, settled: false, refusal: null, result: undefined };
}
