/** The workflow id of a conversation: legible to operators, nothing of the customer in it. */
export function conversationWorkflowId(dealershipSlug: string, conversationId: string): string {
  return `conversation/${dealershipSlug}/${conversationId}`;
}

/** The workflow id of the rollout of a version: of a process, or with `processId` null of the dealership's settings. */
export function rolloutWorkflowId(dealershipSlug: string, processId: string | null, version: number): string {
  return `rollout/${dealershipSlug}/${processId ?? 'settings'}/${version}`;
}

/** The workflow id of an action over many conversations. */
export function bulkWorkflowId(dealershipSlug: string, bulkId: string): string {
  return `bulk/${dealershipSlug}/${bulkId}`;
}

/** The id of the schedule that compares a channel account with its provider's list. */
export function reconcileScheduleId(dealershipSlug: string, channelAccountId: string): string {
  return `${RECONCILE_SCHEDULES}${dealershipSlug}/${channelAccountId}`;
}

/** What the ids of those schedules begin with. */
export const RECONCILE_SCHEDULES = 'reconcile/';

/** The id of the message that the event at `position` made; the same in the journal, the inbox and the provider's callback. */
export function messageIdAt(conversationId: string, position: number): string {
  return `${conversationId}-${position}`;
}

const MESSAGE_ID = /^([0-9a-f]{32})-(\d{1,9})$/;

/** Takes a message id apart; null for anything that is not one. */
export function parseMessageId(id: string): { conversationId: string; position: number } | null {
  const match = MESSAGE_ID.exec(id);
  return match ? { conversationId: match[1]!, position: Number(match[2]) } : null;
}

/** Names a call of a webhook for ever: the run of a rule (the position of its `ruleRan`) and the endpoint. */
export function webhookEventId(conversationId: string, ruleRanPosition: number, endpointId: string): string {
  return `${conversationId}-${ruleRanPosition}-${endpointId}`;
}

/** A conversation's id as routes and sockets accept it: 32 hexadecimal digits. */
export const CONVERSATION_ID = /^[0-9a-f]{32}$/;
