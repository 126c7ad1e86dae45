import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type {
  ConversationKey,
  DeliveryFailed,
  InboundMessage,
  Refusal,
  UpdateArgs,
  UpdateResults,
} from '@leadline/contract/conversation.ts';
import { conversationStart } from '@leadline/contract/conversationStart.ts';
import { AppError } from '@leadline/contract/errors.ts';
import type { Rollout } from '@leadline/contract/ports.ts';
import {
  CONVERSATION_WORKFLOW,
  ROLLOUT_WORKFLOW,
  SIGNALS,
  TASK_QUEUES,
  type UpdateName,
} from '@leadline/contract/names.ts';

/** The conversations' workflows, as the API talks to them. Every function starts the workflow where it is not running. */
export interface Engine {
  /** Hands a customer's message over; resolves once Temporal has it, and rejects within two seconds where it has not. */
  inbound(key: ConversationKey, message: InboundMessage): Promise<void>;
  /** Tells a conversation that a message did not arrive. */
  deliveryFailed(key: ConversationKey, report: DeliveryFailed): Promise<void>;
  /**
   * Does a user's action and resolves once it is committed. The same update id is done once. Throws `refused` with the
   * core's reason, or `unavailable` when no answer came in time.
   */
  update<Name extends UpdateName>(
    key: ConversationKey,
    name: Name,
    args: UpdateArgs[Name],
    updateId: string,
  ): Promise<UpdateResults[Name]>;
  /** Has running conversations take over what was published, paced; the answer does not wait for them. */
  rollOut(rollout: Rollout): Promise<void>;
  /** Whether Temporal answers; rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const SIGNAL_MS = 2_000;
const PING_MS = 1_500;
const UPDATE_MS = 10_000;
/** Drafting asks the model, whose retries take up to 28 s. */
const DRAFT_MS = 35_000;
/** After Temporal was found down, callers are not kept waiting for it for so long. */
const DOWN_MS = 1_000;
const DOWN_SIGNAL_MS = 250;

/** Connects lazily: the API starts without Temporal, and finds it when it comes. `address` counts where no profile names one. */
export function createEngine(settings: { address: string; namespace: string }): Engine {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const connection = Connection.lazy({
    ...connectionOptions,
    address: connectionOptions.address ?? settings.address,
    // Bridges a blip of a second; a longer absence is the spool's business, and the caller's.
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 5, initialIntervalMs: () => 50 }))],
    // gRPC's own pause between attempts to connect grows to two minutes; a server that is back must be found at once.
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      'grpc.min_reconnect_backoff_ms': 100,
    },
  });
  const client = new Client({ connection, namespace: namespace ?? settings.namespace });
  let downUntil = 0;

  async function signal(key: ConversationKey, name: string, payload: InboundMessage | DeliveryFailed): Promise<void> {
    const limitMs = Date.now() < downUntil ? DOWN_SIGNAL_MS : SIGNAL_MS;
    try {
      const signalled = client.withDeadline(Date.now() + limitMs, () =>
        client.workflow.signalWithStart(CONVERSATION_WORKFLOW, {
          ...conversationStart(key),
          signal: name,
          signalArgs: [payload],
        }),
      );
      await within(limitMs, signalled);
      downUntil = 0;
    } catch (error) {
      downUntil = Date.now() + DOWN_MS;
      throw asAppError(error);
    }
  }

  return {
    inbound: (key, message) => signal(key, SIGNALS.inboundMessage, message),
    deliveryFailed: (key, report) => signal(key, SIGNALS.deliveryFailed, report),
    async update<Name extends UpdateName>(key: ConversationKey, name: Name, args: UpdateArgs[Name], updateId: string) {
      const limitMs = name === 'generateReply' ? DRAFT_MS : UPDATE_MS;
      const start = new WithStartWorkflowOperation(CONVERSATION_WORKFLOW, {
        ...conversationStart(key),
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      // Nobody waits for the start on its own; its failure is the update's.
      start.workflowHandle().catch(() => undefined);
      const updated = client.withDeadline(Date.now() + limitMs, () =>
        client.workflow.executeUpdateWithStart<never, UpdateResults[Name], [UpdateArgs[Name]]>(name, {
          args: [args],
          updateId,
          startWorkflowOperation: start as never,
        }),
      );
      return within(limitMs, updated).catch((error: unknown) => {
        throw asAppError(error);
      });
    },
    async rollOut(rollout) {
      const what = rollout.processId ?? 'settings';
      const started = client.withDeadline(Date.now() + UPDATE_MS, () =>
        client.workflow.start(ROLLOUT_WORKFLOW, {
          workflowId: `rollout/${rollout.dealershipSlug}/${what}/${rollout.version}`,
          taskQueue: TASK_QUEUES.conversations,
          args: [{ rollout }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: `Version ${rollout.version} of ${what} for ${rollout.dealershipSlug}`,
        }),
      );
      await within(UPDATE_MS, started).catch((error: unknown) => {
        throw asAppError(error);
      });
    },
    async ping() {
      const asked = connection.withDeadline(Date.now() + PING_MS, () =>
        connection.workflowService.describeNamespace({ namespace: client.options.namespace }),
      );
      await within(PING_MS, asked).catch((error: unknown) => {
        throw asAppError(error);
      });
    },
    close: () => connection.close(),
  };
}

/** The call keeps running when its time is up, so whatever it carries must bear arriving after all. */
async function within<T>(limitMs: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AppError('unavailable', UNAVAILABLE));
    }, limitMs);
  });
  try {
    return await Promise.race([call, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

const UNAVAILABLE = 'The conversation could not be reached in time. Nothing is lost; try again in a moment.';

function asAppError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return asRefusal(error.cause);
  if (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    error instanceof ServiceError ||
    isGrpcServiceError(error)
  ) {
    return Object.assign(new AppError('unavailable', UNAVAILABLE), { cause: error });
  }
  return error;
}

function asRefusal(failure: ApplicationFailure): AppError {
  const refusal = failure.details?.[0] as Refusal | undefined;
  if (failure.type !== 'Refusal' || !refusal)
    return Object.assign(new AppError('internal', 'The conversation could not do that.'), { cause: failure });
  return new AppError('refused', refusal.message, { refusal: refusal.code });
}
