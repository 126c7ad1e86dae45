import type { SendFromPhoneResult } from '@leadline/contract/simulator.ts';
import * as z from 'zod';
import type { FaultSwitches } from '../faults.ts';
import type { ProviderMessages } from './messages.ts';
import { sendWebhook, type WebhookTarget } from './webhooks.ts';

/** A customer's phone sends a text: Twilio takes it and calls Leadline's webhook. */
export async function sendFromPhone(
  text: { from: string; to: string; body: string },
  messages: ProviderMessages,
  faults: FaultSwitches,
  target: WebhookTarget,
): Promise<z.infer<typeof SendFromPhoneResult>> {
  const { from, to, body } = text;
  const message = messages.add({
    from,
    to,
    body,
    direction: 'inbound',
    status: 'received',
    messagingServiceSid: null,
    statusCallback: null,
  });
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
  const copies = Array.from({ length: faults.current.twilio.webhookCopies }, () =>
    sendWebhook(target, '/webhooks/twilio/sms', params),
  );
  return { sid: message.sid, webhookStatuses: await Promise.all(copies) };
}
