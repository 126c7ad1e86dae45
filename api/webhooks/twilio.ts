import { Router, text, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { AppError } from '@leadline/contract/errors.ts';
import { broughtByWebhook } from '@leadline/channels/inboundMessage.ts';
import { describeDeliveryError } from '@leadline/channels/twilio/errors.ts';
import { parseInboundWebhook } from '@leadline/channels/twilio/inboundWebhook.ts';
import { normaliseAddress } from '@leadline/channels/twilio/phoneNumber.ts';
import { isSignedByTwilio } from '@leadline/channels/twilio/signature.ts';
import { parseStatusWebhook } from '@leadline/channels/twilio/statusWebhook.ts';
import type { ChannelAccount } from '@leadline/store/channelAccounts.ts';
import type { Store } from '@leadline/store/connect.ts';
import { conversationKeyOf } from '@leadline/store/conversationId.ts';
import type { Engine } from '../engine.ts';
import type { Metrics } from '../metrics.ts';
import { requestIdOf } from '../problems.ts';
import { authTokensOf, type AccountDirectory } from './accountDirectory.ts';
import { takeInbound } from './intake.ts';

export interface TwilioWebhookDeps {
  engine: Pick<Engine, 'inbound' | 'deliveryFailed'>;
  store: Pick<Store, 'spool' | 'deadLetters' | 'messages' | 'isConnected'>;
  directory: AccountDirectory;
  /** The address that Twilio signs over. */
  publicUrl: string;
  logger: Logger;
  metrics: Metrics;
}

const EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';
type Params = Record<string, string>;

/** `/webhooks/twilio/…`. Nothing is looked at, logged or stored before the signature is found right. */
export function twilioWebhooks(deps: TwilioWebhookDeps): Router {
  const router = Router();
  router.use(text({ type: () => true, limit: '100kb' }));
  router.post('/sms', async (request, response) => {
    const outcome = await onInbound(deps, request);
    deps.metrics.webhooks.inc({ kind: 'twilioSms', outcome });
    answerTwiml(response);
  });
  router.post('/status', async (request, response) => {
    await onStatus(deps, request);
    deps.metrics.webhooks.inc({ kind: 'twilioStatus', outcome: 'taken' });
    answerTwiml(response);
  });
  return router;
}

function answerTwiml(response: Response): void {
  response.type('text/xml').send(EMPTY_ANSWER);
}

async function onInbound(deps: TwilioWebhookDeps, request: Request): Promise<'signalled' | 'spooled'> {
  const params = paramsOf(request);
  const serviceSid = params['MessagingServiceSid'] ?? null;
  const account =
    params['To'] === undefined ? null : await deps.directory.find('sms', normaliseAddress(params['To']), serviceSid);
  requireSignature(deps, request, params, account ? [account] : knownAccounts(deps));
  const parsed = parseInboundWebhook(params);
  if (!parsed.ok)
    return reject(
      deps,
      request,
      params,
      new AppError('invalid', 'This is not a message webhook as Twilio sends them.', { errors: parsed.errors }),
    );
  if (!account)
    return reject(
      deps,
      request,
      params,
      new AppError('not-found', 'No channel account has the number that this message is for.'),
    );
  const key = conversationKeyOf(account, parsed.message.from);
  return takeInbound(deps, key, broughtByWebhook(parsed.message, requestIdOf(request), Date.now()));
}

function paramsOf(request: Request): Params {
  return Object.fromEntries(new URLSearchParams(typeof request.body === 'string' ? request.body : ''));
}

function knownAccounts({ directory }: TwilioWebhookDeps): readonly ChannelAccount[] {
  const accounts = directory.all();
  // Without the accounts nothing can be told genuine from forged: Twilio is asked to come again.
  if (!accounts) throw new AppError('unavailable', 'The channel accounts are not known yet.');
  return accounts.filter((account) => account.channel === 'sms');
}

/** Answers those of the accounts whose token signed this webhook; throws `forbidden` when none did. */
function requireSignature(
  deps: TwilioWebhookDeps,
  request: Request,
  params: Params,
  accounts: readonly ChannelAccount[],
): ChannelAccount[] {
  const signature = request.get('X-Twilio-Signature');
  const url = deps.publicUrl + request.originalUrl;
  const verdicts = new Map<string, boolean>();
  const signing = accounts.filter((account) => {
    const authTokens = authTokensOf(account);
    const tokens = authTokens.join('\n');
    if (!verdicts.has(tokens)) verdicts.set(tokens, isSignedByTwilio({ authTokens, signature, url, params }));
    return verdicts.get(tokens);
  });
  if (signing.length > 0) return signing;
  deps.metrics.webhooks.inc({ kind: 'twilio', outcome: 'forged' });
  throw new AppError('forbidden', 'The signature of this webhook is missing or wrong.');
}

/** Keeps a genuine webhook that cannot be taken where people find it, and refuses it. */
async function reject(deps: TwilioWebhookDeps, request: Request, params: Params, error: AppError): Promise<never> {
  deps.metrics.webhooks.inc({ kind: 'twilio', outcome: 'rejected' });
  await deps.store.deadLetters.add({
    source: `twilio${request.path}`,
    reason: error.message,
    params,
    requestId: requestIdOf(request),
  });
  throw error;
}

async function onStatus(deps: TwilioWebhookDeps, request: Request): Promise<void> {
  const params = paramsOf(request);
  const from = params['From'];
  const account =
    from === undefined
      ? null
      : await deps.directory.find('sms', normaliseAddress(from), params['MessagingServiceSid'] ?? null);
  const signing = requireSignature(deps, request, params, account ? [account] : knownAccounts(deps));
  const parsed = parseStatusWebhook(params, request.query);
  if (!parsed.ok)
    return reject(
      deps,
      request,
      params,
      new AppError('invalid', 'This is not a status webhook as Twilio sends them.', { errors: parsed.errors }),
    );
  const { messageId, attempt, providerMessageId, status, errorCode } = parsed.status;
  if (status === null) return;
  const error = status === 'failed' ? { code: errorCode, message: describeDeliveryError(errorCode) } : undefined;
  const channelAccountIds = signing.map((one) => one.id);
  const { changed, key } = await deps.store.messages.recordStatus({
    messageId,
    attempt,
    status,
    providerMessageId,
    error,
    at: Date.now(),
    channelAccountIds,
  });
  if (!changed || !key || status !== 'failed') return;
  await deps.engine.deliveryFailed(key, { messageId, attempt, code: errorCode, requestId: requestIdOf(request) });
}
