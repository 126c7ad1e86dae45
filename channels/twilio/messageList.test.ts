import { describe, expect, it } from '@jest/globals';
import type { Twilio } from 'twilio';
import { listMessages, mediaOf } from './messageList.ts';

const LINE = '+18255550100';
const T0 = Date.parse('2026-11-26T12:00:00Z');
const MINUTE_MS = 60_000;

interface Asked {
  params?: Record<string, unknown>;
  url?: string;
}

/** Twilio's list with these pages; the first is asked for with parameters, the others by their address. */
function twilioWith(...pages: Record<string, unknown>[][]): { client: Twilio; asked: Asked[] } {
  const asked: Asked[] = [];
  const page = (index: number) => ({
    instances: pages[index]!,
    nextPageUrl: index + 1 < pages.length ? `https://api.twilio.com/page/${index + 1}` : undefined,
  });
  const messages = {
    page: async (params: Record<string, unknown>) => {
      asked.push({ params });
      return page(0);
    },
    getPage: async (url: string) => {
      asked.push({ url });
      return page(Number(url.split('/').at(-1)));
    },
  };
  // Only what the listing uses of the SDK.
  return { client: { messages } as unknown as Twilio, asked };
}

function message(sid: string, minutesAgo: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    sid,
    from: '+1 (825) 555-9025',
    to: LINE,
    body: `text ${sid}`,
    numMedia: '0',
    direction: 'inbound',
    status: 'received',
    errorCode: null,
    dateCreated: new Date(T0 - minutesAgo * MINUTE_MS),
    ...more,
  };
}

const listing = {
  address: LINE,
  direction: 'inbound' as const,
  fromAt: T0 - 40 * MINUTE_MS,
  untilAt: T0 - 2 * MINUTE_MS,
  cursor: null,
  limit: 50,
};

describe("Twilio's list of a number's messages", () => {
  it('is asked for by number and day, and cut to the span here', async () => {
    const { client, asked } = twilioWith([
      message('SM4', 1),
      message('SM3', 2),
      message('SM2', 40),
      message('SM1', 41),
    ]);
    const { messages, next } = await listMessages(client, listing);
    expect(messages.map((one) => one.providerMessageId)).toEqual(['SM2']);
    expect(next).toBeNull();
    expect(asked).toEqual([
      {
        params: {
          to: LINE,
          dateSentAfter: new Date(listing.fromAt),
          dateSentBefore: new Date(listing.untilAt + 86_400_000),
          pageSize: 50,
        },
      },
    ]);
  });

  it('is read as ours: addresses in E.164, statuses and errors in our terms', async () => {
    const out = { direction: 'outbound-api', from: LINE, to: '+18255559025' };
    const { client } = twilioWith([
      message('SM1', 10, { ...out, status: 'undelivered', errorCode: 30003 }),
      message('SM2', 11, { ...out, status: 'pondering', errorCode: 0 }),
      message('SM3', 12),
    ]);
    const { messages } = await listMessages(client, { ...listing, direction: 'outbound' });
    expect(messages).toMatchObject([
      { providerMessageId: 'SM1', to: '+18255559025', status: 'failed', errorCode: '30003' },
      { providerMessageId: 'SM2', status: null, errorCode: null },
    ]);
    const inbound = await listMessages(twilioWith([message('SM3', 12, { numMedia: '2' })]).client, listing);
    expect(inbound.messages).toEqual([
      {
        providerMessageId: 'SM3',
        from: '+18255559025',
        to: LINE,
        text: 'text SM3',
        mediaCount: 2,
        createdAt: T0 - 12 * MINUTE_MS,
        status: null,
        errorCode: null,
      },
    ]);
  });

  it('is followed page by page until it is older than the span, with room for messages that were sent long after they were made', async () => {
    const { client, asked } = twilioWith(
      [message('SM3', 1)],
      [message('SM2', 45)],
      [message('SM1', 56)],
      [message('SM0', 57)],
    );
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listMessages(client, { ...listing, cursor });
      found.push(...page.messages.map((one) => one.providerMessageId));
      cursor = page.next;
    } while (cursor !== null);
    expect(found).toEqual([]);
    expect(asked.map(({ url }) => url)).toEqual([
      undefined,
      'https://api.twilio.com/page/1',
      'https://api.twilio.com/page/2',
    ]);
  });

  it('that is empty has no next page', async () => {
    expect(await listMessages(twilioWith([]).client, listing)).toEqual({ messages: [], next: null });
  });
});

describe('the media of a listed message', () => {
  it('are at the addresses that its webhook names', async () => {
    const uri = '/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1.json';
    const of = () => ({ media: { list: async () => [{ uri, contentType: 'image/png' }] } });
    expect(await mediaOf({ messages: of } as unknown as Twilio, 'MM1')).toEqual([
      { url: `https://api.twilio.com${uri.replace('.json', '')}`, contentType: 'image/png' },
    ]);
  });
});
