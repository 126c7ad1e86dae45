import { messageIdAt } from '@leadline/contract/ids.ts';
import type {
  Actor,
  Cause,
  ConversationEvent,
  EventData,
  EventType,
  Refusal,
  RefusalCode,
  UpdateResults,
} from '@leadline/contract/conversation.ts';
import { evolve } from './evolve.ts';
import type { Decided, Effect } from './inputs.ts';
import type { State } from './state.ts';

/**
 * Collects what one input leads to. A slice reads `state`, which already holds the events recorded so far, so that each
 * later decision of the same input sees the earlier ones.
 */
export class Recorder {
  state: State;
  readonly now: number;
  private cause: Cause;
  private readonly events: ConversationEvent[] = [];
  private readonly effects: Effect[] = [];
  private refusal: Refusal | null = null;
  private result: UpdateResults[keyof UpdateResults] | undefined;

  constructor(state: State, now: number, cause: Cause) {
    this.state = state;
    this.now = now;
    this.cause = cause;
  }

  /** Position that the next event will take. */
  get nextPosition(): number {
    return this.state.position + 1;
  }

  /** Id of the message that the next event makes. */
  get nextMessageId(): string {
    return messageIdAt(this.state.key.conversationId, this.nextPosition);
  }

  /** Records an event and returns its position. */
  emit<T extends EventType>(type: T, data: EventData[T], actor: Actor, cause: Cause = this.cause): number {
    // The union of events is built from EventData by type, which TypeScript cannot follow through a generic.
    const event = {
      type,
      data,
      actor,
      cause,
      position: this.nextPosition,
      at: this.now,
    } as unknown as ConversationEvent;
    this.events.push(event);
    this.state = evolve(this.state, event);
    return event.position;
  }

  /** The events so far, in order. */
  get recorded(): readonly ConversationEvent[] {
    return this.events;
  }

  /** Whatever `body` records is traced back to this cause. */
  because(cause: Cause, body: () => void): void {
    const outer = this.cause;
    this.cause = cause;
    body();
    this.cause = outer;
  }

  /** Whether the input was refused. */
  get isRefused(): boolean {
    return this.refusal !== null;
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  answer<Name extends keyof UpdateResults>(_update: Name, result: UpdateResults[Name]): void {
    this.result = result;
  }

  refuse(code: RefusalCode, message: string): void {
    this.refusal = { code, message };
  }

  /** A refusal leaves nothing behind, whatever was recorded before it. */
  decided(): Decided {
    if (this.refusal) return { events: [], effects: [], refusal: this.refusal, result: undefined };
    return { events: this.events, effects: this.effects, refusal: null, result: this.result };
  }
}

/** The actor of what a person does. */
export function byUser(userId: string): Actor {
  return { kind: 'user', userId };
}

/** The actor of what Leadline does by itself. */
export const BY_SYSTEM: Actor = { kind: 'system' };
