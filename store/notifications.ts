import type { NotificationView } from '@leadline/contract/rest.ts';
import type { Models } from './models/index.ts';
import type { Scope } from './scope.ts';

const MOST_SHOWN = 50;

/** What a person was told lately, the latest first; `manages` sees also what is for whoever manages the dealership. */
export async function notificationViews(
  models: Models,
  scope: Scope,
  userId: string,
  manages: boolean,
): Promise<NotificationView[]> {
  const found = await scope.find(
    models.notifications,
    { forUserId: { $in: manages ? [userId, null] : [userId] } },
    { sort: { at: -1 }, limit: MOST_SHOWN },
  );
  const [user, rows] = await Promise.all([
    scope.findOne(models.users, { _id: userId }, { notificationsSeenAt: 1 }),
    scope.find(
      models.conversations,
      { _id: { $in: found.map((one) => one.conversationId) } },
      { projection: { contact: 1, deleted: 1 } },
    ),
  ]);
  const seenAt = user?.notificationsSeenAt?.getTime() ?? 0;
  return found.flatMap(({ _id, conversationId, kind, text, at }) => {
    const row = rows.find((one) => one._id === conversationId);
    if (!row || row.deleted) return [];
    const { name, address } = row.contact;
    return [
      { id: _id, conversationId, contactName: name || address, kind, text, at: at.toISOString(), seen: +at <= seenAt },
    ];
  });
}

/** Marks as seen what came up to an instant; never takes it back. */
export async function markNotificationsSeen(models: Models, scope: Scope, userId: string, until: Date): Promise<void> {
  await scope.updateOne(models.users, { _id: userId }, { $max: { notificationsSeenAt: until } });
}
