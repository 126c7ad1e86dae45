import * as z from 'zod';
import { normaliseAddress } from './phoneNumber.ts';

/** What is wrong with a webhook, by field. */
export interface FieldError {
  path: string;
  message: string;
}

export interface InboundSms {
  providerMessageId: string;
  accountSid: string;
  messagingServiceSid: string | null;
  from: string;
  to: string;
  text: string;
  media: { url: string; contentType: string }[];
}

const MAX_MEDIA = 10;

/** Twilio adds parameters without notice, so the rest is let through (twilio.com/docs/messaging/guides/webhook-request). */
const Inbound = z.looseObject({
  MessageSid: z.string().regex(/^(SM|MM)[0-9a-zA-Z]{1,64}$/, 'is not a message SID'),
  AccountSid: z.string().min(1),
  MessagingServiceSid: z.string().optional(),
  From: z.string().min(1).max(64),
  To: z.string().min(1).max(64),
  Body: z.string().max(65_536).default(''),
  NumMedia: z.coerce.number().int().min(0).max(MAX_MEDIA).default(0),
});

/** Reads an inbound SMS or MMS webhook. */
export function parseInboundWebhook(
  params: Record<string, unknown>,
): { ok: true; message: InboundSms } | { ok: false; errors: FieldError[] } {
  const parsed = Inbound.safeParse(params);
  if (!parsed.success) return { ok: false, errors: fieldErrors(parsed.error) };
  const { MessageSid, AccountSid, MessagingServiceSid, From, To, Body, NumMedia } = parsed.data;
  return {
    ok: true,
    message: {
      providerMessageId: MessageSid,
      accountSid: AccountSid,
      messagingServiceSid: MessagingServiceSid ?? null,
      from: normaliseAddress(From),
      to: normaliseAddress(To),
      text: Body,
      media: mediaOf(params, NumMedia),
    },
  };
}

function mediaOf(params: Record<string, unknown>, count: number): InboundSms['media'] {
  return Array.from({ length: count }, (_, index) => ({
    url: textOf(params[`MediaUrl${index}`]),
    contentType: textOf(params[`MediaContentType${index}`]) || 'application/octet-stream',
  })).filter((medium) => medium.url !== '');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
}
