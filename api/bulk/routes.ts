import { BulkActionStarted, BulkActionView, StartBulkAction, type BulkAction } from '@leadline/contract/bulk.ts';
import { AppError } from '@leadline/contract/errors.ts';
import type { Inbox } from '@leadline/store/inbox.ts';
import { requireProcess, requireStage, requireUsers } from '../conversations/belongs.ts';
import type { AnyCall } from '../conversations/update.ts';
import type { Engine } from '../engine.ts';
import { idOfCall, route, type Route } from '../route.ts';

const TAG = 'Bulk actions';
const BULK_ID = /^[0-9a-f]{32}$/;

/** One action over many conversations: it is started here and goes on by itself. */
export function bulkRoutes(engine: Pick<Engine, 'startBulk' | 'bulkProgress' | 'cancelBulk'>): Route[] {
  /** Throws `not-found` alike for what does not exist and for what belongs to another dealership. */
  async function progressOf(call: AnyCall) {
    const id = call.params['id']!;
    const slug = await slugOf(call.inbox);
    const progress = BULK_ID.test(id) ? await engine.bulkProgress(slug, id) : null;
    if (!progress) throw new AppError('not-found', 'There is no such action.');
    return { id, slug, progress };
  }

  return [
    route('post /bulkActions', {
      tag: TAG,
      summary: 'Does one action in up to 1,000 conversations, or in all that fit a filter; answers once it has begun.',
      body: StartBulkAction,
      answer: BulkActionStarted,
      status: 202,
      async handle(call) {
        const { action } = call.body;
        await requireSense(call.inbox, action);
        const selection = orderly(call.body.selection);
        const { inbox, user, requestId } = call;
        const total = 'ids' in selection ? selection.ids.length : await inbox.countSelected(user.id, selection.filter);
        const id = idOfCall(call);
        const { dealershipId } = user;
        const bulk = { id, dealershipId, dealershipSlug: await slugOf(inbox), userId: user.id, requestId, action };
        await engine.startBulk({ bulk, selection, total });
        return { id, total };
      },
    }),
    route('get /bulkActions/:id', {
      tag: TAG,
      summary: 'How far an action over many conversations is, and which refused it for what reason.',
      answer: BulkActionView,
      async handle(call) {
        const { id, progress } = await progressOf(call);
        return { id, ...progress };
      },
    }),
    route('delete /bulkActions/:id', {
      tag: TAG,
      summary: 'Cancels an action over many conversations; what is done stays done.',
      async handle(call) {
        const { id, slug } = await progressOf(call);
        await engine.cancelBulk(slug, id);
      },
    }),
  ];
}

/** Refuses what could not succeed in any conversation. */
async function requireSense(inbox: Inbox, action: BulkAction): Promise<void> {
  if (action.type === 'setStage') await requireStage(inbox, action.stage, 'action.stage');
  if (action.type === 'assign') await requireUsers(inbox, action.userIds, 'action.userIds');
  if (action.type === 'selectProcess') await requireProcess(inbox, action.processId, 'action.processId');
}

/** Each conversation once, in the order in which they are gone through. */
function orderly(selection: StartBulkAction['selection']): StartBulkAction['selection'] {
  return 'ids' in selection ? { ids: [...new Set(selection.ids)].sort() } : selection;
}

async function slugOf(inbox: Inbox): Promise<string> {
  const dealership = await inbox.dealership();
  if (!dealership) throw new AppError('not-found', 'There is no such dealership any more.');
  return dealership.slug;
}
