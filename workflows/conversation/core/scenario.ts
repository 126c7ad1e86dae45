import type {
  ConversationEvent,
  ConversationKey,
  EventData,
  EventType,
  InboundMessage,
  Refusal,
  UpdateArgs,
} from '@leadline/contract/conversation.ts';
import type { DraftResult, LoadedConversation } from '@leadline/contract/ports.ts';
import { DAYS, zoneTable } from '@leadline/contract/hours.ts';
import type { DealershipPolicy, Policy } from '@leadline/contract/process.ts';
import { dueItems, followUpItemId, nextWakeAt, replyItemId } from './agenda.ts';
import { decide } from './decide.ts';
import { fold } from './evolve.ts';
import type { Effect, Input, UpdateInput } from './inputs.ts';
import { emptyState, type State } from './state.ts';

/**
 * A conversation driven by hand, for tests of the core: given what has happened, when something happens, then these
 * events and effects. States are frozen, so a decision that changes one fails.
 */

export const KEY: ConversationKey = {
  dealershipId: 'd1',
  dealershipSlug: 'northside',
  conversationId: '0123456789abcdef0123456789abcdef',
  channel: 'sms',
  channelAccountId: 'a1',
  address: '+18255559025',
};

const DAY_MS = 86_400_000;

export const ZONE = zoneTable('America/Denver', Date.UTC(2026, 9, 1))!;

/** Open from nine to six on every day; quiet from nine in the evening to eight; no targets and no rules. */
export const DEALERSHIP: DealershipPolicy = {
  schema: 1,
  version: 1,
  zone: ZONE,
  businessHours: {
    days: Object.fromEntries(DAYS.map((day) => [day, [{ from: '09:00', to: '18:00' }]])),
    holidays: [],
  },
  quietHours: { from: '21:00', to: '08:00' },
  sla: null,
  rules: [],
  problem: null,
};

export const POLICY: Policy = {
  schema: 1,
  processId: 'p1',
  processName: 'Internet lead',
  versionId: 'p1v1',
  version: 1,
  window: { quietMs: 10_000, minMs: 5_000, maxMs: 30_000, jitter: 0, hours: 'always', quietHoursExempt: true },
  limits: { aiTurnsPerDay: 10, identicalExchanges: 3 },
  followUps: { hours: null, stopStages: ['sold'], afterMs: [DAY_MS, 3 * DAY_MS] },
};

export const START: LoadedConversation['start'] = {
  contactId: 'c1',
  ownerId: 'ana',
  stage: 'new',
  autopilot: true,
  followUps: false,
  policy: POLICY,
  optedOut: false,
  source: 'Website',
  consent: 'none',
  zone: { table: ZONE, source: 'dealership' },
  dealership: DEALERSHIP,
};

/** The instant at which scenarios begin: a Tuesday, 10 am in Denver. */
export const T0 = Date.UTC(2026, 10, 24, 17, 0, 0);

export class Scenario {
  state: State;
  now = T0;
  /** What the last input led to. */
  events: ConversationEvent[] = [];
  effects: Effect[] = [];
  refusal: Refusal | null = null;
  result: unknown;
  readonly journal: ConversationEvent[] = [];
  private serial = 0;

  constructor(start: Partial<LoadedConversation['start']> = {}, key: Partial<ConversationKey> = {}) {
    this.state = emptyState({ ...KEY, ...key });
    this.take({ type: 'started', start: { ...START, ...start } });
  }

  /** Lets time pass. */
  after(ms: number): this {
    this.now += ms;
    return this;
  }

  take(input: Input): this {
    const decided = decide(deepFreeze(this.state), deepFreeze(input), this.now);
    this.events = decided.events;
    this.effects = decided.effects;
    this.refusal = decided.refusal;
    this.result = decided.result;
    this.journal.push(...decided.events);
    this.state = fold(this.state, decided.events);
    return this;
  }

  inbound(text = 'hi, is the 2021 F-150 still there?', message: Partial<InboundMessage> = {}): this {
    this.serial += 1;
    return this.take({
      type: 'inboundMessage',
      message: {
        providerMessageId: `SM${this.serial}`,
        text,
        media: [],
        providerAt: null,
        receivedAt: this.now,
        late: false,
        requestId: `r${this.serial}`,
        ...message,
      },
    });
  }

  update<Name extends keyof UpdateArgs>(
    type: Name,
    args: Omit<UpdateArgs[Name], 'userId' | 'requestId'>,
    extra: { id?: string; policy?: Policy | null } = {},
  ): this {
    this.serial += 1;
    const input = {
      type,
      id: `u${this.serial}`,
      args: { userId: 'leo', requestId: `r${this.serial}`, ...args },
      ...extra,
    };
    // A name and its arguments belong together, which TypeScript cannot follow through a generic.
    return this.take(input as unknown as UpdateInput);
  }

  /** Goes to the next instant on the agenda and looks at it. */
  wake(inHand: string[] = []): this {
    const at = nextWakeAt(this.state, inHand);
    if (at === null) throw new Error('Nothing is on the agenda.');
    this.now = Math.max(this.now, at);
    return this.take({ type: 'tick', inHand });
  }

  /** The model answers the draft that the armed reply or the planned follow-up asked for, at the instant it is due. */
  draft(result: Partial<DraftResult> = {}): this {
    const { reply, followUp } = this.state;
    const item = reply ?? followUp;
    if (!item) throw new Error('Neither a reply nor a follow-up is planned.');
    this.now = Math.max(this.now, item.dueAt);
    const itemId = reply ? replyItemId(reply) : followUpItemId(followUp!);
    return this.take({ type: 'draftReady', itemId, result: draftResult(result) });
  }

  /** Types of the events of the last input. */
  get types(): EventType[] {
    return this.events.map((event) => event.type);
  }

  /** The data of the last input's only event of a type. */
  the<T extends EventType>(type: T): EventData[T] {
    const found = this.events.filter((event) => event.type === type);
    if (found.length !== 1)
      throw new Error(`Expected one ${type}, found ${found.length} in [${this.types.join(', ')}].`);
    // The type of its data follows from its type, which TypeScript cannot follow through a generic.
    return found[0]!.data as EventData[T];
  }

  get due(): string[] {
    return dueItems(this.state, [], this.now);
  }
}

export function draftResult(result: Partial<DraftResult> = {}): DraftResult {
  return {
    draftId: 'draft',
    outcome: 'reply',
    text: 'Yes, it is on the lot.',
    reason: 'The customer asked whether a vehicle is available.',
    processVersionId: POLICY.versionId,
    answer: { model: 'test', reason: 'asked', confidence: 0.9, suggestedStage: null, intent: null, tookMs: 900 },
    ...result,
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
