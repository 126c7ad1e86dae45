import { createHmac } from 'node:crypto';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import type { ChannelAccount } from './channelAccounts.ts';

/**
 * The id of a customer's conversation, from what a webhook knows. Keyed with the dealership's secret, so that a number
 * cannot be guessed back from an id. 32 hexadecimal digits.
 */
export function conversationIdOf(idKey: string, channelAccountId: string, address: string): string {
  return createHmac('sha256', idKey).update(`${channelAccountId}\n${address}`).digest('hex').slice(0, 32);
}

/** Which conversation a customer's address has with a channel account; reads no database. */
export function conversationKeyOf(account: ChannelAccount, address: string): ConversationKey {
  return {
    dealershipId: account.dealershipId,
    dealershipSlug: account.dealershipSlug,
    conversationId: conversationIdOf(account.idKey, account.id, address),
    channel: account.channel,
    channelAccountId: account.id,
    address,
  };
}
