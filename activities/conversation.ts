import { ApplicationFailure } from '@temporalio/common';
import { DUPLICATE_INBOUND, STALE_COMMIT, type ConversationActivities } from '@leadline/contract/ports.ts';
import type { Store } from '@leadline/store/connect.ts';

/** The ports by which a conversation reads what it starts from and writes what it decided; see `contract/ports.ts`. */
export function createConversationActivities(
  store: Pick<Store, 'conversations' | 'processes' | 'dealerships'>,
): ConversationActivities {
  return {
    loadConversation: ({ key }) => store.conversations.load(key),

    loadPolicy: ({ dealershipId, processId }) => store.processes.policy(dealershipId, processId),

    loadDealership: ({ dealershipId }) => store.dealerships.policy(dealershipId),

    loadSiblings: async ({ key, contactId }) => ({ workflowIds: await store.conversations.siblings(key, contactId) }),

    async commit(request) {
      const result = await store.conversations.commit(request);
      if (result === 'committed') return;
      if (result === 'stale') throw ApplicationFailure.nonRetryable('A later attempt has committed.', STALE_COMMIT);
      throw ApplicationFailure.nonRetryable(
        'The message stands already.',
        DUPLICATE_INBOUND,
        ...result.duplicateInbounds,
      );
    },
  };
}
