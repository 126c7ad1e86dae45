import type { ConversationEvent, ConversationKey, UpdateArgs } from '@leadline/contract/conversation.ts';
import type { CommitRequest, LoadedConversation } from '@leadline/contract/ports.ts';
import { replyItemId } from '@leadline/workflows/conversation/core/agenda.ts';
import { decide } from '@leadline/workflows/conversation/core/decide.ts';
import { fold } from '@leadline/workflows/conversation/core/evolve.ts';
import type { Input, UpdateInput } from '@leadline/workflows/conversation/core/inputs.ts';
import { rowOf } from '@leadline/workflows/conversation/core/row.ts';
import { emptyState, type State } from '@leadline/workflows/conversation/core/state.ts';

const MINUTE_MS = 60_000;

/** What happened in a demo conversation, told with its time before now, in order. */
export type DemoStep = { minutesAgo: number } & (
  | { kind: 'inbound'; text: string }
  | { kind: 'reply'; by: 'autopilot'; text: string; reason?: string }
  | { kind: 'reply'; by: 'user'; userId: string; text: string }
  | { kind: 'handOff'; reason: string }
  | { kind: 'stage'; userId: string; stage: string }
  | { kind: 'assign'; userId: string; userIds: string[] }
  | { kind: 'autopilot'; userId: string; on: boolean }
);

/**
 * The commit that a conversation would have made, had it lived through these steps: the real core decides every one, so
 * that a demo conversation is like any other, and goes on when its customer writes. It carries the state, as a run that
 * went to sleep does.
 */
export function demoCommit(
  key: ConversationKey,
  start: LoadedConversation['start'],
  steps: readonly DemoStep[],
  nowAt: number,
): CommitRequest {
  const history = new History(key);
  const firstAt = nowAt - (steps[0]?.minutesAgo ?? 0) * MINUTE_MS;
  history.take({ type: 'started', start }, firstAt);
  for (const step of steps) history.play(step, nowAt - step.minutesAgo * MINUTE_MS);
  const { state, events } = history;
  return {
    key,
    contactId: start.contactId,
    firstPosition: 1,
    fenceAt: events.at(-1)?.at ?? firstAt,
    events,
    row: rowOf(state, events),
    state,
  };
}

class History {
  state: State;
  readonly events: ConversationEvent[] = [];
  private readonly key: ConversationKey;
  private serial = 0;

  constructor(key: ConversationKey) {
    this.key = key;
    this.state = emptyState(key);
  }

  take(input: Input, at: number): void {
    const { events, refusal } = decide(this.state, input, at);
    if (refusal) throw new Error(`A demo conversation asks for what may not be: ${refusal.message}`);
    this.state = fold(this.state, events);
    this.events.push(...events);
  }

  play(step: DemoStep, at: number): void {
    switch (step.kind) {
      case 'inbound':
        return this.take({ type: 'inboundMessage', message: this.message(step.text, at) }, at);
      case 'reply':
        return step.by === 'user'
          ? this.update('sendMessage', { userId: step.userId, text: step.text, fromDraftId: null }, at)
          : this.draft(
              'reply',
              step.text,
              step.reason ?? 'The customer asked, and the facts of the process answer it.',
              at,
            );
      case 'handOff':
        return this.draft('handOff', '', step.reason, at);
      case 'stage':
        return this.update('setStage', { userId: step.userId, stage: step.stage }, at);
      case 'assign':
        return this.update(
          'assign',
          { userId: step.userId, ownerId: step.userIds[0] ?? null, userIds: step.userIds, takeOver: false },
          at,
        );
      case 'autopilot':
        return this.update('setAutopilot', { userId: step.userId, on: step.on }, at);
    }
  }

  private message(text: string, at: number): Extract<Input, { type: 'inboundMessage' }>['message'] {
    return {
      providerMessageId: this.id('inbound'),
      text,
      media: [],
      providerAt: at,
      receivedAt: at,
      late: false,
      requestId: 'demo',
    };
  }

  private draft(outcome: 'reply' | 'handOff', text: string, reason: string, at: number): void {
    const { reply, policy } = this.state;
    if (!reply || !policy) throw new Error(`Auto Pilot cannot say "${text || reason}": no reply is armed.`);
    const answer = { model: 'demo', reason, confidence: 0.9, suggestedStage: null, intent: null, tookMs: 1_200 };
    const result = { draftId: this.id('draft'), outcome, text, reason, processVersionId: policy.versionId, answer };
    this.take({ type: 'draftReady', itemId: replyItemId(reply), result }, at);
  }

  private update<Name extends keyof UpdateArgs>(
    type: Name,
    args: Omit<UpdateArgs[Name], 'requestId'>,
    at: number,
  ): void {
    // A name and its arguments belong together, which TypeScript cannot follow through a generic.
    this.take({ type, id: this.id('update'), args: { ...args, requestId: 'demo' } } as unknown as UpdateInput, at);
  }

  private id(what: string): string {
    this.serial += 1;
    return `demo-${this.key.conversationId}-${what}-${this.serial}`;
  }
}
