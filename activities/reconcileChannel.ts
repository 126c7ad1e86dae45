import type { Channel, ListedMessage } from '@leadline/channels/channel.ts';
import { foundInList } from '@leadline/channels/inboundMessage.ts';
import { describeDeliveryError } from '@leadline/channels/twilio/errors.ts';
import { mayFollow } from '@leadline/contract/messageStatus.ts';
import type {
  ChannelActivities,
  ConversationSignals,
  ReconciledPage,
  ReconcilePageRequest,
  TimeSpan,
} from '@leadline/contract/ports.ts';
import type { ChannelAccount, ChannelAccountRepository } from '@leadline/store/channelAccounts.ts';
import { conversationKeyOf } from '@leadline/store/conversationId.ts';
import type { MessageRepository } from '@leadline/store/messages.ts';
import type { KnownDelivery, ProviderRecords } from '@leadline/store/providerRecords.ts';
import { mayBeRecordOf } from './reconcile.ts';

export interface ReconcileChannelDeps {
  accounts: Pick<ChannelAccountRepository, 'byId' | 'require' | 'markReconciled'>;
  messages: Pick<MessageRepository, 'claimedProviderIds' | 'recordStatus'>;
  records: ProviderRecords;
  channelOf(account: ChannelAccount): Channel;
  conversations: ConversationSignals;
  now(): number;
  /** A message younger than this is left to its webhook, which may be on its way. */
  graceMs: number;
  pageSize?: number;
}

/** Looked at again in the next run: a message may be listed, and its status change, this long after it was made. */
const OVERLAP_MS = 30 * 60_000;
/** The first run looks that far back from the account's creation: whatever the clocks say, nothing is missed. */
const BEFORE_CREATION_MS = 10 * 60_000;
/** After a longer absence the rest is left to people. */
const MOST_MS = 30 * 86_400_000;
const PAGE_SIZE = 500;
/** Conversations that are told at the same time. */
const LANES = 8;

/** The ports of `reconcileChannel`; see `contract/ports.ts` for what makes each safe to repeat. */
export function createChannelActivities(deps: ReconcileChannelDeps): ChannelActivities {
  return {
    async uncheckedSpan({ channelAccountId }) {
      const account = await deps.accounts.byId(channelAccountId);
      return account && hasProviderList(account) ? uncheckedSpan(account, deps.now(), deps.graceMs) : null;
    },
    reconcilePage: (request) => reconcilePage(deps, request),
    markReconciled: ({ channelAccountId, untilAt }) =>
      deps.accounts.markReconciled(channelAccountId, new Date(untilAt)),
  };
}

/** Whether there is a provider's list to compare this account with. */
export function hasProviderList({ channel, disabledAt, credentials }: ChannelAccount): boolean {
  return channel === 'sms' && disabledAt === null && credentials.accountSid !== '';
}

function uncheckedSpan({ reconciledUntilAt, createdAt }: ChannelAccount, now: number, graceMs: number): TimeSpan {
  const oldestAt = Math.max(createdAt.getTime() - BEFORE_CREATION_MS, now - MOST_MS);
  const fromAt = reconciledUntilAt ? Math.max(reconciledUntilAt.getTime() - OVERLAP_MS, oldestAt) : oldestAt;
  return { fromAt, untilAt: Math.max(now - graceMs, fromAt) };
}

async function reconcilePage(deps: ReconcileChannelDeps, request: ReconcilePageRequest): Promise<ReconciledPage> {
  const { channelAccountId, direction, fromAt, untilAt, cursor, requestId } = request;
  const account = await deps.accounts.require(channelAccountId);
  const { messages, next } = await deps.channelOf(account).list({
    address: account.address,
    direction,
    fromAt,
    untilAt,
    cursor,
    limit: deps.pageSize ?? PAGE_SIZE,
  });
  const none = { listed: messages.length, recovered: 0, settled: 0, next };
  if (messages.length === 0) return none;
  return direction === 'inbound'
    ? { ...none, recovered: await recover(deps, account, messages, requestId) }
    : { ...none, settled: await settle(deps, account, messages, requestId) };
}

/** Hands over the customers' messages that we do not have, in order within a conversation; answers how many. */
async function recover(
  deps: ReconcileChannelDeps,
  account: ChannelAccount,
  listed: ListedMessage[],
  requestId: string,
): Promise<number> {
  const ids = listed.map((message) => message.providerMessageId);
  const known = await deps.messages.claimedProviderIds(account.id, ids);
  const missing = listed.filter((message) => !known.has(message.providerMessageId)).reverse();
  await eachConversation(
    missing,
    ({ from }) => from,
    async (message) => {
      const media = message.mediaCount === 0 ? [] : await deps.channelOf(account).mediaOf(message.providerMessageId);
      const key = conversationKeyOf(account, message.from);
      await deps.conversations.inbound(key, foundInList({ ...message, media }, requestId, deps.now()));
    },
  );
  return missing.length;
}

/** Brings our messages up to what the provider knows of them; answers for how many that was more than we knew. */
async function settle(
  deps: ReconcileChannelDeps,
  account: ChannelAccount,
  listed: ListedMessage[],
  requestId: string,
): Promise<number> {
  const ids = listed.map((message) => message.providerMessageId);
  const [ours, claimed] = await Promise.all([
    deps.records.byProviderIds(account.id, ids),
    deps.messages.claimedProviderIds(account.id, ids),
  ]);
  const byProviderId = new Map(ours.map((one) => [one.providerMessageId, one]));
  let settled = 0;
  await eachConversation(
    listed.toReversed(),
    ({ to }) => to,
    async (message) => {
      const standing = byProviderId.get(message.providerMessageId);
      // An id of an attempt that was given up is claimed, too, and says nothing of the current one.
      if (!standing && claimed.has(message.providerMessageId)) return;
      const delivery = standing ?? (await unclaimed(deps, account, message));
      if (delivery && (await bringUpToDate(deps, account, delivery, message, requestId))) settled += 1;
    },
  );
  return settled;
}

/** The message of ours that an unclaimed record belongs to; none for what others send from the same number. */
async function unclaimed(
  deps: ReconcileChannelDeps,
  account: ChannelAccount,
  message: ListedMessage,
): Promise<KnownDelivery | undefined> {
  const { conversationId } = conversationKeyOf(account, message.to);
  const candidates = await deps.records.unconfirmed(account.id, conversationId);
  return candidates.find((candidate) => mayBeRecordOf(candidate, message));
}

async function bringUpToDate(
  deps: ReconcileChannelDeps,
  account: ChannelAccount,
  { messageId, attempt, status: before, providerMessageId: claimed }: KnownDelivery,
  { providerMessageId, status, errorCode }: ListedMessage,
  requestId: string,
): Promise<boolean> {
  if (status === null) return false;
  const isNews = claimed === null || mayFollow(before, status);
  const hasFailed = status === 'failed' && (isNews || before === 'failed');
  if (!isNews && !hasFailed) return false;
  const error = status === 'failed' ? { code: errorCode, message: describeDeliveryError(errorCode) } : undefined;
  const report = { messageId, attempt, status, providerMessageId, error, at: deps.now() };
  const { key } = await deps.messages.recordStatus({ ...report, channelAccountIds: [account.id] });
  // The callback's own signal may have been lost: the journal says whether the conversation knows.
  if (!hasFailed || !key || (await deps.records.isFailureKnown(messageId, attempt))) return isNews;
  await deps.conversations.deliveryFailed(key, { messageId, attempt, code: errorCode, requestId });
  return true;
}

/** Works on some conversations at a time, and within each on one message after the other. */
async function eachConversation(
  messages: ListedMessage[],
  addressOf: (message: ListedMessage) => string,
  work: (message: ListedMessage) => Promise<void>,
): Promise<void> {
  const conversations = [...Map.groupBy(messages, addressOf).values()];
  const lane = async (): Promise<void> => {
    for (let next = conversations.shift(); next; next = conversations.shift()) {
      for (const message of next) await work(message);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
