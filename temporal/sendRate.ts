import type { Connection } from '@temporalio/client';
import { TASK_QUEUES } from '@leadline/contract/names.ts';

/** `TaskQueueType` of temporal.api.enums.v1; the package of its types has no names that Node can import. */
const ACTIVITY_QUEUE = 2;

/**
 * Has Temporal hand out the deliveries of each channel account at this rate, over all workers (docs/adr/0011): its key is
 * the account's id. Throws where the server is too old or does not allow it.
 */
export async function limitSendRate(connection: Connection, namespace: string, perSecond: number): Promise<void> {
  await connection.workflowService.updateTaskQueueConfig({
    namespace,
    identity: 'leadline-worker',
    taskQueue: TASK_QUEUES.deliveries,
    taskQueueType: ACTIVITY_QUEUE,
    updateFairnessKeyRateLimitDefault: {
      rateLimit: { requestsPerSecond: perSecond },
      reason: 'SENDS_PER_SECOND',
    },
  });
}
