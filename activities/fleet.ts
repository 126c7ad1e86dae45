import { conversationWorkflowId } from '@leadline/contract/ids.ts';
import type { FleetActivities } from '@leadline/contract/ports.ts';
import type { Store } from '@leadline/store/connect.ts';

/** The ports of the workflows that work on many conversations; see `contract/ports.ts`. */
export function createFleetActivities(store: Pick<Store, 'conversations'>): FleetActivities {
  return {
    async listConversations({ rollout, after, limit }) {
      const { dealershipId, dealershipSlug, processId } = rollout;
      const ids = await store.conversations.idsAfter(dealershipId, processId, after, limit);
      return {
        workflowIds: ids.map((id) => conversationWorkflowId(dealershipSlug, id)),
        next: ids.length === limit ? ids.at(-1)! : null,
      };
    },
  };
}
