import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { BulkProgress, BulkSelection } from '@leadline/contract/bulk.ts';
import type {
  ConversationKey,
  DeliveryFailed,
  InboundMessage,
  Refusal,
  UpdateArgs,
  UpdateResults,
} from '@leadline/contract/conversation.ts';
import { AppError } from '@leadline/contract/errors.ts';
import { bulkWorkflowId, conversationWorkflowId, rolloutWorkflowId } from '@leadline/contract/ids.ts';
import type { Bulk, Rollout, RolloutProgress } from '@leadline/contract/ports.ts';
import {
  BULK_WORKFLOW,
  CONVERSATION_WORKFLOW,
  ROLLOUT_WORKFLOW,
  SIGNALS,
  TASK_QUEUES,
  type UpdateName,
} from '@leadline/contract/names.ts';
import { dataConverterOf } from '@leadline/temporal/codec/dataConverter.ts';
import type { PayloadKeys } from '@leadline/temporal/codec/payloadKeys.ts';

/** An action over many conversations, to be started. */
export interface BulkStart {
  bulk: Bulk;
  selection: BulkSelection;
  total: number;
}

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
  /** Starts an action over many conversations; the same id is started once. The answer does not wait for its end. */
  startBulk(start: BulkStart): Promise<void>;
  /** How far it is; null where the dealership has none of that id. */
  bulkProgress(dealershipSlug: string, bulkId: string): Promise<BulkProgress | null>;
  /** Asks it to stop after what is under way; one that has ended stays as it is. */
  cancelBulk(dealershipSlug: string, bulkId: string): Promise<void>;
  /** How far a rollout is; null where there is none of that version. */
  rolloutProgress(dealershipSlug: string, processId: string | null, version: number): Promise<RolloutProgress | null>;
  /** Whether Temporal answers; rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const SIGNAL_MS = 2_000;
const PING_MS = 1_500;
const UPDATE_MS = 10_000;
const QUERY_MS = 5_000;
/** Drafting asks the model, whose retries take up to 28 s. */
const DRAFT_MS = 35_000;
/** After Temporal was found down, callers are not kept waiting for it for so long. */
const DOWN_MS = 1_000;
const DOWN_SIGNAL_MS = 250;
/** Before an update that was not processed is asked again; doubled each time. */
const FIRST_PAUSE_MS = 50;

export interface EngineSettings {
  address: string;
  namespace: string;
  payloadKeys: PayloadKeys;
}

/** Connects lazily: the API starts without Temporal, and finds it when it comes. `address` counts where no profile names one. */
export function createEngine(settings: EngineSettings): Engine {
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
  const client = new Client({
    connection,
    namespace: namespace ?? settings.namespace,
    dataConverter: dataConverterOf(settings.payloadKeys),
  });
  let downUntil = 0;

  async function signal(send: () => Promise<unknown>): Promise<void> {
    const limitMs = Date.now() < downUntil ? DOWN_SIGNAL_MS : SIGNAL_MS;
    try {
      const signalled = client.withDeadline(Date.now() + limitMs, send);
      await within(limitMs, signalled);
      downUntil = 0;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw error;
      downUntil = Date.now() + DOWN_MS;
      throw asAppError(error);
    }
  }

  return {
    inbound: (key, message) =>
      signal(() =>
        client.workflow.signalWithStart(CONVERSATION_WORKFLOW, {
          ...startOptions(key),
          signal: SIGNALS.inboundMessage,
          signalArgs: [message],
        }),
      ),
    async deliveryFailed(key, report) {
      // Never starts a run: one that is over was deleted with its messages.
      const handle = client.workflow.getHandle(conversationWorkflowId(key.dealershipSlug, key.conversationId));
      await signal(() => handle.signal(SIGNALS.deliveryFailed, report)).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    },
    async update<Name extends UpdateName>(key: ConversationKey, name: Name, args: UpdateArgs[Name], updateId: string) {
      const limitMs = name === 'generateReply' ? DRAFT_MS : UPDATE_MS;
      const endsAt = Date.now() + limitMs;
      const updated = (async (): Promise<UpdateResults[Name]> => {
        for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
          try {
            return await client.withDeadline(endsAt, () => updateOnce(client, key, name, args, updateId));
          } catch (error) {
            if (!wasNotProcessed(error) || Date.now() + pauseMs > endsAt) throw error;
            await pause(pauseMs);
          }
        }
      })();
      return within(limitMs, updated).catch((error: unknown) => {
        throw asAppError(error);
      });
    },
    ...rolloutEngine(client),
    ...bulkEngine(client),
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

/** Asks Temporal within a time. Throws `unavailable` after it. */
async function ask<T>(client: Client, limitMs: number, request: () => Promise<T>): Promise<T> {
  return within(limitMs, client.withDeadline(Date.now() + limitMs, request)).catch((error: unknown) => {
    throw asAppError(error);
  });
}

function updateOnce<Name extends UpdateName>(
  client: Client,
  key: ConversationKey,
  name: Name,
  args: UpdateArgs[Name],
  updateId: string,
): Promise<UpdateResults[Name]> {
  const start = new WithStartWorkflowOperation(CONVERSATION_WORKFLOW, {
    ...startOptions(key),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  // Nobody waits for the start on its own; its failure is the update's.
  start.workflowHandle().catch(() => undefined);
  return client.workflow.executeUpdateWithStart<never, UpdateResults[Name], [UpdateArgs[Name]]>(name, {
    args: [args],
    updateId,
    startWorkflowOperation: start as never,
  });
}

/** A crowd of updates at one conversation: the server gave this one back untouched, and says so. It can be asked again. */
function wasNotProcessed(error: unknown): boolean {
  return error instanceof WorkflowUpdateFailedError && /wasn't processed by worker/.test(String(error.cause));
}

function rolloutEngine(client: Client): Pick<Engine, 'rollOut' | 'rolloutProgress'> {
  return {
    async rollOut(rollout) {
      const { dealershipSlug, processId, version } = rollout;
      const options = {
        workflowId: rolloutWorkflowId(dealershipSlug, processId, version),
        taskQueue: TASK_QUEUES.conversations,
        args: [{ rollout }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `Version ${version} of ${processId ?? 'settings'} for ${dealershipSlug}`,
      } as const;
      await ask(client, UPDATE_MS, () => client.workflow.start(ROLLOUT_WORKFLOW, options));
    },
    rolloutProgress(dealershipSlug, processId, version) {
      const handle = client.workflow.getHandle(rolloutWorkflowId(dealershipSlug, processId, version));
      return ask(client, QUERY_MS, () => handle.query<RolloutProgress>('progress')).catch(orNull);
    },
  };
}

/** Actions over many conversations. The slug in the id keeps one dealership from another's. */
function bulkEngine(client: Client): Pick<Engine, 'startBulk' | 'bulkProgress' | 'cancelBulk'> {
  return {
    async startBulk(start) {
      const { id, dealershipSlug, action, userId } = start.bulk;
      const what = 'ids' in start.selection ? 'chosen' : 'by a filter';
      const options = {
        workflowId: bulkWorkflowId(dealershipSlug, id),
        taskQueue: TASK_QUEUES.conversations,
        args: [start],
        workflowIdConflictPolicy: 'USE_EXISTING',
        // A repeated request must not do it again after it has ended.
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `${action.type} in ${start.total} conversations of ${dealershipSlug}, ${what}`,
        staticDetails: `Asked for by the user \`${userId}\`, request \`${start.bulk.requestId}\`.`,
      } as const;
      await ask(client, UPDATE_MS, () => client.workflow.start(BULK_WORKFLOW, options)).catch(unlessKnown);
    },
    async bulkProgress(dealershipSlug, bulkId) {
      const handle = client.workflow.getHandle(bulkWorkflowId(dealershipSlug, bulkId));
      return ask(client, QUERY_MS, () => handle.query<BulkProgress>('progress')).catch(orNull);
    },
    async cancelBulk(dealershipSlug, bulkId) {
      const handle = client.workflow.getHandle(bulkWorkflowId(dealershipSlug, bulkId));
      await ask(client, QUERY_MS, () => handle.cancel()).catch(orNull);
    },
  };
}

function unlessKnown(error: unknown): void {
  if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
}

function orNull(error: unknown): null {
  if (error instanceof WorkflowNotFoundError) return null;
  throw error;
}

function startOptions(key: ConversationKey) {
  return {
    workflowId: conversationWorkflowId(key.dealershipSlug, key.conversationId),
    taskQueue: TASK_QUEUES.conversations,
    args: [{ key }] as [{ key: ConversationKey }],
    staticSummary: `${key.channel} conversation of ${key.dealershipSlug}`,
    staticDetails: `Inbox: \`/conversations/${key.conversationId}\``,
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
  if (wasNotProcessed(error)) return Object.assign(new AppError('unavailable', UNAVAILABLE), { cause: error });
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
