import twilio, { type Twilio } from 'twilio';
import type { Channel, FoundMessage, MessageSearch, OutboundMessage, SendOutcome } from '../channel.ts';
import { listMessages, mediaOf } from './messageList.ts';

/** One call may take this long (quality.md 2.2); after it nobody knows whether Twilio has the message. */
const TIMEOUT_MS = 10_000;
/** Codes of connections that were never made, so that nothing can have been taken. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const MOST_FOUND = 200;

export interface TwilioOptions {
  credentials: { accountSid: string; authToken: string };
  /** Origin instead of api.twilio.com: a simulator's, or a test's. */
  apiBase?: string | undefined;
  /** Where Twilio reaches us: the base of status callbacks. */
  publicUrl: string;
  timeoutMs?: number | undefined;
}

/** SMS by Twilio's Programmable Messaging, through the official SDK, without its own retries. */
export function createTwilioSms({ credentials, apiBase, publicUrl, timeoutMs = TIMEOUT_MS }: TwilioOptions): Channel {
  const { accountSid, authToken } = credentials;
  const httpClient = new BaseUrlClient(apiBase, timeoutMs);
  const client = twilio(accountSid, authToken, { httpClient, autoRetry: false });
  return {
    send: (message) => send(client, message, publicUrl),
    find: (search) => find(client, search),
    list: (listing) => listMessages(client, listing),
    mediaOf: (providerMessageId) => mediaOf(client, providerMessageId),
  };
}

/** The address at which Twilio reports what became of a message; it carries our id, which Twilio's list does not. */
export function statusCallbackUrl(publicUrl: string, messageId: string, attempt: number): string {
  return `${publicUrl}/webhooks/twilio/status?message=${encodeURIComponent(messageId)}&attempt=${attempt}`;
}

async function send(client: Twilio, message: OutboundMessage, publicUrl: string): Promise<SendOutcome> {
  const { messageId, attempt, from, to, text, validityMs } = message;
  try {
    const created = await client.messages.create({
      from,
      to,
      body: text,
      statusCallback: statusCallbackUrl(publicUrl, messageId, attempt),
      validityPeriod: Math.max(1, Math.floor(validityMs / 1000)),
    });
    return { outcome: 'accepted', providerMessageId: created.sid };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** What may follow a call that failed. In doubt it is ambiguous: a message sent twice is worse than one to be looked for. */
function outcomeOf(error: unknown): SendOutcome {
  const { status, code, message } = error as { status?: unknown; code?: unknown; message?: unknown };
  const reason = typeof message === 'string' ? message : String(error);
  if (typeof status === 'number') {
    if (status === 429) return { outcome: 'notSent', reason };
    if (status >= 400 && status < 500)
      return {
        outcome: 'refused',
        code: typeof code === 'number' || typeof code === 'string' ? String(code) : null,
        message: reason,
      };
    return { outcome: 'ambiguous', reason };
  }
  if (typeof code === 'string' && NEVER_CONNECTED.has(code)) return { outcome: 'notSent', reason };
  return { outcome: 'ambiguous', reason };
}

async function find(client: Twilio, { from, to, fromAt, untilAt }: MessageSearch): Promise<FoundMessage[]> {
  // Twilio filters by day only, in UTC.
  const messages = await client.messages.list({
    from,
    to,
    dateSentAfter: new Date(fromAt - DAY_MS),
    dateSentBefore: new Date(untilAt + DAY_MS),
    limit: MOST_FOUND,
  });
  return messages
    .map((message) => ({
      providerMessageId: message.sid,
      text: message.body,
      createdAt: message.dateCreated.getTime(),
    }))
    .filter(({ createdAt }) => createdAt >= fromAt && createdAt <= untilAt);
}
const DAY_MS = 86_400_000;

/** The SDK has no setting for another origin, so its HTTP client is given one. */
class BaseUrlClient extends twilio.RequestClient {
  private readonly apiBase: string | undefined;

  constructor(apiBase: string | undefined, timeoutMs: number) {
    super({ timeout: timeoutMs });
    this.apiBase = apiBase;
  }

  override request<TData>(
    options: Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0],
  ): ReturnType<typeof twilio.RequestClient.prototype.request<TData>> {
    const uri = this.apiBase === undefined ? options.uri : options.uri.replace(/^https:\/\/[^/]+/, this.apiBase);
    return super.request<TData>({ ...options, uri } as never);
  }
}
