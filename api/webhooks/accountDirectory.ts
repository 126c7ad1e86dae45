import type { ChannelAccount, ChannelAccountRepository } from '@leadline/store/channelAccounts.ts';

/**
 * The channel accounts of all dealerships, in memory: a webhook finds its conversation without reading the database, so it
 * is taken while the database is away.
 */
export interface AccountDirectory {
  /** All known accounts; null before they could be read for the first time. */
  all(): readonly ChannelAccount[] | null;
  /** The account that a message to this address is for: of the service that names itself, where one does. */
  find(
    channel: ChannelAccount['channel'],
    address: string,
    messagingServiceSid: string | null,
  ): Promise<ChannelAccount | null>;
  refresh(): Promise<void>;
}

/** An unknown address may be a new account: then the database is asked, but no more often than that. */
const MISS_REFRESH_MS = 1_000;

export function createAccountDirectory(accounts: Pick<ChannelAccountRepository, 'all'>): AccountDirectory {
  let known: ChannelAccount[] | null = null;
  let refreshing: Promise<void> | null = null;
  let refreshedAt = 0;

  function refresh(): Promise<void> {
    refreshedAt = Date.now();
    refreshing ??= accounts
      .all()
      .then((all) => {
        known = all;
      })
      .finally(() => {
        refreshing = null;
      });
    return refreshing;
  }

  function lookUp(channel: string, address: string, messagingServiceSid: string | null): ChannelAccount | null {
    const matching = (known ?? []).filter((account) => account.channel === channel && account.address === address);
    return matching.find((account) => account.messagingServiceSid === messagingServiceSid) ?? matching[0] ?? null;
  }

  return {
    all: () => known,
    refresh,
    async find(channel, address, messagingServiceSid) {
      const account = lookUp(channel, address, messagingServiceSid);
      const asked = refreshing !== null || Date.now() - refreshedAt >= MISS_REFRESH_MS;
      if (account || !asked) return account;
      // The database may be away: then what is known has to do.
      await refresh().catch(() => undefined);
      return lookUp(channel, address, messagingServiceSid);
    },
  };
}

/** The tokens that this account's webhooks may be signed with. */
export function authTokensOf({ credentials }: ChannelAccount): string[] {
  const { authToken, previousAuthToken } = credentials;
  // An account without credentials has none: an empty key would sign anything.
  return [authToken, previousAuthToken ?? ''].filter((token) => token !== '');
}
