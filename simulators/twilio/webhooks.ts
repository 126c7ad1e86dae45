import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

export interface WebhookTarget {
  /** Where requests are sent, and what they are signed for. */
  sendTo: string;
  publicUrl: string;
  accountSid: string;
  authToken: string;
}

/** Twilio's own bounds: connection failures are retried, all within 15 s (docs/usage/webhooks/webhooks-connection-overrides). */
const TRIES = 3;
const RETRY_AFTER_MS = 1_500;
const TIMEOUT_MS = 15_000;

/** Sends a signed, form-encoded webhook to a path and query of Leadline; answers the HTTP status, 0 when none came. */
export async function sendWebhook(
  target: WebhookTarget,
  pathAndQuery: string,
  params: Record<string, string>,
): Promise<number> {
  const signed = { ...params, AccountSid: target.accountSid };
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': signature(target.authToken, target.publicUrl + pathAndQuery, signed),
    'i-twilio-idempotency-token': params['MessageSid'] ?? '',
  };
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const init = {
        method: 'POST',
        headers,
        body: new URLSearchParams(signed),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      };
      const answer = await fetch(target.sendTo + pathAndQuery, init);
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      if (attempt < TRIES) await pause(RETRY_AFTER_MS);
    }
  }
  return 0;
}

/** As Twilio signs: HMAC-SHA1 over the public URL and every parameter, sorted by name (docs/usage/security). */
function signature(authToken: string, url: string, params: Record<string, string>): string {
  const data = Object.keys(params)
    .sort()
    .reduce((text, name) => `${text}${name}${params[name]}`, url);
  return createHmac('sha1', authToken).update(data, 'utf8').digest('base64');
}
