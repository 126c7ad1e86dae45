import type { Actor, EventData } from '@leadline/contract/conversation.ts';
import { MESSAGE_VALIDITY_MS, type AuthorKind } from '@leadline/contract/names.ts';
import { quietHoursBegin } from './gates.ts';
import type { Recorder } from './recorder.ts';
import { hashOfWords } from './textHash.ts';

/** Twilio takes a validity in whole seconds, of one at least. */
const SECOND_MS = 1_000;

/** Queues a message and has it delivered once that is committed. `inbounds` are what it answers. */
export function queueMessage(
  rec: Recorder,
  message: Omit<EventData['messageQueued'], 'textHash'>,
  inbounds: number[],
  actor: Actor,
): void {
  const { messageId, attempt, author } = message;
  // Asked before the plan is done, which says whose time it is.
  const expiresAt = rec.now + validityOf(rec, author);
  rec.emit('messageQueued', { ...message, textHash: hashOfWords(message.text) }, actor);
  rec.effect({ type: 'deliver', messageId, attempt, author, inbounds, expiresAt });
}

/** It ends where quiet hours begin, so that what waits at the provider does not leave in the night. */
function validityOf({ state, now }: Recorder, author: AuthorKind): number {
  const begin = quietHoursBegin(state, author, now);
  // A person may have moved it into quiet hours: then their time counts.
  if (begin === null || begin <= now) return MESSAGE_VALIDITY_MS;
  return Math.max(Math.min(MESSAGE_VALIDITY_MS, begin - now), SECOND_MS);
}
