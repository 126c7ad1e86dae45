import * as z from 'zod';
import { parseMessageId } from '@leadline/contract/ids.ts';
import type { MessageStatus } from '@leadline/contract/messageStatus.ts';
import { fieldErrors, type FieldError } from './inboundWebhook.ts';

export interface StatusReport {
  /** Our own id and attempt, which the callback's URL carries. */
  messageId: string;
  attempt: number;
  providerMessageId: string;
  /** Null for a status that Leadline does not know: it is accepted, and changes nothing. */
  status: MessageStatus | null;
  errorCode: string | null;
}

const Params = z.looseObject({
  MessageSid: z.string().min(1),
  MessageStatus: z.string().min(1),
  ErrorCode: z.string().optional(),
});
const Query = z.looseObject({
  message: z.string().refine((id) => parseMessageId(id) !== null, 'is not one of our message ids'),
  attempt: z.coerce.number().int().min(1).default(1),
});

/** Twilio's statuses of an outgoing message (twilio.com/docs/messaging/api/message-resource#message-status-values). */
const STATUSES: Readonly<Record<string, MessageStatus>> = {
  accepted: 'sending',
  queued: 'sending',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
};

/** Our status for one of Twilio's; null for one that is new to us. */
export function statusOf(twilioStatus: string): MessageStatus | null {
  return STATUSES[twilioStatus] ?? null;
}

/** Reads a status callback; `query` is that of the URL which we gave with the message. */
export function parseStatusWebhook(
  params: Record<string, unknown>,
  query: Record<string, unknown>,
): { ok: true; status: StatusReport } | { ok: false; errors: FieldError[] } {
  const body = Params.safeParse(params);
  const url = Query.safeParse(query);
  if (!body.success || !url.success) {
    return {
      ok: false,
      errors: [...(body.error ? fieldErrors(body.error) : []), ...(url.error ? fieldErrors(url.error) : [])],
    };
  }
  const { MessageSid, MessageStatus: status, ErrorCode } = body.data;
  return {
    ok: true,
    status: {
      messageId: url.data.message,
      attempt: url.data.attempt,
      providerMessageId: MessageSid,
      status: statusOf(status),
      errorCode: ErrorCode || null,
    },
  };
}
