import type { Actor, EventData } from '@leadline/contract/conversation.ts';
import type { Recorder } from './recorder.ts';
import { hashOfWords } from './textHash.ts';

/** The provider drops a message that it could not hand over in this time (Twilio's own default is 10 h), so none leaves in the night. */
const VALIDITY_MS = 15 * 60_000;

/** Queues a message and has it delivered once that is committed. `inbounds` are what it answers. */
export function queueMessage(
  rec: Recorder,
  message: Omit<EventData['messageQueued'], 'textHash'>,
  inbounds: number[],
  actor: Actor,
): void {
  rec.emit('messageQueued', { ...message, textHash: hashOfWords(message.text) }, actor);
  const { messageId, attempt, author } = message;
  rec.effect({ type: 'deliver', messageId, attempt, author, inbounds, validityMs: VALIDITY_MS });
}
