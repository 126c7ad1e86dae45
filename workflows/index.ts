export { conversation, type ConversationStart } from './conversation/workflow.ts';
