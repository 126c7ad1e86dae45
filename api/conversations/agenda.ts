import * as z from 'zod/mini';
import type { ZoneTable } from '@leadline/contract/hours.ts';
import type { ScheduledResult } from '@leadline/contract/conversation.ts';
import {
  FollowUpsResult,
  MoveItem,
  Schedule,
  ScheduledView,
  ScheduleResult,
  SetFollowUps,
} from '@leadline/contract/restActions.ts';
import { zoneTableFromNow } from '@leadline/store/settings.ts';
import type { Engine } from '../engine.ts';
import { pageOf } from '../pageSchema.ts';
import { route, type Route } from '../route.ts';
import { dueIso, wrongField } from './answers.ts';
import { found } from './routes.ts';
import { updater, type AnyCall } from './update.ts';

const TAG = 'Agenda';

/** What will happen in a conversation by itself, and what one can do about it. */
export function agendaRoutes(engine: Pick<Engine, 'update'>): Route[] {
  const update = updater(engine);
  return [
    route('post /conversations/:id/agenda/:itemId/run', {
      tag: TAG,
      summary: 'Does an agenda item at once.',
      answer: z.object({ itemId: z.string() }),
      handle: (call) => update(call, 'actNow', { itemId: call.params['itemId']! }),
    }),
    route('put /conversations/:id/agenda/:itemId', {
      tag: TAG,
      summary: 'Moves a follow-up to another time.',
      body: MoveItem,
      answer: MoveItem,
      async handle(call) {
        const at = Date.parse(call.body.at);
        await update(call, 'moveAgendaItem', { itemId: call.params['itemId']!, at });
        return call.body;
      },
    }),
    route('delete /conversations/:id/agenda/:itemId', {
      tag: TAG,
      summary: 'Takes an agenda item back; of a sequence, it skips the step.',
      async handle(call) {
        await update(call, 'cancelAgendaItem', { itemId: call.params['itemId']! });
      },
    }),
    route('put /conversations/:id/followUps', {
      tag: TAG,
      summary: 'Turns automated follow-ups on or off, and says what that planned or cancelled.',
      body: SetFollowUps,
      answer: FollowUpsResult,
      async handle(call) {
        const { on, cancelled, planned } = await update(call, 'setFollowUps', call.body);
        return { on, cancelled: dueIso(cancelled), planned: dueIso(planned) };
      },
    }),
    route('get /conversations/:id/schedule', {
      tag: TAG,
      summary: 'Scheduled messages with their texts, soonest first.',
      answer: pageOf(ScheduledView),
      handle: async ({ inbox, params }) => ({ items: found(await inbox.schedule(params['id']!)), next: null }),
    }),
    route('post /conversations/:id/schedule', {
      tag: TAG,
      summary: 'Schedules a message for a local time.',
      body: Schedule,
      answer: ScheduleResult,
      status: 201,
      handle: async (call) => scheduleAnswer(await update(call, 'scheduleMessage', await wanted(call, call.body))),
    }),
    route('patch /conversations/:id/schedule/:scheduledId', {
      tag: TAG,
      summary: 'Changes text and time of a scheduled message.',
      body: Schedule,
      answer: ScheduleResult,
      async handle(call) {
        const scheduledId = call.params['scheduledId']!;
        const args = { scheduledId, ...(await wanted(call, call.body)) };
        return scheduleAnswer(await update(call, 'changeScheduled', args));
      },
    }),
    route('delete /conversations/:id/schedule/:scheduledId', {
      tag: TAG,
      summary: 'Takes a scheduled message back.',
      async handle(call) {
        await update(call, 'cancelScheduled', { scheduledId: call.params['scheduledId']! });
      },
    }),
  ];
}

async function wanted(call: AnyCall, { text, wall, zone, cancelIfTheyReply }: Schedule) {
  return { text, wall, zone: await tableOf(call, zone), cancelIfTheyReply };
}

/** The zone that the time is meant in: the one that is named, else the contact's, else the dealership's. */
async function tableOf(call: AnyCall, named: string | undefined): Promise<ZoneTable> {
  const view = named === undefined ? await call.inbox.conversation(call.user.id, call.params['id']!) : null;
  const zone = named ?? view?.contact.timeZone ?? (await call.inbox.dealership())?.timeZone ?? 'UTC';
  const table = zoneTableFromNow(zone);
  if (!table) throw wrongField('zone', 'is not a time zone such as America/Edmonton');
  return table;
}

function scheduleAnswer({ scheduledId, at, clock }: ScheduledResult): ScheduleResult {
  return { scheduledId, at: new Date(at).toISOString(), clock };
}
