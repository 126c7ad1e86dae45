export { bulkAction, type BulkActionStart } from './bulk/workflow.ts';
export { conversation, type ConversationStart } from './conversation/workflow.ts';
export { reconcileChannel, type ReconcileReport, type ReconcileStart } from './reconcileChannel/workflow.ts';
export { rolloutProcess, type RolloutStart } from './rollout/workflow.ts';
