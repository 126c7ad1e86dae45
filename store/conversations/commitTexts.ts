import type { ClientSession } from 'mongoose';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import type { CommitRequest } from '@leadline/contract/ports.ts';
import { nameValues, renderTemplate, type TemplateValues } from '@leadline/contract/templates.ts';
import type { Models } from '../models/index.ts';

type Queued = Extract<ConversationEvent, { type: 'messageQueued' }>;

/**
 * The request with the texts that the workflow does not hold: of a scheduled message from where it was kept, and a rule's
 * with the contact's fields filled in. Scheduled first in this very commit, it is found in the commit itself.
 */
export async function withTexts(
  models: Models,
  request: CommitRequest,
  session: ClientSession,
): Promise<CommitRequest> {
  if (!request.events.some(needsText)) return request;
  const values = await templateValues(models, request);
  const texts = new Map<number, string>();
  for (const event of request.events) {
    if (!needsText(event)) continue;
    const template =
      event.actor.kind === 'schedule'
        ? await scheduledText(models, request, event.actor.scheduledId, session)
        : event.data.text;
    texts.set(event.position, renderTemplate(template, values).text);
  }
  const events = request.events.map((event) => {
    const text = texts.get(event.position);
    return text === undefined ? event : ({ ...event, data: { ...event.data, text } } as Queued);
  });
  const last = events.findLast((event) => event.type === 'messageQueued' || event.type === 'messageReceived');
  const { preview } = request.row;
  const row = { ...request.row, preview: preview && last ? { ...preview, text: last.data.text } : preview };
  return { ...request, events, row };
}

function needsText(event: ConversationEvent): event is Queued {
  return (
    event.type === 'messageQueued' &&
    event.data.attempt === 1 &&
    (event.actor.kind === 'schedule' || event.actor.kind === 'automation')
  );
}

async function scheduledText(
  models: Models,
  { key, events }: CommitRequest,
  scheduledId: string,
  session: ClientSession,
): Promise<string> {
  const here = events.findLast(
    (event) =>
      (event.type === 'messageScheduled' || event.type === 'scheduledChanged') &&
      event.data.scheduledId === scheduledId,
  );
  if (here?.type === 'messageScheduled' || here?.type === 'scheduledChanged') return here.data.text;
  const [stored] = await models.scheduledMessages
    .find({ dealershipId: key.dealershipId, scheduledId }, { text: 1 }, { session })
    .sort({ position: -1 })
    .limit(1)
    .lean();
  if (!stored) throw new Error(`The text of the scheduled message ${scheduledId} is gone.`);
  return stored.text;
}

/** Read beside the transaction: a session does one thing at a time, and these may be a moment old. */
async function templateValues(models: Models, { key, contactId, row }: CommitRequest): Promise<TemplateValues> {
  const { dealershipId } = key;
  const [contact, dealership, owner] = await Promise.all([
    models.contacts.findOne({ _id: contactId, dealershipId }, { name: 1, phone: 1 }).lean(),
    models.dealerships.findById(dealershipId, { name: 1 }).lean(),
    row.ownerId === null ? null : models.users.findOne({ _id: row.ownerId, dealershipId }, { name: 1 }).lean(),
  ]);
  return {
    ...nameValues(contact?.name ?? ''),
    'contact.phone': contact?.phone ?? '',
    'dealership.name': dealership?.name ?? '',
    'user.name': owner?.name ?? '',
    'user.firstName': owner?.name.split(' ')[0] ?? '',
  };
}
