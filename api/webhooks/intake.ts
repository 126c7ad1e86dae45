import type { Logger } from 'pino';
import type { ConversationKey, InboundMessage } from '@leadline/contract/conversation.ts';
import { AppError } from '@leadline/contract/errors.ts';
import type { SpoolRepository } from '@leadline/store/intake.ts';
import type { Engine } from '../engine.ts';

export interface IntakeDeps {
  engine: Pick<Engine, 'inbound'>;
  store: { spool: Pick<SpoolRepository, 'add'>; isConnected(): boolean };
  logger: Logger;
}

/** With Temporal gone, the spool has this long. */
const SPOOL_MS = 1_000;

/**
 * Makes a customer's message durable before its webhook is answered: Temporal takes it, or else the spool. Throws
 * `unavailable` when neither does, so that the provider sends it again.
 */
export async function takeInbound(
  deps: IntakeDeps,
  key: ConversationKey,
  message: InboundMessage,
): Promise<'signalled' | 'spooled'> {
  const { conversationId } = key;
  const { requestId } = message;
  try {
    await deps.engine.inbound(key, message);
    return 'signalled';
  } catch (error) {
    deps.logger.warn(
      { requestId, conversationId, reason: reasonOf(error) },
      'Temporal did not take a message; it goes to the spool.',
    );
  }
  try {
    if (!deps.store.isConnected()) throw new Error('The database is known to be away.');
    await withinMs(SPOOL_MS, deps.store.spool.add(key, message));
    return 'spooled';
  } catch (error) {
    deps.logger.error(
      { requestId, conversationId, reason: reasonOf(error) },
      'Neither Temporal nor the database took a message; the provider is asked to repeat it.',
    );
    throw new AppError('unavailable', 'Neither Temporal nor the database can be reached.');
  }
}

async function withinMs<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`No answer within ${limitMs} ms.`));
    }, limitMs);
  });
  return Promise.race([work, tooLate]).finally(() => {
    clearTimeout(timer);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
