import type { ConversationKey } from './conversation.ts';
import { conversationWorkflowId } from './ids.ts';
import { TASK_QUEUES } from './names.ts';

/** How a conversation's workflow is started, by whoever has something for it: legible to operators, nothing of the customer in it. */
export function conversationStart(key: ConversationKey) {
  return {
    workflowId: conversationWorkflowId(key.dealershipSlug, key.conversationId),
    taskQueue: TASK_QUEUES.conversations,
    args: [{ key }] as [{ key: ConversationKey }],
    staticSummary: `${key.channel} conversation of ${key.dealershipSlug}`,
    staticDetails: `Inbox: \`/conversations/${key.conversationId}\``,
  };
}
