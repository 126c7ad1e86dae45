import type { Twilio } from 'twilio';
import type { InboundMessage } from '@leadline/contract/conversation.ts';
import type { ListedMessage, ListedPage, MessageListing } from '../channel.ts';
import { normaliseAddress } from './phoneNumber.ts';
import { statusOf } from './statusWebhook.ts';

const DAY_MS = 86_400_000;
/** A message may be sent this long after it was made (our validity period), and Twilio lists by the time of sending. */
const MADE_BEFORE_SENT_MS = 15 * 60_000;
const MOST_MEDIA = 10;
const MEDIA_BASE = 'https://api.twilio.com';

/** The fields of Twilio's message resource that are read here. */
type TwilioMessage = Awaited<ReturnType<Twilio['messages']['list']>>[number];

/**
 * One page of a number's messages (twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources). Twilio
 * filters by day in UTC and lists the newest first, so the page is filtered here, and paging ends where the span begins.
 */
export async function listMessages(client: Twilio, listing: MessageListing): Promise<ListedPage> {
  const { fromAt, untilAt, direction, cursor } = listing;
  const page = cursor === null ? await firstPage(client, listing) : await client.messages.getPage(cursor);
  const oldestAt = Math.min(...page.instances.map(madeAt));
  const messages = page.instances.filter(
    (one) =>
      madeAt(one) >= fromAt && madeAt(one) < untilAt && (one.direction === 'inbound') === (direction === 'inbound'),
  );
  const reachesBack = page.instances.length > 0 && oldestAt < fromAt - MADE_BEFORE_SENT_MS;
  return { messages: messages.map(listed), next: reachesBack ? null : (page.nextPageUrl ?? null) };
}

function firstPage(client: Twilio, { address, direction, fromAt, untilAt, limit }: MessageListing) {
  return client.messages.page({
    ...(direction === 'inbound' ? { to: address } : { from: address }),
    dateSentAfter: new Date(fromAt),
    dateSentBefore: new Date(untilAt + DAY_MS),
    pageSize: limit,
  });
}

function madeAt(message: TwilioMessage): number {
  return message.dateCreated.getTime();
}

function listed(message: TwilioMessage): ListedMessage {
  const { sid, from, to, body, numMedia, status, errorCode } = message;
  return {
    providerMessageId: sid,
    from: normaliseAddress(from),
    to: normaliseAddress(to),
    text: body,
    mediaCount: Number(numMedia) || 0,
    createdAt: madeAt(message),
    status: statusOf(status),
    // Twilio says 0 or null where there is no error.
    errorCode: errorCode ? String(errorCode) : null,
  };
}

/** The media of a message, at the same addresses that its webhook would have named. */
export async function mediaOf(client: Twilio, messageSid: string): Promise<InboundMessage['media']> {
  const media = await client.messages(messageSid).media.list({ limit: MOST_MEDIA });
  return media.map(({ uri, contentType }) => ({ url: MEDIA_BASE + uri.replace(/\.json$/, ''), contentType }));
}
