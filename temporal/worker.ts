import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { TASK_QUEUES } from '@leadline/contract/names.ts';
import type {
  BulkActivities,
  ChannelActivities,
  ConversationActivities,
  FleetActivities,
  OutsideActivities,
} from '@leadline/contract/ports.ts';

/**
 * Bundles the workflows (`workflows/index.ts`), for workers that are given the same converter; takes seconds, so tests do
 * it once for many workers.
 */
export function bundleWorkflows(
  workflowsPath: string,
  { failureConverterPath }: DataConverter = {},
): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, ...(failureConverterPath && { failureConverterPath }) });
}

export interface WorkerOptions {
  connection: NativeConnection;
  namespace: string;
  workflowBundle: WorkflowBundleWithSourceMap;
  /** Encrypts payloads where a key is set; without it they are in clear. */
  dataConverter?: DataConverter;
  conversationActivities: ConversationActivities;
  fleetActivities?: FleetActivities;
  bulkActivities?: BulkActivities;
  outsideActivities: OutsideActivities;
  channelActivities?: ChannelActivities;
  /** How many conversations stay in memory; one that is not is replayed from its history when it wakes. */
  maxCachedWorkflows: number;
}

/** What bounds a worker of conversations; the bench's bare worker has the same. */
export const CONVERSATION_LIMITS = {
  maxConcurrentWorkflowTaskExecutions: 100,
  // More commits at once make each slower, and none sooner: measured with the embedded database.
  maxConcurrentLocalActivityExecutions: 32,
  // A task that waits longer than this for its worker goes to any worker. Temporal's 10 s double the work of a worker that
  // is 10 s behind, which then falls back for good; a conversation of a worker that has died waits for up to so long.
  stickyQueueScheduleToStartTimeout: '30 seconds',
} as const;

/** Activities of a queue that run at once. */
const CALLS_AT_ONCE = 200;

/**
 * The workers of a process, each with a queue of its own, so that a slow provider never holds up a decision or a draft:
 * decisions with their local activities, what calls out, and deliveries.
 */
export async function createWorkers(options: WorkerOptions): Promise<Worker[]> {
  const { connection, namespace, workflowBundle, dataConverter = {}, maxCachedWorkflows } = options;
  const shared = { connection, namespace, dataConverter, shutdownGraceTime: '5 seconds' } as const;
  const conversations = await Worker.create({
    ...shared,
    taskQueue: TASK_QUEUES.conversations,
    workflowBundle,
    activities: { ...options.conversationActivities, ...options.fleetActivities, ...options.bulkActivities },
    maxCachedWorkflows,
    ...CONVERSATION_LIMITS,
  });
  const outside = await Worker.create({
    ...shared,
    taskQueue: TASK_QUEUES.outside,
    activities: { ...options.outsideActivities, ...options.channelActivities },
    maxConcurrentActivityTaskExecutions: CALLS_AT_ONCE,
  });
  const deliveries = await Worker.create({
    ...shared,
    taskQueue: TASK_QUEUES.deliveries,
    activities: { deliver: options.outsideActivities.deliver },
    maxConcurrentActivityTaskExecutions: CALLS_AT_ONCE,
  });
  return [conversations, outside, deliveries];
}

/** Runs workers until one fails or all are told to stop. */
export async function runWorkers(workers: Worker[]): Promise<void> {
  try {
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  }
}
