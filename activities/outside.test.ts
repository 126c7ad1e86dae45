import { describe, expect, it } from '@jest/globals';
import type { ChannelAccount } from '@leadline/store/channelAccounts.ts';
import { channelClients } from './outside.ts';

const NONE = { accountSid: '', authToken: '', previousAuthToken: null };
const MESSAGE = { messageId: 'm', attempt: 1, from: 'us', to: 'them', text: 'hi', validityMs: 60_000 };
const SEARCH = { from: 'us', to: 'them', fromAt: 0, untilAt: 1 };

describe('a channel account that no provider is connected to', () => {
  const channelOf = channelClients({ publicUrl: 'http://127.0.0.1:9' });

  it.each(['messenger', 'webchat', 'sms'] as const)(
    'of %s refuses what is to be sent, and finds nothing',
    async (kind) => {
      // Only these matter for the choice of a client.
      const account = { id: kind, channel: kind, credentials: NONE } as unknown as ChannelAccount;
      expect(await channelOf(account).send(MESSAGE)).toMatchObject({ outcome: 'refused' });
      expect(await channelOf(account).find(SEARCH)).toEqual([]);
    },
  );
});
