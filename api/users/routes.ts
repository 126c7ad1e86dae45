import { User } from '@leadline/contract/rest.ts';
import { pageOf } from '../pageSchema.ts';
import { route, type Route } from '../route.ts';

export const userRoutes: Route[] = [
  route('get /users', {
    tag: 'Dealership',
    summary: 'The people of the dealership.',
    answer: pageOf(User),
    handle: async ({ inbox }) => ({ items: await inbox.users(), next: null }),
  }),
];
