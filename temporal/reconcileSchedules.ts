import { ScheduleAlreadyRunning, ScheduleNotFoundError, type Client, type ScheduleOptions } from '@temporalio/client';
import { hasProviderList } from '@leadline/activities/reconcileChannel.ts';
import { RECONCILE_SCHEDULES, reconcileScheduleId } from '@leadline/contract/ids.ts';
import { RECONCILE_WORKFLOW, TASK_QUEUES } from '@leadline/contract/names.ts';
import type { ChannelAccount, ChannelAccountRepository } from '@leadline/store/channelAccounts.ts';

const SYNC_EVERY_MS = 30_000;

/**
 * Keeps one schedule for each channel account that has a provider's list: creates what is missing, brings what stands up
 * to date once, and removes those whose account has gone. Each process of the worker may do it; all come to the same.
 */
export function createScheduleKeeper(
  client: Client,
  accounts: Pick<ChannelAccountRepository, 'all'>,
): () => Promise<void> {
  /** Schedules that this process has seen to, by id, with what they are for. */
  let kept: ReadonlySet<string> | null = null;
  return async () => {
    const wanted = new Map((await accounts.all()).filter(hasProviderList).map((one) => [scheduleIdOf(one), one]));
    const standing = kept ?? (await listSchedules(client));
    for (const [id, account] of wanted) if (!kept?.has(id)) await put(client, scheduleOf(id, account));
    for (const id of standing) if (!wanted.has(id)) await remove(client, id);
    kept = new Set(wanted.keys());
  };
}

/** Runs the keeper now and every half minute; a failure is told and tried again. */
export function keepSchedules(keep: () => Promise<void>, onFailure: (error: unknown) => void): { stop(): void } {
  const once = (): void => void keep().catch(onFailure);
  once();
  const timer = setInterval(once, SYNC_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function scheduleIdOf({ dealershipSlug, id }: ChannelAccount): string {
  return reconcileScheduleId(dealershipSlug, id);
}

function scheduleOf(scheduleId: string, { id, name, dealershipSlug }: ChannelAccount) {
  return {
    scheduleId,
    spec: { intervals: [{ every: '10 minutes' }], jitter: '1 minute' },
    // A run begins where the last one ended, so a missed one is made good by the next.
    policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
    action: {
      type: 'startWorkflow',
      workflowType: RECONCILE_WORKFLOW,
      workflowId: scheduleId,
      taskQueue: TASK_QUEUES.conversations,
      args: [{ channelAccountId: id }],
      staticSummary: `${name.slice(0, 60)} of ${dealershipSlug}: fetch what no webhook has brought. To run it now: Trigger, on the schedule`,
      staticDetails:
        "Compares the provider's list of this number with the inbox: texts that are missing come in, marked as late; messages of unknown delivery are settled. Safe to trigger at any time.",
    },
  } satisfies ScheduleOptions;
}

async function put(client: Client, schedule: ReturnType<typeof scheduleOf>): Promise<void> {
  try {
    await client.schedule.create(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, policies, action } = schedule;
    // Paused stays paused: the state is the operator's.
    await client.schedule.getHandle(schedule.scheduleId).update(({ state }) => ({ spec, policies, action, state }));
  }
}

async function remove(client: Client, scheduleId: string): Promise<void> {
  await client.schedule
    .getHandle(scheduleId)
    .delete()
    .catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
}

async function listSchedules(client: Client): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { scheduleId } of client.schedule.list()) {
    if (scheduleId.startsWith(RECONCILE_SCHEDULES)) ids.add(scheduleId);
  }
  return ids;
}
