import { createHmac } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import { WEBHOOK_HEADERS } from '@leadline/contract/webhooks.ts';
import { publicLookup, RefusedAddress, resolveName, wrongInWebhookUrl, type Resolve } from './target.ts';

/** From the look-up of the name to the end of the answer. */
const TIMEOUT_MS = 10_000;
/** Of an answer's body nothing is read but to keep the connection in order; what is longer is cut off. */
const MOST_ANSWER_BYTES = 16_384;

/** One call of an endpoint. */
export interface WebhookCall {
  url: string;
  secret: string;
  eventId: string;
  body: string;
  at: number;
}

export type PostResult =
  | { outcome: 'answered'; statusCode: number }
  /** The address is one that we do not call. */
  | { outcome: 'refused'; reason: string }
  /** Nobody answered; the reason goes on from "it". */
  | { outcome: 'unanswered'; reason: string };

export interface PostOptions {
  /** Development and tests only: http, and private addresses. */
  mayBePrivate: boolean;
  resolve?: Resolve;
  timeoutMs?: number;
}

/** Posts a signed call, once. Follows no redirect, and uses no proxy and no connection of an earlier call. */
export async function postWebhook(call: WebhookCall, options: PostOptions): Promise<PostResult> {
  const { mayBePrivate, resolve = resolveName, timeoutMs = TIMEOUT_MS } = options;
  // Looked at again: the setting may have been another when the endpoint was added.
  const wrong = wrongInWebhookUrl(call.url, mayBePrivate);
  if (wrong !== null) return { outcome: 'refused', reason: wrong };
  try {
    const statusCode = await exchange(call, mayBePrivate ? {} : { lookup: publicLookup(resolve) }, timeoutMs);
    return { outcome: 'answered', statusCode };
  } catch (error) {
    if (error instanceof RefusedAddress) return { outcome: 'refused', reason: error.message };
    return { outcome: 'unanswered', reason: reasonOf(error, timeoutMs) };
  }
}

/** The value of `Leadline-Signature`: the time, and an HMAC-SHA256 of time and body with the endpoint's secret. */
export function webhookSignature(secret: string, body: string, at: number): string {
  const seconds = Math.floor(at / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}

function exchange(
  { url, secret, eventId, body, at }: WebhookCall,
  guard: Pick<http.RequestOptions, 'lookup'>,
  timeoutMs: number,
): Promise<number> {
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'User-Agent': 'Leadline-Webhooks/1',
    [WEBHOOK_HEADERS.eventId]: eventId,
    [WEBHOOK_HEADERS.signature]: webhookSignature(secret, body, at),
  };
  const options = { method: 'POST', agent: false, headers, signal: AbortSignal.timeout(timeoutMs), ...guard } as const;
  return new Promise((resolve, reject) => {
    const { request } = new URL(url).protocol === 'https:' ? https : http;
    const sent = request(url, options, (response) => {
      // The status is the answer, whatever becomes of the body.
      void discard(response).then(() => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function discard(response: http.IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_ANSWER_BYTES) break;
    }
  } catch {
    // Cut off by the other side, or by the time limit.
  }
  response.destroy();
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, code } = error as { name?: unknown; code?: unknown };
  if (name === 'AbortError' || name === 'TimeoutError') return `did not answer within ${timeoutMs / 1000} s`;
  return `could not be reached (${typeof code === 'string' ? code : 'no connection'})`;
}
