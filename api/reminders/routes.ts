import { ReminderView } from '@leadline/contract/rest.ts';
import { pageOf } from '../pageSchema.ts';
import { route, type Route } from '../route.ts';

export const reminderRoutes: Route[] = [
  route('get /reminders', {
    tag: 'Reminders',
    summary: 'Open reminders for the user or for everybody, the next first.',
    answer: pageOf(ReminderView),
    handle: async ({ inbox, user }) => ({ items: await inbox.reminders(user.id), next: null }),
  }),
];
