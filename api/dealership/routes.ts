import * as z from 'zod/mini';
import { CHANNELS } from '@leadline/contract/names.ts';
import { AppError } from '@leadline/contract/errors.ts';
import { Counts, Dealership, Stage } from '@leadline/contract/rest.ts';
import type { Inbox } from '@leadline/store/inbox.ts';
import { pageOf } from '../pageSchema.ts';
import { route, type Route } from '../route.ts';

const TAG = 'Dealership';
const ChannelAccountView = z.object({
  id: z.string(),
  channel: z.enum(CHANNELS),
  name: z.string(),
  address: z.string(),
  ownerId: z.nullable(z.string()),
});

export const dealershipRoutes: Route[] = [
  route('get /dealership', {
    tag: TAG,
    summary: 'The dealership that the user works for.',
    answer: Dealership,
    handle: ({ inbox }) => dealershipOf(inbox),
  }),
  route('get /stages', {
    tag: TAG,
    summary: 'The stages of the pipeline, in order.',
    answer: pageOf(Stage),
    handle: async ({ inbox }) => ({ items: (await dealershipOf(inbox)).stages, next: null }),
  }),
  route('get /channelAccounts', {
    tag: TAG,
    summary: 'Numbers, pages and widgets of the dealership.',
    answer: pageOf(ChannelAccountView),
    handle: async ({ inbox }) => ({ items: await inbox.channelAccounts(), next: null }),
  }),
  route('get /counts', {
    tag: TAG,
    summary: 'Unread conversations of the last 30 days, in all and by channel.',
    answer: Counts,
    handle: ({ inbox, user }) => inbox.counts(user.id),
  }),
];

async function dealershipOf(inbox: Inbox): Promise<Dealership> {
  const dealership = await inbox.dealership();
  if (!dealership) throw new AppError('not-found', 'This dealership is closed.');
  return dealership;
}
