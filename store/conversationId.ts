import { createHmac } from 'node:crypto';

/**
 * The id of a customer's conversation, from what a webhook knows. Keyed with the dealership's secret, so that a number
 * cannot be guessed back from an id. 32 hexadecimal digits.
 */
export function conversationIdOf(idKey: string, channelAccountId: string, address: string): string {
  return createHmac('sha256', idKey).update(`${channelAccountId}\n${address}`).digest('hex').slice(0, 32);
}
