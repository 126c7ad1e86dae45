import type { Client } from '@temporalio/client';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { conversationStart } from '@leadline/contract/conversationStart.ts';
import { CONVERSATION_WORKFLOW, SIGNALS } from '@leadline/contract/names.ts';
import type { ConversationSignals } from '@leadline/contract/ports.ts';

/** Lets activities speak to conversations: a workflow alone can only signal another one that runs. */
export function createConversationSignals(client: Client): ConversationSignals {
  async function signal(key: ConversationKey, name: string, payload: unknown): Promise<void> {
    const start = { ...conversationStart(key), signal: name, signalArgs: [payload] };
    await client.workflow.signalWithStart(CONVERSATION_WORKFLOW, start);
  }
  return {
    inbound: (key, message) => signal(key, SIGNALS.inboundMessage, message),
    deliveryFailed: (key, report) => signal(key, SIGNALS.deliveryFailed, report),
  };
}
