import type { SendFromPhoneResult } from '@leadline/contract/simulator.ts';
import * as z from 'zod';
import { happens, type FaultSwitches } from '../faults.ts';
import type { ProviderMessages } from './messages.ts';
import { sendWebhook, type WebhookTarget } from './webhooks.ts';

/** A customer's phone sends a text: Twilio takes it and calls Leadline's webhook, unless a fault switch keeps it from that. */
export async function sendFromPhone(
  text: { from: string; to: string; body: string },
  messages: ProviderMessages,
  faults: FaultSwitches,
  target: WebhookTarget,
): Promise<z.infer<typeof SendFromPhoneResult>> {
  const { from, to, body } = text;
  const { webhookCopies, rateNoWebhook, clockSkewMs } = faults.current.twilio;
  const received = {
    direction: 'inbound',
    status: 'received',
    messagingServiceSid: null,
    statusCallback: null,
  } as const;
  const message = messages.add({ from, to, body, ...received }, clockSkewMs);
  messages.noteKeyword(from, to, body);
  const params = {
    MessageSid: message.sid,
    SmsSid: message.sid,
    From: from,
    To: to,
    Body: body,
    NumMedia: '0',
    NumSegments: '1',
    SmsStatus: 'received',
    ApiVersion: '2010-04-01',
  };
  const copies = Array.from({ length: happens(rateNoWebhook) ? 0 : webhookCopies }, () =>
    sendWebhook(target, '/webhooks/twilio/sms', params),
  );
  return { sid: message.sid, webhookStatuses: await Promise.all(copies) };
}
