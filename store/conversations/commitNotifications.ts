import type { ClientSession } from 'mongoose';
import type { CommitRequest } from '@leadline/contract/ports.ts';
import type { Models } from '../models/index.ts';
import type { NotificationDoc } from '../models/notification.ts';

/** Writes down what people are to be told by a commit's events; after the commit's reminders, whose texts it reads. */
export async function writeNotifications(
  models: Models,
  { key, events }: CommitRequest,
  session: ClientSession,
): Promise<void> {
  const { dealershipId, conversationId } = key;
  const dueIds = events.flatMap((event) => (event.type === 'reminderDue' ? [event.data.reminderId] : []));
  const reminders =
    dueIds.length === 0
      ? []
      : await models.reminders.find({ _id: { $in: dueIds }, dealershipId }, { text: 1 }, { session }).lean();
  const notifications = events.flatMap((event): NotificationDoc[] => {
    const { position } = event;
    const at = new Date(event.at);
    const base = { _id: `${conversationId}-n${position}`, dealershipId, conversationId, position, at };
    if (event.type === 'userNotified') return [{ ...base, kind: 'notice', ...event.data }];
    if (event.type !== 'reminderDue') return [];
    const { reminderId, forUserId } = event.data;
    const text = reminders.find((one) => one._id === reminderId)?.text ?? 'A reminder is due.';
    return [{ ...base, kind: 'reminder', forUserId, text }];
  });
  if (notifications.length > 0) await models.notifications.insertMany(notifications, { session, lean: true });
}
