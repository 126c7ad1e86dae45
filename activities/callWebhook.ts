import { ApplicationFailure } from '@temporalio/common';
import type { PostResult, WebhookCall } from '@leadline/channels/outgoingWebhook/post.ts';
import { WEBHOOK_NOT_TAKEN, type WebhookOutcome, type WebhookRequest } from '@leadline/contract/ports.ts';
import type { WebhookPayload } from '@leadline/contract/webhooks.ts';
import type { BegunWebhook, WebhookDeliveryRepository } from '@leadline/store/webhookDeliveries.ts';
import type { WebhookPlaces } from './webhookPlaces.ts';

export interface CallWebhookDeps {
  deliveries: WebhookDeliveryRepository;
  post(call: WebhookCall): Promise<PostResult>;
  places: WebhookPlaces;
  now(): number;
}

type Begun = Extract<BegunWebhook, { state: 'begun' }>;

/** The second try comes after this, each later one after twice the time, up to the longest. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 180_000;
/** A call that found no place looks again after this. */
const NO_PLACE_RETRY_MS = 2_000;
const GONE = 410;

/**
 * Calls an endpoint of the dealership, once; throws to be tried again, with the same event id. Gives up when the receiver
 * says so, when its address is one that we do not call, and when no further try would begin in time.
 */
export async function callWebhook(deps: CallWebhookDeps, request: WebhookRequest): Promise<WebhookOutcome> {
  const leave = deps.places.enter(request.endpointId);
  if (!leave) throw notTaken('Too many calls of this webhook were under way.', NO_PLACE_RETRY_MS);
  try {
    return await tryOnce(deps, request);
  } finally {
    leave();
  }
}

async function tryOnce(deps: CallWebhookDeps, request: WebhookRequest): Promise<WebhookOutcome> {
  const { key, eventId, endpointId, contactId, createdAt, rule } = request;
  const { dealershipId, conversationId } = key;
  const call = { eventId, dealershipId, endpointId, conversationId, contactId, ruleId: rule.id, createdAt };
  const begun = await deps.deliveries.begin(call);
  switch (begun.state) {
    case 'delivered':
      return { outcome: 'delivered' };
    case 'givenUp':
      return { outcome: 'givenUp', reason: begun.reason };
    case 'noEndpoint':
      return giveUp(deps, eventId, null, 'Its endpoint has been removed.');
    case 'begun': {
      const { url, secret } = begun.endpoint;
      const body = JSON.stringify(payloadOf(request, begun.contact));
      return conclude(deps, request, begun, await deps.post({ url, secret, eventId, body, at: deps.now() }));
    }
  }
}

function payloadOf(request: WebhookRequest, contact: Begun['contact']): WebhookPayload {
  const { key, eventId, contactId, createdAt, rule, conversation } = request;
  return {
    id: eventId,
    type: 'automation.ruleRan',
    createdAt: new Date(createdAt).toISOString(),
    data: {
      rule,
      conversation: { id: key.conversationId, channel: key.channel, ...conversation },
      contact: { id: contactId, ...contact },
    },
  };
}

async function conclude(
  deps: CallWebhookDeps,
  { eventId, giveUpAt }: WebhookRequest,
  { attempts, endpoint }: Begun,
  result: PostResult,
): Promise<WebhookOutcome> {
  const name = `“${endpoint.name}”`;
  if (result.outcome === 'refused') return giveUp(deps, eventId, null, `${name}: ${result.reason}`);
  const statusCode = result.outcome === 'answered' ? result.statusCode : null;
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) {
    await deps.deliveries.record(eventId, { state: 'delivered', statusCode, error: null, at: deps.now() });
    return { outcome: 'delivered' };
  }
  if (statusCode === GONE) return giveUp(deps, eventId, statusCode, `${name} answered 410: it takes no more events.`);
  const error = result.outcome === 'answered' ? `${name} answered ${statusCode}.` : `${name} ${result.reason}.`;
  const retryInMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
  if (deps.now() + retryInMs > giveUpAt)
    return giveUp(deps, eventId, statusCode, `${error} It was tried ${attempts} times.`);
  await deps.deliveries.record(eventId, { state: 'failed', statusCode, error, at: deps.now() });
  throw notTaken(error, retryInMs);
}

async function giveUp(
  { deliveries, now }: CallWebhookDeps,
  eventId: string,
  statusCode: number | null,
  reason: string,
): Promise<WebhookOutcome> {
  await deliveries.record(eventId, { state: 'givenUp', statusCode, error: reason, at: now() });
  return { outcome: 'givenUp', reason };
}

function notTaken(message: string, retryInMs: number): ApplicationFailure {
  return ApplicationFailure.create({ message, type: WEBHOOK_NOT_TAKEN, nextRetryDelay: retryInMs });
}
