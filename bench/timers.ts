import type { Client } from '@temporalio/client';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { conversationWorkflowId } from '@leadline/contract/ids.ts';
import { CONVERSATION_WORKFLOW, TASK_QUEUES } from '@leadline/contract/names.ts';
import { startBareSleepers } from './bareTarget.ts';
import { figure, type Figure } from './figures.ts';
import { withLeadline, type FreshLeadline } from './freshLeadline.ts';
import { percentile } from './load.ts';

/** So many timers fall due in one minute. */
const COUNT = Number(process.env['BENCH_TIMERS'] ?? 5_000);
const MINUTE_MS = 60_000;
const AT_ONCE = 32;
/** Conversations that can be prepared in a second, with room: they are due only after all are asleep. */
const PREPARED_PER_SECOND = 20;

/** Timers of many conversations that are due in the same minute: how late they are, against the floor that Temporal sets. */
export async function timers(say: (line: string) => void): Promise<Figure[]> {
  return withLeadline(say, async (fresh) => {
    say(`Sleeping bare workflows (${COUNT})…`);
    const bare = await lateBare(fresh.product.temporalAddress);
    say(`Snoozing conversations (${COUNT})…`);
    const late = await lateSnoozes(fresh);
    const floor = percentile(bare, 0.99);
    return [
      figure('timers', 'latenessP50Ms', percentile(late, 0.5), 'ms'),
      figure('timers', 'latenessP99Ms', percentile(late, 0.99), 'ms', `<=${Math.round(Math.max(5_000, 1.5 * floor))}`),
      figure('timers', 'bareLatenessP50Ms', percentile(bare, 0.5), 'ms'),
      figure('timers', 'bareLatenessP99Ms', floor, 'ms'),
    ];
  });
}

/** Instants spread over the minute that begins when all are prepared. */
function dueTimes(): number[] {
  const begin = Date.now() + (COUNT * 1000) / PREPARED_PER_SECOND + 5_000;
  return Array.from({ length: COUNT }, (_, index) => Math.round(begin + (index * MINUTE_MS) / COUNT));
}

async function lateBare(address: string): Promise<number[]> {
  const sleepers = await startBareSleepers(address);
  try {
    const due = dueTimes();
    const woken = await inBatches(due, (at, index) => sleepers.sleep(index, at));
    return await Promise.all(woken.map(async ({ firedAt }, index) => (await firedAt) - due[index]!));
  } finally {
    await sleepers.stop();
  }
}

/** A conversation comes back from snooze: timer, decision, commit. Lateness is of the committed event. */
async function lateSnoozes({ client, store, leadline }: FreshLeadline): Promise<number[]> {
  const due = dueTimes();
  const reopened = due.map((_, index) => leadline.reopened(`snooze-${index}`));
  await inBatches(due, (until, index) => snooze(client, leadline.keyOf(`snooze-${index}`), until));
  await Promise.all(reopened);
  const found = { dealershipId: leadline.dealershipId, type: 'conversationReopened' };
  const events = await store.models.events.find(found, { conversationId: 1, committedAt: 1 }).lean();
  const committed = new Map(events.map((event) => [event.conversationId, event.committedAt.getTime()]));
  return due.map((until, index) => committed.get(leadline.keyOf(`snooze-${index}`).conversationId)! - until);
}

async function snooze(
  client: Client,
  key: ReturnType<FreshLeadline['leadline']['keyOf']>,
  until: number,
): Promise<void> {
  const startWorkflowOperation = new WithStartWorkflowOperation(CONVERSATION_WORKFLOW, {
    workflowId: conversationWorkflowId(key.dealershipSlug, key.conversationId),
    taskQueue: TASK_QUEUES.conversations,
    args: [{ key }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  const args = [{ userId: 'bench', requestId: 'bench', until }];
  await client.workflow.executeUpdateWithStart('snooze', {
    args,
    startWorkflowOperation: startWorkflowOperation as never,
  });
}

async function inBatches<T>(due: readonly number[], prepare: (at: number, index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < due.length) {
      const index = next++;
      results[index] = await prepare(due[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (Date.now() > due[0]!) throw new Error('The machine was too slow to prepare all timers before the first was due.');
  return results;
}
