import { randomBytes } from 'node:crypto';
import type { NewWebhookEndpoint, WebhookDeliveryView, WebhookEndpointView } from '@leadline/contract/webhooks.ts';
import type { Models } from './models/index.ts';
import type { WebhookDeliveryDoc, WebhookEndpointDoc } from './models/webhook.ts';
import type { Scope } from './scope.ts';
import { isDuplicateKey } from './transaction.ts';

/** The webhook endpoints of one dealership. */
export interface WebhookEndpoints {
  list(): Promise<WebhookEndpointView[]>;
  /** Adds one with a secret of its own, which nobody is shown again but who repeats the call: then it is the one of that id. */
  add(endpoint: { id: string; name: string; url: string }): Promise<NewWebhookEndpoint>;
  /** False for an endpoint that the dealership does not have. */
  remove(id: string): Promise<boolean>;
  /** The latest calls first; null for an endpoint that the dealership does not have. */
  deliveries(id: string): Promise<WebhookDeliveryView[] | null>;
}

const MAX_DELIVERIES = 100;

export function createWebhookEndpoints(models: Models, scope: Scope): WebhookEndpoints {
  return {
    async list() {
      const endpoints = await scope.find(models.webhookEndpoints, {}, { sort: { name: 1 } });
      return endpoints.map(endpointView);
    },
    async add({ id, name, url }) {
      const secret = `whsec_${randomBytes(32).toString('base64url')}`;
      const endpoint = { _id: id, name, url, secret, createdAt: new Date() };
      try {
        await scope.insert(models.webhookEndpoints, endpoint);
        return { ...endpointView(endpoint), secret };
      } catch (error) {
        const known = isDuplicateKey(error) && (await scope.findOne(models.webhookEndpoints, { _id: id }, '+secret'));
        if (!known) throw error;
        return { ...endpointView(known), secret: known.secret };
      }
    },
    remove: (id) => scope.deleteOne(models.webhookEndpoints, { _id: id }),
    async deliveries(id) {
      if (!(await scope.findOne(models.webhookEndpoints, { _id: id }))) return null;
      const found = await scope.find(
        models.webhookDeliveries,
        { endpointId: id },
        { sort: { createdAt: -1 }, limit: MAX_DELIVERIES },
      );
      return found.map(deliveryView);
    },
  };
}

function endpointView({
  _id,
  name,
  url,
  createdAt,
}: Pick<WebhookEndpointDoc, '_id' | 'name' | 'url' | 'createdAt'>): WebhookEndpointView {
  return { id: _id, name, url, createdAt: createdAt.toISOString() };
}

function deliveryView(delivery: WebhookDeliveryDoc): WebhookDeliveryView {
  const { _id, conversationId, ruleId, attempts, lastStatusCode, lastError } = delivery;
  return {
    id: _id,
    conversationId,
    ruleId,
    attempts,
    lastStatusCode,
    lastError,
    createdAt: delivery.createdAt.toISOString(),
    deliveredAt: delivery.deliveredAt?.toISOString() ?? null,
    givenUpAt: delivery.givenUpAt?.toISOString() ?? null,
  };
}
