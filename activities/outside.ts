import { setTimeout as pause } from 'node:timers/promises';
import { withBreaker } from '@leadline/channels/breaker.ts';
import type { Channel } from '@leadline/channels/channel.ts';
import { postWebhook, type WebhookCall } from '@leadline/channels/outgoingWebhook/post.ts';
import { createTwilioSms } from '@leadline/channels/twilio/sms.ts';
import type { OutsideActivities } from '@leadline/contract/ports.ts';
import type { ChannelAccount } from '@leadline/store/channelAccounts.ts';
import type { Store } from '@leadline/store/connect.ts';
import { callWebhook } from './callWebhook.ts';
import { deliver } from './deliver.ts';
import { createModelClient, draftReply } from './draftReply.ts';
import { reconcile } from './reconcile.ts';
import { WebhookPlaces } from './webhookPlaces.ts';

export interface OutsideSettings {
  /** Where providers reach us. */
  publicUrl: string;
  twilioApiBase?: string | undefined;
  /** How long one call to Twilio may take; the channel's own limit, where absent. */
  twilioTimeoutMs?: number | undefined;
  /** Sends of this account begin to wait for a provider in trouble, or no longer do. */
  onHoldBack?: ((channelAccountId: string, holdsBack: boolean) => void) | undefined;
  openaiApiKey: string;
  openaiBaseUrl?: string | undefined;
  openaiModel: string;
  /** Development and tests only: webhooks may go to http and to private addresses. */
  webhooksMayBePrivate: boolean;
}

/** The ports that call out to model and providers; see `contract/ports.ts` for what makes each safe to repeat. */
export function createOutsideActivities(
  store: Pick<Store, 'messages' | 'processes' | 'webhookDeliveries'>,
  settings: OutsideSettings,
): OutsideActivities {
  const { messages, processes, webhookDeliveries: deliveries } = store;
  const channelOf = channelClients(settings);
  const now = (): number => Date.now();
  const client = createModelClient(settings.openaiApiKey, settings.openaiBaseUrl);
  const places = new WebhookPlaces();
  const post = (call: WebhookCall) => postWebhook(call, { mayBePrivate: settings.webhooksMayBePrivate });
  return {
    draftReply: (request) => draftReply({ messages, processes, client, model: settings.openaiModel }, request),
    deliver: (request) => deliver({ messages, channelOf, now, pause: (ms) => pause(ms) }, request),
    reconcile: (request) => reconcile({ messages, channelOf, now }, request),
    callWebhook: (request) => callWebhook({ deliveries, post, places, now }, request),
  };
}

/** One client for each account, for its connections' sake; a changed credential makes a new one. */
export function channelClients({
  publicUrl,
  twilioApiBase,
  twilioTimeoutMs: timeoutMs,
  onHoldBack,
}: Pick<OutsideSettings, 'publicUrl' | 'twilioApiBase' | 'twilioTimeoutMs' | 'onHoldBack'>): (
  account: ChannelAccount,
) => Channel {
  const known = new Map<string, { secret: string; channel: Channel }>();
  return (account) => {
    const { credentials } = account;
    const secret = JSON.stringify(credentials);
    const standing = known.get(account.id);
    if (standing?.secret === secret) return standing.channel;
    if (account.channel !== 'sms' || credentials.accountSid === '') return notConnected;
    const twilio = createTwilioSms({ credentials, apiBase: twilioApiBase, publicUrl, timeoutMs });
    const channel = withBreaker(twilio, (holdsBack) => onHoldBack?.(account.id, holdsBack));
    known.set(account.id, { secret, channel });
    return channel;
  };
}

/** Stands for an account that no provider is connected to: nothing leaves, and nothing is found. */
const notConnected: Channel = {
  send: async () => ({ outcome: 'refused', code: null, message: 'This channel is not connected to a provider.' }),
  find: async () => [],
  list: async () => ({ messages: [], next: null }),
  mediaOf: async () => [],
};
