import {
  collectionSchema,
  INSTANT_OR_NULL,
  REQUIRED_INSTANT,
  REQUIRED_TEXT,
  SECRET_TEXT,
  TEXT_OR_NULL,
} from './schema.ts';

/** Where a dealership's rules may call out to. */
export interface WebhookEndpointDoc {
  _id: string;
  dealershipId: string;
  name: string;
  url: string;
  /** Signs what is sent. Secret. */
  secret: string;
  createdAt: Date;
}

export const webhookEndpointSchema = collectionSchema<WebhookEndpointDoc>(
  {
    dealershipId: REQUIRED_TEXT,
    name: REQUIRED_TEXT,
    url: REQUIRED_TEXT,
    secret: SECRET_TEXT,
    createdAt: REQUIRED_INSTANT,
  },
  ['secret'],
);
webhookEndpointSchema.index({ dealershipId: 1, name: 1 });

/** A call of an endpoint; `_id` is the event id. Holds nothing of what was sent. */
export interface WebhookDeliveryDoc {
  _id: string;
  dealershipId: string;
  endpointId: string;
  conversationId: string;
  ruleId: string;
  attempts: number;
  lastStatusCode: number | null;
  lastError: string | null;
  createdAt: Date;
  deliveredAt: Date | null;
  givenUpAt: Date | null;
}

const KEPT_S = 30 * 86_400;

export const webhookDeliverySchema = collectionSchema<WebhookDeliveryDoc>({
  dealershipId: REQUIRED_TEXT,
  endpointId: REQUIRED_TEXT,
  conversationId: REQUIRED_TEXT,
  ruleId: REQUIRED_TEXT,
  attempts: { type: Number, default: 0 },
  lastStatusCode: { type: Number, default: null },
  lastError: TEXT_OR_NULL,
  createdAt: REQUIRED_INSTANT,
  deliveredAt: INSTANT_OR_NULL,
  givenUpAt: INSTANT_OR_NULL,
});
webhookDeliverySchema.index({ createdAt: 1 }, { expireAfterSeconds: KEPT_S });
webhookDeliverySchema.index({ dealershipId: 1, endpointId: 1, createdAt: -1 });
