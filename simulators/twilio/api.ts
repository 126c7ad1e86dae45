import { setTimeout as pause } from 'node:timers/promises';
import express, { Router, type Request, type Response } from 'express';
import { happens, type FaultSwitches } from '../faults.ts';
import { playDelivery } from './delivery.ts';
import type { ProviderMessage, ProviderMessages } from './messages.ts';
import type { WebhookTarget } from './webhooks.ts';

const PAGE_SIZE = 50;

/** The part of Twilio's REST interface that Leadline uses: messages are created, fetched and listed. */
export function twilioApi(messages: ProviderMessages, faults: FaultSwitches, target: WebhookTarget): Router {
  const router = Router();
  router.use(express.urlencoded({ extended: false }));
  router.use('/2010-04-01/Accounts/:accountSid', (request, response, next) => {
    const expected = `Basic ${Buffer.from(`${target.accountSid}:${target.authToken}`).toString('base64')}`;
    if (request.get('authorization') === expected && request.params.accountSid === target.accountSid) next();
    else refuse(response, 401, 20003, 'Authenticate');
  });
  router.post('/2010-04-01/Accounts/:accountSid/Messages.json', (request, response) =>
    create(request, response, messages, faults, target),
  );
  router.get('/2010-04-01/Accounts/:accountSid/Messages.json', (request, response) =>
    list(request, response, messages),
  );
  router.get('/2010-04-01/Accounts/:accountSid/Messages/:sid.json', (request, response) => {
    const message = messages.get(request.params.sid);
    if (message) response.json(resourceOf(message, target.accountSid));
    else refuse(response, 404, 20404, 'The requested resource was not found');
  });
  return router;
}

async function create(
  request: Request,
  response: Response,
  messages: ProviderMessages,
  faults: FaultSwitches,
  target: WebhookTarget,
): Promise<void> {
  const { delayMs, rate429, rate500Before, rate500After, rateDropAfter, refuseWithCode } = faults.current.twilio;
  const { rateHangBefore, rateHangAfter, clockSkewMs } = faults.current.twilio;
  const {
    To: to,
    From: from,
    Body: body,
    StatusCallback: statusCallback,
    MessagingServiceSid: service,
  } = request.body as Record<string, string | undefined>;
  await pause(delayMs);
  if (happens(rate429)) return refuse(response, 429, 20429, 'Too Many Requests');
  // Whoever asks gives up by itself.
  if (happens(rateHangBefore)) return;
  if (happens(rate500Before)) return refuse(response, 500, 20500, 'Internal Server Error');
  if (!to || !/^\+[1-9]\d{6,14}$/.test(to))
    return refuse(response, 400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  if (!body) return refuse(response, 400, 21602, 'Message body is required.');
  if (refuseWithCode !== null) return refuse(response, 400, refuseWithCode, 'Refused by a fault switch.');
  if (messages.isBlocked(to, from ?? ''))
    return refuse(response, 400, 21610, 'Attempt to send to unsubscribed recipient');
  const sent = { from: from ?? '', to, body, direction: 'outbound-api', status: 'queued' } as const;
  const message = messages.add(
    { ...sent, messagingServiceSid: service ?? null, statusCallback: statusCallback ?? null },
    clockSkewMs,
  );
  void playDelivery(message, messages, faults, target);
  if (happens(rateHangAfter)) return;
  if (happens(rateDropAfter)) request.socket.destroy();
  else if (happens(rate500After)) refuse(response, 500, 20500, 'Internal Server Error');
  else response.status(201).json(resourceOf(message, target.accountSid));
}

/** Filters as Twilio does: by addresses, and by days in UTC. */
function list(request: Request, response: Response, messages: ProviderMessages): void {
  const query = request.query as Record<string, string | undefined>;
  const page = Number(query['Page'] ?? 0);
  const size = Math.min(Number(query['PageSize'] ?? PAGE_SIZE), 1000);
  const day = (message: ProviderMessage): string => message.createdAt.toISOString().slice(0, 10);
  const found = messages
    .list()
    .filter((message) => query['To'] === undefined || message.to === query['To'])
    .filter((message) => query['From'] === undefined || message.from === query['From'])
    .filter((message) => query['DateSent'] === undefined || day(message) === query['DateSent'].slice(0, 10))
    .filter((message) => query['DateSent>'] === undefined || day(message) >= query['DateSent>'].slice(0, 10))
    .filter((message) => query['DateSent<'] === undefined || day(message) <= query['DateSent<'].slice(0, 10));
  const accountSid = String(request.params['accountSid']);
  const items = found.slice(page * size, (page + 1) * size).map((message) => resourceOf(message, accountSid));
  const more = found.length > (page + 1) * size;
  const next = new URLSearchParams({ ...(query as Record<string, string>), Page: String(page + 1) });
  const next_page_uri = more ? `${request.path}?${next.toString()}` : null;
  response.json({ messages: items, page, page_size: size, next_page_uri, uri: request.originalUrl });
}

/** A message as Twilio's interface shows it; dates are RFC 2822. */
function resourceOf(message: ProviderMessage, accountSid: string): Record<string, unknown> {
  const date = message.createdAt.toUTCString();
  return {
    sid: message.sid,
    account_sid: accountSid,
    from: message.from,
    to: message.to,
    body: message.body,
    direction: message.direction,
    status: message.status,
    error_code: message.errorCode,
    error_message: null,
    messaging_service_sid: message.messagingServiceSid,
    num_segments: '1',
    num_media: '0',
    date_created: date,
    date_sent: date,
    date_updated: date,
    api_version: '2010-04-01',
    price: null,
    price_unit: 'USD',
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}.json`,
    subresource_uris: {},
  };
}

function refuse(response: Response, status: number, code: number, message: string): void {
  response.status(status).json({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}
