import { ApplicationFailure } from '@temporalio/common';
import type { Channel, SendOutcome } from '@leadline/channels/channel.ts';
import { describeDeliveryError } from '@leadline/channels/twilio/errors.ts';
import type { DeliverOutcome, DeliverRequest } from '@leadline/contract/ports.ts';
import type { MessageStatus } from '@leadline/contract/messageStatus.ts';
import type { ChannelAccount } from '@leadline/store/channelAccounts.ts';
import type { MessageRepository } from '@leadline/store/messages.ts';

export interface DeliverDeps {
  messages: Pick<MessageRepository, 'beginDelivery' | 'releaseDelivery' | 'recordStatus' | 'deliveryOf'>;
  channelOf(account: ChannelAccount): Channel;
  now(): number;
  /** Waits between tries to record what the provider took. */
  pause(ms: number): Promise<void>;
}

/** Type of the failure that says that the provider has not taken a message. */
const NOT_SENT = 'NotSent';
/** Tries to record an accepted message, and the pause between them: about 15 s in all, well below the activity's limit. */
const RECORD_TRIES = 6;
const RECORD_PAUSE_MS = 2_500;

/**
 * Hands a message over, at most once for each attempt (quality.md 2.2): a compare-and-set lets one call through, and a
 * call that ended in doubt is never repeated. Throws, to be retried, only while the message has certainly not been taken.
 */
export async function deliver(deps: DeliverDeps, request: DeliverRequest): Promise<DeliverOutcome> {
  const { messageId, attempt, expiresAt } = request;
  if (deps.now() >= expiresAt) return giveUp(deps, request);
  const begun = await deps.messages.beginDelivery(messageId, attempt);
  switch (begun.state) {
    case 'missing':
      throw ApplicationFailure.nonRetryable(`There is no message ${messageId}.`, 'MissingMessage');
    case 'ambiguous':
      return becameUnknown(deps, request, deps.now());
    case 'overtaken':
      return { outcome: 'overtaken', answered: begun.answered };
    case 'settled':
      return outcomeOfStatus(begun.status);
    case 'begun': {
      const { channelAccount, from, to, text } = begun;
      const at = deps.now();
      const sent = await deps
        .channelOf(channelAccount)
        .send({ messageId, attempt, from, to, text, validityMs: expiresAt - at });
      return conclude(deps, request, sent, at);
    }
  }
}

/** Its time is over: it has failed, unless an earlier try may have handed it over. */
async function giveUp(deps: DeliverDeps, request: DeliverRequest): Promise<DeliverOutcome> {
  const delivery = await deps.messages.deliveryOf(request.messageId);
  if (!delivery || delivery.attempt !== request.attempt || delivery.status === 'queued')
    throw ApplicationFailure.nonRetryable('Nobody took the message in the time that it had.', NOT_SENT);
  const isInDoubt = delivery.status === 'sending' || delivery.status === 'unknown';
  return isInDoubt ? becameUnknown(deps, request, deps.now()) : outcomeOfStatus(delivery.status);
}

async function conclude(
  deps: DeliverDeps,
  request: DeliverRequest,
  sent: SendOutcome,
  at: number,
): Promise<DeliverOutcome> {
  const { messageId, attempt } = request;
  switch (sent.outcome) {
    case 'accepted':
      return (await recordAccepted(deps, request, sent.providerMessageId))
        ? { outcome: 'sent' }
        : { outcome: 'unknown', at };
    case 'refused': {
      const error = { code: sent.code, message: describeDeliveryError(sent.code) };
      await deps.messages.recordStatus({ messageId, attempt, status: 'failed', error, at: deps.now() });
      return { outcome: 'failed', code: sent.code };
    }
    case 'notSent':
      await deps.messages.releaseDelivery(messageId, attempt);
      throw ApplicationFailure.retryable(`The provider did not take the message: ${sent.reason}`, NOT_SENT);
    case 'ambiguous':
      return becameUnknown(deps, request, at);
  }
}

/** The provider has the message: its id must not be lost, and the message must not be sent again whatever happens here. */
async function recordAccepted(deps: DeliverDeps, request: DeliverRequest, providerMessageId: string): Promise<boolean> {
  const { messageId, attempt } = request;
  for (let tries = 1; tries <= RECORD_TRIES; tries += 1) {
    try {
      await deps.messages.recordStatus({ messageId, attempt, status: 'sending', providerMessageId, at: deps.now() });
      return true;
    } catch {
      if (tries < RECORD_TRIES) await deps.pause(RECORD_PAUSE_MS);
    }
  }
  return false;
}

async function becameUnknown(
  deps: DeliverDeps,
  { messageId, attempt }: DeliverRequest,
  at: number,
): Promise<DeliverOutcome> {
  // Only for the screen: the workflow looks for the message whether or not this is written.
  await deps.messages.recordStatus({ messageId, attempt, status: 'unknown', at }).catch(() => undefined);
  return { outcome: 'unknown', at };
}

/** What a status that stands already means for whoever asked for the delivery. */
export function outcomeOfStatus(
  status: MessageStatus,
): { outcome: 'sent' } | { outcome: 'failed'; code: string | null } {
  return status === 'failed' || status === 'blocked' ? { outcome: 'failed', code: null } : { outcome: 'sent' };
}
