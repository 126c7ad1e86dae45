import { AppError } from '@leadline/contract/errors.ts';
import { newId } from './ids.ts';
import type { ChannelAccountDoc, ChannelCredentials } from './models/dealership.ts';
import type { Models } from './models/index.ts';

/**
 * A channel account with what only the server may know: never send it to a browser (`inbox.channelAccounts` is for that).
 */
export interface ChannelAccount extends Omit<ChannelAccountDoc, '_id'> {
  id: string;
  dealershipSlug: string;
  /** Keys the ids of its conversations (`conversationIdOf`). Secret. */
  idKey: string;
}

/** Channel accounts of all dealerships, with credentials, for the parts that talk to providers. */
export interface ChannelAccountRepository {
  all(): Promise<ChannelAccount[]>;
  byId(id: string): Promise<ChannelAccount | null>;
  /** Like `byId`; throws `not-found`. */
  require(id: string): Promise<ChannelAccount>;
  create(account: NewChannelAccount): Promise<ChannelAccount>;
  /** Notes up to when the provider's list has been compared; the instant only rises. */
  markReconciled(id: string, untilAt: Date): Promise<void>;
}

export interface NewChannelAccount extends Pick<ChannelAccountDoc, 'dealershipId' | 'channel' | 'name' | 'address'> {
  credentials: ChannelCredentials;
  messagingServiceSid?: string | null;
  ownerId?: string | null;
}

export function createChannelAccounts(models: Models): ChannelAccountRepository {
  async function find(filter: { _id?: string }): Promise<ChannelAccount[]> {
    const accounts = await models.channelAccounts.find(filter).select('+credentials').lean();
    const ids = [...new Set(accounts.map((account) => account.dealershipId))];
    const dealerships = await models.dealerships
      .find({ _id: { $in: ids } })
      .select('slug +idKey')
      .lean();
    return accounts.flatMap(({ _id, ...account }) => {
      const dealership = dealerships.find((one) => one._id === account.dealershipId);
      return dealership ? [{ id: _id, ...account, dealershipSlug: dealership.slug, idKey: dealership.idKey }] : [];
    });
  }

  async function byId(id: string): Promise<ChannelAccount | null> {
    return (await find({ _id: id }))[0] ?? null;
  }

  async function requireOne(id: string): Promise<ChannelAccount> {
    const account = await byId(id);
    if (!account) throw new AppError('not-found', `There is no channel account ${id}.`);
    return account;
  }

  return {
    all: () => find({}),
    byId,
    require: requireOne,
    async create(account) {
      const _id = newId();
      await models.channelAccounts.create({
        messagingServiceSid: null,
        ownerId: null,
        disabledAt: null,
        ...account,
        _id,
        createdAt: new Date(),
      });
      return requireOne(_id);
    },
    async markReconciled(id, untilAt) {
      await models.channelAccounts.updateOne({ _id: id }, { $max: { reconciledUntilAt: untilAt } });
    },
  };
}
