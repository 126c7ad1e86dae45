import type { ConversationEvent } from '@leadline/contract/conversation.ts';

/**
 * The server refuses a summary of more than 400 bytes, and with it the task, again and again; encrypted, a summary takes
 * up to 160 bytes more.
 */
const MAX_BYTES = 200;

/** A summary that fits, in whatever script a person has named things. */
export function shortSummary(text: string): string {
  let bytes = 0;
  const kept: string[] = [];
  for (const character of text) {
    bytes += character.charCodeAt(0) < 0x80 ? 1 : character.length === 1 ? 3 : 4;
    if (bytes > MAX_BYTES) return `${kept.slice(0, -1).join('')}…`;
    kept.push(character);
  }
  return text;
}

/** What was decided, and the events that a commit writes, by their positions in the journal. No text of a message. */
export function commitSummary(events: readonly ConversationEvent[]): string {
  const [first] = events;
  if (!first) return 'Store the state';
  const decisions = events.flatMap((event) =>
    event.type === 'decisionMade' ? [`${event.data.outcome}, ${event.data.reason}`] : [],
  );
  const written = `from event ${first.position}: ${events.map(({ type }) => type).join(', ')}`;
  return shortSummary([...decisions, written].join('; '));
}

/** A message by the position of its event, which ends its id. */
export function deliverySummary(messageId: string, attempt: number): string {
  return `Send the message of event ${messageId.split('-').at(-1)}, attempt ${attempt}`;
}
