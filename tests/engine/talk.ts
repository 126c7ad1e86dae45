import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { InboundMessage, UpdateArgs, UpdateResults } from '@leadline/contract/conversation.ts';
import type { AgendaItem } from '@leadline/contract/agenda.ts';
import { conversationWorkflowId } from '@leadline/contract/ids.ts';
import { CONVERSATION_WORKFLOW, QUERIES, SIGNALS, TASK_QUEUES } from '@leadline/contract/names.ts';
import type { State } from '@leadline/workflows/conversation/core/state.ts';
import type { ConversationStart } from '@leadline/workflows/index.ts';
import { until } from '../until.ts';
import type { FakeOutside, FakeStore } from './fakes.ts';

/** A server's client, and its clock where that may be ahead of ours. */
type TalkEnvironment = Pick<TestWorkflowEnvironment, 'client'> &
  Partial<Pick<TestWorkflowEnvironment, 'currentTimeMs'>>;

/** One conversation on a test server, spoken to as webhook and API do. */
export class Talk {
  readonly store: FakeStore;
  private readonly outside: FakeOutside;
  private readonly start: ConversationStart;
  private readonly env: TalkEnvironment;
  private messages = 0;

  constructor(environment: TalkEnvironment, start: ConversationStart, store: FakeStore, outside: FakeOutside) {
    this.env = environment;
    this.start = start;
    this.store = store;
    this.outside = outside;
  }

  get key(): ConversationStart['key'] {
    return this.start.key;
  }

  get sent(): string[] {
    return this.outside.sent
      .filter(({ key }) => key.conversationId === this.key.conversationId)
      .map(({ messageId }) => messageId);
  }

  get drafts(): number {
    return this.outside.drafts.filter(({ key }) => key.conversationId === this.key.conversationId).length;
  }

  private get options(): { workflowId: string; taskQueue: string; args: [ConversationStart] } {
    return {
      workflowId: conversationWorkflowId(this.key.dealershipSlug, this.key.conversationId),
      taskQueue: TASK_QUEUES.conversations,
      args: [this.start],
    };
  }

  get handle(): WorkflowHandle {
    return this.env.client.workflow.getHandle(this.options.workflowId);
  }

  async inbound(text: string, providerMessageId?: string): Promise<void> {
    this.messages += 1;
    const message: InboundMessage = {
      providerMessageId: providerMessageId ?? `SM${this.key.conversationId}${this.messages}`,
      text,
      media: [],
      providerAt: null,
      receivedAt: (await this.env.currentTimeMs?.()) ?? Date.now(),
      late: false,
      requestId: 'test',
    };
    await this.env.client.workflow.signalWithStart(CONVERSATION_WORKFLOW, {
      ...this.options,
      signal: SIGNALS.inboundMessage,
      signalArgs: [message],
    });
  }

  update<Name extends keyof UpdateArgs>(
    name: Name,
    args: Omit<UpdateArgs[Name], 'userId' | 'requestId'>,
  ): Promise<UpdateResults[Name]> {
    return this.handle.executeUpdate<UpdateResults[Name], [object]>(name, {
      args: [{ userId: 'leo', requestId: 'test', ...args }],
    });
  }

  /** As the API does it: starts a run where none is. */
  updateWithStart<Name extends keyof UpdateArgs>(
    name: Name,
    args: Omit<UpdateArgs[Name], 'userId' | 'requestId'>,
  ): Promise<UpdateResults[Name]> {
    const startWorkflowOperation = new WithStartWorkflowOperation(CONVERSATION_WORKFLOW, {
      ...this.options,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    startWorkflowOperation.workflowHandle().catch(() => undefined);
    return this.env.client.workflow.executeUpdateWithStart<never, UpdateResults[Name], [object]>(name, {
      args: [{ userId: 'leo', requestId: 'test', ...args }],
      startWorkflowOperation: startWorkflowOperation as never,
    });
  }

  /** Waits until its latest run has ended. */
  ended(): Promise<void> {
    return until('the run has ended', async () => (await this.handle.describe()).status.name === 'COMPLETED');
  }

  /** Waits until what it was sent is taken in: an update that changes nothing is answered after that. A query is not. */
  async takenIn(): Promise<void> {
    await this.update('cancelScheduled', { scheduledId: 'none' }).catch(() => undefined);
  }

  state(): Promise<State> {
    return this.handle.query<State>(QUERIES.state);
  }

  agenda(): Promise<AgendaItem[]> {
    return this.handle.query<AgendaItem[]>(QUERIES.agenda);
  }
}
