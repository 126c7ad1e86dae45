import * as z from 'zod/mini';
import type { Channel } from './names.ts';
import type { WebhookConversation, WebhookRule } from './ports.ts';

/** Outgoing webhooks: what is sent to a system of the dealership, and how its endpoints are kept (docs/webhooks.md). */

const Id = z.string().check(z.minLength(1), z.maxLength(64));
const Instant = z.iso.datetime();

/** Headers of a call, beside those of HTTP. */
export const WEBHOOK_HEADERS = { eventId: 'Leadline-Event-Id', signature: 'Leadline-Signature' } as const;

/** The body of a call. */
export interface WebhookPayload {
  id: string;
  type: 'automation.ruleRan';
  createdAt: string;
  data: {
    rule: WebhookRule;
    conversation: { id: string; channel: Channel } & WebhookConversation;
    contact: { id: string; name: string; phone: string | null };
  };
}

export const AddWebhookEndpoint = z.strictObject({
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(80)),
  url: z.string().check(z.trim(), z.minLength(1), z.maxLength(500)),
});

export const WebhookEndpointView = z.object({ id: Id, name: z.string(), url: z.string(), createdAt: Instant });
export type WebhookEndpointView = z.infer<typeof WebhookEndpointView>;

/** The answer to adding one: the only time that the secret is shown. */
export const NewWebhookEndpoint = z.extend(WebhookEndpointView, { secret: z.string() });
export type NewWebhookEndpoint = z.infer<typeof NewWebhookEndpoint>;

/** A call of an endpoint, kept for 30 days. Neither delivered nor given up: it is under way. */
export const WebhookDeliveryView = z.object({
  /** The event id that the receiver is given. */
  id: z.string(),
  conversationId: Id,
  ruleId: z.string(),
  attempts: z.number(),
  lastStatusCode: z.nullable(z.number()),
  /** What went wrong at the last try, in words. */
  lastError: z.nullable(z.string()),
  createdAt: Instant,
  deliveredAt: z.nullable(Instant),
  givenUpAt: z.nullable(Instant),
});
export type WebhookDeliveryView = z.infer<typeof WebhookDeliveryView>;
