import type { InboundMessage } from '@leadline/contract/conversation.ts';

/** A customer's message as its channel knows it, from a webhook or from the provider's list. */
export type ArrivedMessage = Pick<InboundMessage, 'providerMessageId' | 'text' | 'media'>;

/** A text that its webhook brings now. Twilio does not say when it took it: the order of arrival stands. */
export function broughtByWebhook(message: ArrivedMessage, requestId: string, receivedAt: number): InboundMessage {
  const { providerMessageId, text, media } = message;
  return { providerMessageId, text, media, providerAt: null, receivedAt, late: false, requestId };
}

/** A text that was found in the provider's list: late, so that no stale answer of Auto Pilot follows. */
export function foundInList(
  message: ArrivedMessage & { createdAt: number },
  requestId: string,
  receivedAt: number,
): InboundMessage {
  const { providerMessageId, text, media, createdAt } = message;
  return { providerMessageId, text, media, providerAt: createdAt, receivedAt, late: true, requestId };
}
