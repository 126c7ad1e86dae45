import { wrongInWebhookUrl } from '@leadline/channels/outgoingWebhook/target.ts';
import { AppError } from '@leadline/contract/errors.ts';
import {
  AddWebhookEndpoint,
  NewWebhookEndpoint,
  WebhookDeliveryView,
  WebhookEndpointView,
} from '@leadline/contract/webhooks.ts';
import { pageOf } from '../pageSchema.ts';
import { idOfCall, route, type Route } from '../route.ts';

const TAG = 'Webhooks';
/** Of one dealership. */
const MAX_ENDPOINTS = 20;

/** Where automations may call out to. */
export function webhookEndpointRoutes(mayBePrivate: boolean): Route[] {
  return [
    route('get /webhookEndpoints', {
      tag: TAG,
      summary: 'Endpoints that automations may call.',
      answer: pageOf(WebhookEndpointView),
      role: 'manager',
      handle: async ({ inbox }) => ({ items: await inbox.webhooks.list(), next: null }),
    }),
    route('post /webhookEndpoints', {
      tag: TAG,
      summary: 'Adds an endpoint; the answer holds the secret that signs its calls, this once.',
      body: AddWebhookEndpoint,
      answer: NewWebhookEndpoint,
      role: 'admin',
      status: 201,
      async handle(call) {
        const { inbox, body } = call;
        const wrong = wrongInWebhookUrl(body.url, mayBePrivate);
        if (wrong !== null)
          throw new AppError('invalid', 'Some fields are missing or wrong.', {
            errors: [{ path: 'url', message: wrong }],
          });
        const id = idOfCall(call);
        // A repeated call has added its own.
        const others = (await inbox.webhooks.list()).filter((one) => one.id !== id);
        if (others.length >= MAX_ENDPOINTS)
          throw new AppError('conflict', `A dealership has at most ${MAX_ENDPOINTS} webhook endpoints.`);
        return inbox.webhooks.add({ id, ...body, url: new URL(body.url).href });
      },
    }),
    route('delete /webhookEndpoints/:id', {
      tag: TAG,
      summary: 'Removes an endpoint: what is under way to it is given up.',
      role: 'admin',
      async handle({ inbox, params }) {
        if (!(await inbox.webhooks.remove(params['id']!))) throw unknownEndpoint();
      },
    }),
    route('get /webhookEndpoints/:id/deliveries', {
      tag: TAG,
      summary: 'The latest 100 calls of the last 30 days, and what became of them.',
      answer: pageOf(WebhookDeliveryView),
      role: 'manager',
      async handle({ inbox, params }) {
        const items = await inbox.webhooks.deliveries(params['id']!);
        if (!items) throw unknownEndpoint();
        return { items, next: null };
      },
    }),
  ];
}

function unknownEndpoint(): AppError {
  return new AppError('not-found', 'There is no such webhook endpoint.');
}
