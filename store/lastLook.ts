import type { AuthorKind } from '@leadline/contract/names.ts';
import type { Models } from './models/index.ts';
import type { MessageDoc } from './models/journal.ts';

/** What may have happened while a message waited for its turn or for its provider. */
export type Obstacle = 'optedOut' | 'overtaken';

/** The last look before a message leaves; null: it may. */
export async function obstacleTo(models: Models, message: MessageDoc): Promise<Obstacle | null> {
  if (await hasOptedOut(models, message)) return 'optedOut';
  return (await isOvertaken(models, message)) ? 'overtaken' : null;
}

/** The customer may have opted out with another conversation this very moment. */
async function hasOptedOut(models: Models, { dealershipId, address }: MessageDoc): Promise<boolean> {
  return (await models.contacts.findOne({ dealershipId, address }, { optedOut: 1 }).lean())?.optedOut ?? false;
}

async function isOvertaken(models: Models, message: MessageDoc): Promise<boolean> {
  const { dealershipId, conversationId, position, author, attempt } = message;
  // A later attempt is one that a person has asked for.
  if (attempt > 1 || !isOfTheAi(author)) return false;
  const later = { dealershipId, conversationId, position: { $gt: position } };
  const events = await models.events.find(later, { type: 1, data: 1 }).lean();
  return events.some((event) => overtakes(event, author));
}

/** Whether an event makes a message stale that was decided before it and has not left: the AI never talks over a person. */
export function overtakes(event: { type: string; data: object }, author: AuthorKind): boolean {
  const data: { author?: unknown; takeOver?: unknown } = event.data;
  switch (event.type) {
    case 'messageQueued':
      return isOfTheAi(author) && data.author === 'user';
    case 'assigned':
      return isOfTheAi(author) && data.takeOver === true;
    case 'messageReceived':
      return author === 'followUp';
    default:
      return false;
  }
}

function isOfTheAi(author: AuthorKind): boolean {
  return author === 'autopilot' || author === 'followUp';
}
