import { AppError } from '@leadline/contract/errors.ts';
import { ProcessVersionView, ProcessView, PublishProcess } from '@leadline/contract/rest.ts';
import type { Store } from '@leadline/store/connect.ts';
import type { Engine } from '../engine.ts';
import { pageOf } from '../pageSchema.ts';
import { idOfCall, route, type Call, type Route } from '../route.ts';

const TAG = 'Processes';

export function processRoutes(store: Store, engine: Pick<Engine, 'rollOut'>): Route[] {
  async function publish(
    call: Call<Pick<ProcessVersionView, 'definition'>, unknown>,
    versionId: string,
    processId: string,
  ) {
    const { dealershipId } = call.user;
    const published = await store.processes.publish(dealershipId, call.body.definition, { processId, versionId });
    const { slug: dealershipSlug } = (await call.inbox.dealership())!;
    const { requestId } = call;
    await engine.rollOut({
      dealershipId,
      dealershipSlug,
      processId: published.processId,
      version: published.version,
      requestId,
    });
    return {
      id: published.processId,
      versionId: published.versionId,
      version: published.version,
      definition: call.body.definition,
    };
  }

  return [
    route('get /processes', {
      tag: TAG,
      summary: 'Processes (agents) that have a published version.',
      answer: pageOf(ProcessView),
      handle: async ({ inbox }) => ({ items: await inbox.processes(), next: null }),
    }),
    route('get /processes/:id', {
      tag: TAG,
      summary: 'A process with the definition of its published version.',
      answer: ProcessVersionView,
      handle: async ({ user, params }) => known(await store.processes.published(user.dealershipId, params['id']!)),
    }),
    route('post /processes', {
      tag: TAG,
      summary: 'Publishes a new process.',
      body: PublishProcess,
      answer: ProcessVersionView,
      role: 'manager',
      status: 201,
      handle: (call) => publish(call, idOfCall(call), idOfCall(call)),
    }),
    route('post /processes/:id/publish', {
      tag: TAG,
      summary: 'Publishes the next version; running conversations take it over within minutes.',
      body: PublishProcess,
      answer: ProcessVersionView,
      role: 'manager',
      async handle(call) {
        const { id } = known(await store.processes.published(call.user.dealershipId, call.params['id']!));
        return publish(call, idOfCall(call), id);
      },
    }),
  ];
}

function known(process: ProcessVersionView | null): ProcessVersionView {
  if (!process) throw new AppError('not-found', 'There is no such process.');
  return process;
}
