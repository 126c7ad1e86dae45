import {
  continueAsNew,
  defineQuery,
  getExternalWorkflowHandle,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { SIGNALS } from '@leadline/contract/names.ts';
import type { FleetActivities, Rollout, RolloutProgress } from '@leadline/contract/ports.ts';

/** What a rollout starts from; `after` and `told` are carried on when it continues as new. */
export interface RolloutStart {
  rollout: Rollout;
  after?: string | null;
  told?: number;
}

/** So many at a time, with a pause: a publication must not hold up the customers' messages. */
const BATCH = 50;
const PAUSE = '1 second';

const { listConversations } = proxyLocalActivities<FleetActivities>({ startToCloseTimeout: '10 seconds' });

/** Tells the conversations concerned, page by page, that a new version is published. Telling one twice changes nothing. */
export async function rolloutProcess({ rollout, after = null, told = 0 }: RolloutStart): Promise<RolloutProgress> {
  const progress: RolloutProgress = { told, done: false };
  setHandler(defineQuery<RolloutProgress>('progress'), () => progress, { description: 'How many conversations know.' });
  let next = after;
  do {
    const page = await listConversations({ rollout, after: next, limit: BATCH });
    const { processId, requestId } = rollout;
    const results = await Promise.allSettled(
      page.workflowIds.map((id) =>
        getExternalWorkflowHandle(id).signal(SIGNALS.processPublished, { processId, requestId }),
      ),
    );
    progress.told += results.filter((result) => result.status === 'fulfilled').length;
    next = page.next;
    if (next !== null) await sleep(PAUSE, { summary: 'A pause between two batches' });
    if (next !== null && workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof rolloutProcess>({ rollout, after: next, told: progress.told });
  } while (next !== null);
  progress.done = true;
  return progress;
}
