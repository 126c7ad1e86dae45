import type { Models } from './models/index.ts';

/** What the worker needs to call an endpoint, and to note what became of it. */
export interface WebhookDeliveryRepository {
  /** Notes that a try begins, and reads what it needs; not for a call that has an end already. */
  begin(call: BeginWebhook): Promise<BegunWebhook>;
  /** Notes how a try ended. */
  record(eventId: string, result: WebhookTry): Promise<void>;
}

export interface BeginWebhook {
  eventId: string;
  dealershipId: string;
  endpointId: string;
  conversationId: string;
  contactId: string;
  ruleId: string;
  createdAt: number;
}

export type BegunWebhook =
  | {
      state: 'begun';
      /** This try counted. */
      attempts: number;
      endpoint: { name: string; url: string; secret: string };
      contact: { name: string; phone: string | null };
    }
  | { state: 'noEndpoint' }
  | { state: 'delivered' }
  | { state: 'givenUp'; reason: string };

export interface WebhookTry {
  /** `failed`: it is tried again. */
  state: 'delivered' | 'failed' | 'givenUp';
  statusCode: number | null;
  error: string | null;
  at: number;
}

export function createWebhookDeliveries(models: Models): WebhookDeliveryRepository {
  return {
    begin: (call) => begin(models, call),
    async record(eventId, { state, statusCode, error, at }) {
      await models.webhookDeliveries.updateOne(
        { _id: eventId },
        {
          $set: {
            lastStatusCode: statusCode,
            lastError: error,
            ...(state === 'delivered' && { deliveredAt: new Date(at) }),
            ...(state === 'givenUp' && { givenUpAt: new Date(at) }),
          },
        },
      );
    },
  };
}

async function begin(models: Models, call: BeginWebhook): Promise<BegunWebhook> {
  const { eventId, dealershipId, endpointId, conversationId, contactId, ruleId, createdAt } = call;
  const known = await models.webhookDeliveries.findOne({ _id: eventId, dealershipId }).lean();
  if (known?.deliveredAt) return { state: 'delivered' };
  if (known?.givenUpAt) return { state: 'givenUp', reason: known.lastError ?? '' };
  const delivery = await models.webhookDeliveries
    .findOneAndUpdate(
      { _id: eventId, dealershipId },
      { $inc: { attempts: 1 }, $setOnInsert: { endpointId, conversationId, ruleId, createdAt: new Date(createdAt) } },
      { upsert: true, returnDocument: 'after' },
    )
    .orFail()
    .lean();
  const [endpoint, contact] = await Promise.all([
    models.webhookEndpoints.findOne({ _id: endpointId, dealershipId }).select('+secret').lean(),
    models.contacts.findOne({ _id: contactId, dealershipId }, { name: 1, phone: 1 }).lean(),
  ]);
  if (!endpoint) return { state: 'noEndpoint' };
  const { name, url, secret } = endpoint;
  return {
    state: 'begun',
    attempts: delivery.attempts,
    endpoint: { name, url, secret },
    contact: { name: contact?.name ?? '', phone: contact?.phone ?? null },
  };
}
