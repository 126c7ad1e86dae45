import type { AuthorKind } from '@leadline/contract/names.ts';
import type { Models } from './models/index.ts';
import type { MessageDoc } from './models/journal.ts';

/** What may have happened while a message waited for its turn or for its provider; `answered`: a person has written. */
export type Obstacle = { is: 'optedOut' } | { is: 'overtaken'; answered: boolean };

/** The last look before a message leaves; null: it may. */
export async function obstacleTo(models: Models, message: MessageDoc): Promise<Obstacle | null> {
  if (await hasOptedOut(models, message)) return { is: 'optedOut' };
  const { dealershipId, conversationId, position, author, attempt } = message;
  // A later attempt is one that a person has asked for.
  if (attempt > 1 || !isOfTheAi(author)) return null;
  const later = { dealershipId, conversationId, position: { $gt: position } };
  return overtakenBy(await models.events.find(later, { type: 1, data: 1 }).lean(), author);
}

/** The customer may have opted out with another conversation this very moment. */
async function hasOptedOut(models: Models, { dealershipId, address }: MessageDoc): Promise<boolean> {
  return (await models.contacts.findOne({ dealershipId, address }, { optedOut: 1 }).lean())?.optedOut ?? false;
}

/** Whether a message that has not left is stale after these later events: the AI never talks over a person. */
export function overtakenBy(
  events: readonly { type: string; data: object }[],
  author: AuthorKind,
): Extract<Obstacle, { is: 'overtaken' }> | null {
  if (!isOfTheAi(author)) return null;
  const answered = events.some(isOfPerson);
  const isStale =
    answered ||
    events.some(isTakeOver) ||
    (author === 'followUp' && events.some(({ type }) => type === 'messageReceived'));
  return isStale ? { is: 'overtaken', answered } : null;
}

function isOfPerson({ type, data }: { type: string; data: { author?: unknown } }): boolean {
  return type === 'messageQueued' && data.author === 'user';
}

function isTakeOver({ type, data }: { type: string; data: { takeOver?: unknown } }): boolean {
  return type === 'assigned' && data.takeOver === true;
}

function isOfTheAi(author: AuthorKind): boolean {
  return author === 'autopilot' || author === 'followUp';
}
