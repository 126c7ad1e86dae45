import { ProcessView } from '@leadline/contract/rest.ts';
import { pageOf } from '../pageSchema.ts';
import { route, type Route } from '../route.ts';

export const processRoutes: Route[] = [
  route('get /processes', {
    tag: 'Processes',
    summary: 'Processes (agents) that have a published version.',
    answer: pageOf(ProcessView),
    handle: async ({ inbox }) => ({ items: await inbox.processes(), next: null }),
  }),
];
