import { setTimeout as pause } from 'node:timers/promises';
import { happens, type FaultSwitches } from '../faults.ts';
import type { ProviderMessage, ProviderMessages } from './messages.ts';
import { sendWebhook, type WebhookTarget } from './webhooks.ts';

/** Takes an accepted message through its statuses, and reports each to its status callback. */
export async function playDelivery(
  message: ProviderMessage,
  messages: ProviderMessages,
  faults: FaultSwitches,
  target: WebhookTarget,
): Promise<void> {
  const { statusDelayMs, failWithCode, rateNoCallback, reorderCallbacks, webhookCopies } = faults.current.twilio;
  const statuses = failWithCode === null ? ['sent', 'delivered'] : ['sent', 'undelivered'];
  const silent = happens(rateNoCallback);
  const reports: Record<string, string>[] = [];
  for (const status of statuses) {
    // A status that is still to come holds up no shutdown.
    await pause(statusDelayMs, undefined, { ref: false });
    const errorCode = status === 'undelivered' ? failWithCode : null;
    messages.setStatus(message, status, errorCode);
    reports.push(callbackParams(message, status, errorCode));
    if (!reorderCallbacks && !silent) await report(message, reports.splice(0), webhookCopies, target);
  }
  if (!silent) await report(message, shuffled(reports), webhookCopies, target);
}

async function report(
  message: ProviderMessage,
  reports: Record<string, string>[],
  copies: number,
  target: WebhookTarget,
): Promise<void> {
  if (!message.statusCallback) return;
  const { pathname, search } = new URL(message.statusCallback);
  for (const params of reports) {
    await Promise.all(Array.from({ length: copies }, () => sendWebhook(target, pathname + search, params)));
  }
}

function callbackParams(message: ProviderMessage, status: string, errorCode: number | null): Record<string, string> {
  return {
    MessageSid: message.sid,
    SmsSid: message.sid,
    MessageStatus: status,
    SmsStatus: status,
    From: message.from,
    To: message.to,
    ApiVersion: '2010-04-01',
    ...(errorCode !== null && { ErrorCode: String(errorCode) }),
  };
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
