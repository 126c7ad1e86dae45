import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { DEFAULT_RULES, type Rule } from '@leadline/contract/rules.ts';
import { dueItems, nextWakeAt, plan, sleepsAt } from '@leadline/workflows/conversation/core/agenda.ts';
import { decide } from '@leadline/workflows/conversation/core/decide.ts';
import { fold } from '@leadline/workflows/conversation/core/evolve.ts';
import type { Effect, Input, UpdateInput } from '@leadline/workflows/conversation/core/inputs.ts';
import { rowOf } from '@leadline/workflows/conversation/core/row.ts';
import { DEALERSHIP, KEY, START, ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import { emptyState, type State } from '@leadline/workflows/conversation/core/state.ts';
import { checkEvents, checkRest, fail } from './invariants.ts';
import { SimulatedOutside } from './outside.ts';
import { whatPersonDoes, type PersonsUpdate } from './people.ts';
import { SimulatedStore, type SimulatedCommit } from './store.ts';
import type { Step } from './steps.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A week before the clocks go back in Denver, so that runs pass over it. */
const BEGIN = Date.UTC(2026, 9, 26, 15);

const RULES: Rule[] = [
  ...DEFAULT_RULES,
  {
    id: 'cold',
    name: 'Cold',
    enabled: true,
    when: { on: 'noReply', afterMinutes: 600 },
    only: { field: 'stage', is: 'notEqual', value: 'sold' },
    actions: [
      { do: 'send', text: 'Still there?' },
      { do: 'addTag', tag: 'cold' },
    ],
  },
  { id: 'chain-a', name: 'A', enabled: true, when: { on: 'tagged' }, actions: [{ do: 'setStage', stage: 'sold' }] },
  {
    id: 'chain-b',
    name: 'B',
    enabled: true,
    when: { on: 'stageChanged' },
    actions: [
      { do: 'addTag', tag: 'moved' },
      { do: 'callWebhook', endpointId: 'crm' },
      { do: 'addReminder', text: 'Look', inMinutes: 30 },
    ],
  },
  {
    id: 'again',
    name: 'Again',
    enabled: true,
    when: { on: 'deliveryFailed' },
    actions: [{ do: 'send', text: 'Once more' }],
  },
];
const SETTINGS = {
  ...DEALERSHIP,
  rules: RULES,
  sla: { firstResponseMs: 15 * MINUTE, nextResponseMs: HOUR, reassignTo: 'maria' },
};

/** A conversation with a model of everything around it: shell, clock, provider, language model, database. */
export class World {
  state: State = emptyState(KEY);
  now = BEGIN;
  readonly store = new SimulatedStore();
  readonly outside = new SimulatedOutside();
  private pending: Input[] = [];
  private attempts: SimulatedCommit[] = [];
  private nextTaskFails = false;
  /** A task has failed after its commit: Temporal runs it again. */
  private isRetrying = false;
  private serial = 0;
  private settings = SETTINGS;
  private lastText = 'hello';

  constructor() {
    this.turn([{ type: 'started', start: this.start }]);
  }

  private get start() {
    const optedOut = this.store.row?.optedOut ?? false;
    return { ...START, followUps: true, optedOut, dealership: this.settings };
  }

  get inHand(): string[] {
    return this.outside.inHand;
  }

  take(step: Step): void {
    // The clock of a task never stands still between two steps.
    this.now += 1;
    this.act(step);
    this.now += 1;
  }

  /** Whether something is under way, or has to be decided again. */
  private get isBusy(): boolean {
    return this.outside.isBusy || this.pending.length > 0 || this.isRetrying;
  }

  /** Everything comes to rest: outcomes arrive, and what is due is done. */
  rest(): void {
    this.nextTaskFails = false;
    for (let round = 0; round < 60 && this.isBusy; round += 1) {
      this.now += 1;
      this.turn([]);
      this.take({ action: 'draft', at: 0.1 });
      this.take({ action: 'deliver', at: 0.1 });
      this.take({ action: 'reconcile', at: 0.1 });
      this.take({ action: 'webhook', at: 0.1 });
    }
    checkRest(this);
  }

  private act(step: Step): void {
    const person = whatPersonDoes(step, this.state, this.now);
    if (person) return this.update(person);
    const { action, at } = step;
    switch (action) {
      case 'inbound':
        return this.inbound(at < 0.15 ? this.lastText : `text ${(this.serial += 1)}`, `SM${this.serial}`, false);
      case 'repeatedInbound':
        return this.inbound('again', `SM${Math.ceil(at * this.serial)}`, false);
      case 'lateInbound':
        return this.inbound('late', `SML${(this.serial += 1)}`, true);
      case 'stop':
        return this.inbound(at < 0.3 ? 'please stop texting me' : 'STOP', `SMS${(this.serial += 1)}`, false);
      case 'start':
        return this.inbound('START', `SMT${(this.serial += 1)}`, false);
      case 'wake':
        return this.wake();
      case 'draft':
      case 'oldDraft':
      case 'draftFails':
        return this.draft(action, at);
      case 'deliver':
        return this.comesBack(this.outside.deliver(at, this.now, this.store.journal));
      case 'reconcile':
        return this.comesBack(this.outside.reconcile());
      case 'webhook':
        return this.comesBack(this.outside.webhook(at));
      case 'failureReport':
        return this.comesBack(this.outside.failureReport(at, this.state.lastOutbound));
      case 'contactChanged':
        return this.contactChanged(at);
      case 'settings':
        this.settings = {
          ...this.settings,
          version: this.settings.version + 1,
          quietHours: at < 0.5 ? null : DEALERSHIP.quietHours,
        };
        return this.turn([{ type: 'processPublished', processId: null, requestId: 'r', dealership: this.settings }]);
      case 'call':
        return this.turn([
          {
            type: 'callEnded',
            call: {
              callId: `CA${(this.serial += 1)}`,
              direction: 'inbound',
              outcome: 'answered',
              durationMs: 1,
              userId: null,
              requestId: 'r',
            },
          },
        ]);
      case 'pass':
        return this.pass(at * 30_000);
      case 'jump':
        return this.pass(at * (at < 0.9 ? DAY : 40 * DAY));
      case 'taskFails':
        this.nextTaskFails = true;
        return;
      case 'deadAttempt':
        return this.deadAttempt(at);
      case 'continueAsNew':
        return this.continueAsNew();
      case 'sleep':
        return this.sleep();
      case 'delete':
        this.update({ type: 'deleteConversation', args: {} });
        this.outside.dropWebhooks();
        return this.restart();
      default:
        // What people do is above.
        fail(`no step ${action}`);
    }
  }

  private inbound(text: string, providerMessageId: string, late: boolean): void {
    this.lastText = text;
    const message = {
      providerMessageId,
      text,
      media: [],
      providerAt: null,
      receivedAt: this.now,
      late,
      requestId: 'r',
    };
    this.turn([{ type: 'inboundMessage', message }]);
  }

  private update({ type, args, id = `u${(this.serial += 1)}`, extra = {} }: PersonsUpdate): void {
    // Each update comes with its own arguments.
    this.turn([{ type, id, args: { userId: 'leo', requestId: 'r', ...args }, ...extra } as unknown as UpdateInput]);
  }

  /** As the shell: what came in, and what is due, is decided and committed together, then its effects start. */
  private turn(inputs: Input[]): void {
    const queue = [...this.pending.splice(0), ...inputs];
    if (this.state.started && dueItems(this.state, this.inHand, this.now).length > 0)
      queue.push({ type: 'tick', inHand: this.inHand });
    let { state } = this;
    const events: ConversationEvent[] = [];
    const effects: Effect[] = [];
    for (const input of queue) {
      const before = state;
      const decided = decide(state, input, this.now);
      if (decided.refusal && (decided.events.length > 0 || decided.effects.length > 0))
        fail('a refusal changed something');
      checkEvents(before, decided.events);
      state = fold(state, decided.events);
      events.push(...decided.events);
      effects.push(...decided.effects);
    }
    const commit = { firstPosition: this.state.position + 1, fenceAt: this.now, events, row: rowOf(state, events) };
    if (events.length > 0) {
      const result = this.store.commit(commit);
      if (result === 'committed') this.attempts = [...this.attempts.slice(-9), commit];
      if (result !== 'committed') {
        const drop = typeof result === 'object' ? result.duplicates : [];
        this.pending = queue.filter(
          (input) =>
            input.type !== 'tick' &&
            !(input.type === 'inboundMessage' && drop.includes(input.message.providerMessageId)),
        );
        return;
      }
      if (this.nextTaskFails) {
        // The commit ran, the task did not complete: everything is decided again, later, and with whatever came meanwhile.
        this.nextTaskFails = false;
        this.isRetrying = true;
        this.pending = queue.filter((input) => input.type !== 'tick');
        return;
      }
    }
    this.isRetrying = false;
    this.state = state;
    for (const effect of effects) this.outside.begin(effect);
    this.outside.endDraftsExcept(plan(state).map(({ item }) => item.id));
    const late = dueItems(state, this.inHand, this.now);
    if (state.started && queue.some((input) => input.type === 'tick') && late.length > 0)
      fail(`4: ${late.join()} stayed due after it was looked at`);
  }

  private draft(kind: 'draft' | 'oldDraft' | 'draftFails', at: number): void {
    const ended = this.outside.draft(kind, at);
    if (!ended) return;
    this.now = Math.max(this.now, ended.dueAt);
    this.turn([ended.input]);
  }

  private comesBack(input: Input | null): void {
    if (input) this.turn([input]);
  }

  private wake(): void {
    const at = nextWakeAt(this.state, this.inHand);
    if (at === null) return;
    this.now = Math.max(this.now, at);
    this.turn([]);
  }

  /** Time passes, and the timer wakes the workflow at each instant at which something is due. */
  private pass(ms: number): void {
    const until = this.now + ms;
    for (let looks = 0; looks < 50; looks += 1) {
      const at = nextWakeAt(this.state, this.inHand);
      if (at === null || at > until) break;
      this.now = Math.max(this.now, at) + 1;
      this.turn([]);
    }
    this.now = Math.max(this.now, until);
  }

  private contactChanged(at: number): void {
    const zone = at < 0.5 ? null : { table: ZONE, source: 'contact' as const };
    const change = {
      changeId: `c${Math.floor(at * 20)}`,
      at: this.now,
      optedOut: at > 0.8,
      consent: 'express' as const,
      zone,
      requestId: 'r',
    };
    this.turn([{ type: 'contactChanged', change }]);
  }

  /** A worker that was thought dead commits what it had decided: the fence refuses it, unless it is what stands. */
  private deadAttempt(at: number): void {
    const old = this.attempts[Math.floor(at * (this.attempts.length - 1))];
    const last = this.attempts.at(-1);
    if (!old || !last || old.fenceAt >= last.fenceAt) return;
    if (this.store.commit(old) === 'committed') fail('11: an overtaken attempt was written');
  }

  /** State goes through the payload's JSON; what was under way is awaited before that. */
  private continueAsNew(): void {
    if (this.isBusy) return;
    this.state = JSON.parse(JSON.stringify(this.state)) as State;
  }

  private sleep(): void {
    const at = sleepsAt(this.state);
    if (this.isBusy || at === null) return;
    this.now = Math.max(this.now, at);
    if (dueItems(this.state, [], this.now).length > 0) this.turn([]);
    if (sleepsAt(this.state) === null || this.pending.length > 0 || this.isRetrying) return;
    const { state } = this;
    this.store.commit({
      firstPosition: state.position + 1,
      fenceAt: this.now,
      events: [],
      row: rowOf(state, []),
      state,
    });
    this.restart();
  }

  /** A new run begins from what the database holds. */
  private restart(): void {
    if (this.pending.length > 0 || this.isRetrying) return;
    const { state, journal } = this.store;
    const stored = state === null ? null : (JSON.parse(JSON.stringify(state)) as State);
    this.state = fold(
      stored ?? emptyState(KEY),
      journal.filter((event) => event.position > (stored?.position ?? 0)),
    );
    this.outside.dropDrafts();
    this.now += 1;
    this.turn([{ type: this.state.started ? 'woken' : 'started', start: this.start }]);
  }
}
