import type { Channel, FoundMessage } from '@leadline/channels/channel.ts';
import type { ReconcileOutcome, ReconcileRequest } from '@leadline/contract/ports.ts';
import type { ChannelAccount } from '@leadline/store/channelAccounts.ts';
import type { Delivery, MessageRepository } from '@leadline/store/messages.ts';
import { outcomeOfStatus } from './deliver.ts';

export interface ReconcileDeps {
  messages: Pick<MessageRepository, 'deliveryOf' | 'claimedProviderIds' | 'recordStatus'>;
  channelOf(account: ChannelAccount): Channel;
  now(): number;
}

/** The provider's clock and ours may differ by this much: each of them by 90 s. */
const CLOCK_SKEW_MS = 180_000;
/** Besides that, a provider's record of a send is at most this much older or newer than the send (quality.md 2.2). */
const BEFORE_MS = CLOCK_SKEW_MS + 5_000;
const AFTER_MS = CLOCK_SKEW_MS + 120_000;

/** Whether a provider's record that no message has claimed can be that of this send: the same text, and about the time. */
export function mayBeRecordOf(
  sent: { text: string; at: Date },
  record: Pick<FoundMessage, 'text' | 'createdAt'>,
): boolean {
  const afterMs = record.createdAt - sent.at.getTime();
  return record.text === sent.text && afterMs >= -BEFORE_MS && afterMs <= AFTER_MS;
}

/**
 * Finds out what became of a message in doubt: by the status callback that came meanwhile, or by the provider's list,
 * where a message of the same text and time that none of ours has claimed can only be this one.
 */
export async function reconcile(
  deps: ReconcileDeps,
  { messageId, attempt }: ReconcileRequest,
): Promise<ReconcileOutcome> {
  const delivery = await deps.messages.deliveryOf(messageId);
  if (!delivery || delivery.attempt !== attempt) return { outcome: 'notFound' };
  if (delivery.providerMessageId !== null) return outcomeOfStatus(delivery.status);
  // Given back by the sender, because the provider had certainly not taken it.
  if (delivery.status === 'queued') return { outcome: 'notFound' };
  if (delivery.status !== 'sending' && delivery.status !== 'unknown') return outcomeOfStatus(delivery.status);
  const found = await unclaimed(deps, delivery);
  if (!found) return { outcome: 'notFound' };
  const { providerMessageId } = found;
  await deps.messages.recordStatus({ messageId, attempt, status: 'sent', providerMessageId, at: deps.now() });
  return { outcome: 'sent' };
}

async function unclaimed(deps: ReconcileDeps, delivery: Delivery): Promise<FoundMessage | undefined> {
  const { channelAccount, from, to } = delivery;
  const at = delivery.at.getTime();
  const listed = await deps
    .channelOf(channelAccount)
    .find({ from, to, fromAt: at - BEFORE_MS, untilAt: at + AFTER_MS });
  const same = listed.filter((message) => mayBeRecordOf(delivery, message));
  const claimed = await deps.messages.claimedProviderIds(
    channelAccount.id,
    same.map((message) => message.providerMessageId),
  );
  return same.find((message) => !claimed.has(message.providerMessageId));
}
