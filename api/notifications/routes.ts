import { NotificationsSeen, NotificationView } from '@leadline/contract/rest.ts';
import { pageOf } from '../pageSchema.ts';
import { mayDo, route, type Route } from '../route.ts';

const TAG = 'Notifications';

export const notificationRoutes: Route[] = [
  route('get /notifications', {
    tag: TAG,
    summary: 'What the user was told in the last 30 days, the latest first.',
    answer: pageOf(NotificationView),
    handle: async ({ inbox, user }) => ({
      items: await inbox.notifications(user.id, mayDo(user.role, 'manager')),
      next: null,
    }),
  }),
  route('put /notifications/seen', {
    tag: TAG,
    summary: 'Marks as seen what came up to an instant.',
    body: NotificationsSeen,
    handle: ({ inbox, user, body }) => inbox.markNotificationsSeen(user.id, new Date(body.until)),
  }),
];
