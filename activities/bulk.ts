import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { BulkAction } from '@leadline/contract/bulk.ts';
import type { ConversationKey, UpdateArgs, UpdateBase } from '@leadline/contract/conversation.ts';
import { AppError } from '@leadline/contract/errors.ts';
import type { UpdateName } from '@leadline/contract/names.ts';
import type { Bulk, BulkActivities, BulkOutcome, UpdateConversation } from '@leadline/contract/ports.ts';
import type { Store } from '@leadline/store/connect.ts';

/** Conversations that are spoken to at the same time: a few, so that customers' messages are not held up. */
const AT_ONCE = 4;
/** A conversation that cannot be reached is tried that often, then counted as failed. */
const ATTEMPTS = 4;

/** What became of one conversation. */
type Settled = 'done' | 'failed' | { code: string; sentence: string };

const GONE: Settled = { code: 'not-found', sentence: 'There is no such conversation any more.' };

/** The ports of one action over many conversations; see `contract/ports.ts`. */
export function createBulkActivities(store: Pick<Store, 'inbox'>, update: UpdateConversation): BulkActivities {
  return {
    async selectConversations({ bulk, filter, after, limit }) {
      return { ids: await store.inbox(bulk.dealershipId).selectIds(bulk.userId, filter, { after, limit }) };
    },
    async applyToConversations({ bulk, ids }) {
      // Only the dealership's own conversations have a key, whatever ids were asked for.
      const found = await store.inbox(bulk.dealershipId).keys(ids);
      const keys = new Map(found.map((key) => [key.conversationId, key]));
      return apply(ids, async (id) => {
        const key = keys.get(id);
        return key ? settle(update, bulk, key) : GONE;
      });
    },
  };
}

/** Goes through a batch; what earlier attempts have settled stands. A cancellation ends it after what is under way. */
async function apply(ids: string[], work: (id: string) => Promise<Settled>): Promise<BulkOutcome> {
  const context = Context.current();
  const { info, cancellationSignal } = context;
  // Only the line below writes these details.
  const settled = new Map((info.heartbeatDetails ?? []) as [string, Settled][]);
  const waiting = ids.filter((id) => !settled.has(id));
  const unreached: unknown[] = [];
  async function takeTurns(): Promise<void> {
    for (let id = next(); id !== undefined; id = next()) {
      try {
        settled.set(id, await work(id));
      } catch (error) {
        unreached.push(error);
        if (info.attempt >= ATTEMPTS) settled.set(id, 'failed');
      }
      context.heartbeat([...settled]);
    }
  }
  function next(): string | undefined {
    return cancellationSignal.aborted ? undefined : waiting.shift();
  }
  await Promise.all(Array.from({ length: AT_ONCE }, takeTurns));
  if (unreached.length > 0 && info.attempt < ATTEMPTS && !cancellationSignal.aborted) throw unreachedFailure(unreached);
  return outcomeOf([...settled.values()]);
}

/** Does the action in one conversation; a refusal is an answer, anything else is thrown. */
async function settle(update: UpdateConversation, bulk: Bulk, key: ConversationKey): Promise<Settled> {
  const { name, args } = updateOf(bulk.action, { userId: bulk.userId, requestId: bulk.requestId });
  try {
    await update(key, name, args, `bulk/${bulk.id}`);
    return 'done';
  } catch (error) {
    if (error instanceof AppError && error.code === 'refused')
      return { code: error.details.refusal ?? 'refused', sentence: error.message };
    throw error;
  }
}

/** The update of a conversation that an action stands for. */
function updateOf(action: BulkAction, by: UpdateBase): { name: UpdateName; args: UpdateArgs[UpdateName] } {
  switch (action.type) {
    case 'assign': {
      const { takeOver } = action;
      const userIds = [...new Set(action.userIds)];
      return { name: 'assign', args: { ...by, ownerId: userIds[0] ?? null, userIds, takeOver } };
    }
    case 'setStage':
      return { name: 'setStage', args: { ...by, stage: action.stage } };
    case 'addTag':
      return { name: 'changeTags', args: { ...by, add: [action.tag], remove: [] } };
    case 'removeTag':
      return { name: 'changeTags', args: { ...by, add: [], remove: [action.tag] } };
    case 'selectProcess':
      return { name: 'selectProcess', args: { ...by, processId: action.processId } };
    case 'setAutopilot':
      return { name: 'setAutopilot', args: { ...by, on: action.on } };
    case 'setFollowUps':
      return { name: 'setFollowUps', args: { ...by, on: action.on } };
    case 'resolve':
      return { name: 'resolve', args: by };
    case 'snooze':
      return { name: 'snooze', args: { ...by, until: Date.parse(action.until) } };
  }
}

function unreachedFailure(errors: unknown[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'Unreached',
    message: `${errors.length} conversations could not be reached. They are tried again; the others are settled.`,
    ...(errors[0] instanceof Error && { cause: errors[0] }),
  });
}

function outcomeOf(settled: Settled[]): BulkOutcome {
  const refused = new Map<string, { code: string; sentence: string; count: number }>();
  for (const one of settled) {
    if (typeof one === 'string') continue;
    refused.set(one.code, { ...one, count: (refused.get(one.code)?.count ?? 0) + 1 });
  }
  return {
    done: settled.filter((one) => one === 'done').length,
    failed: settled.filter((one) => one === 'failed').length,
    refused: [...refused.values()],
  };
}
