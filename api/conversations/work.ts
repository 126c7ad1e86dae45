import * as z from 'zod/mini';
import {
  AddReminder,
  ReminderResult,
  SetPriority,
  SetTags,
  Snooze,
  StatusResult,
} from '@leadline/contract/restActions.ts';
import type { Engine } from '../engine.ts';
import { readReminder } from '../reminders/naturalLanguage.ts';
import { route, type Route } from '../route.ts';
import { wrongField } from './answers.ts';
import { updater } from './update.ts';

const TAG = 'Work';

/** How people keep order among conversations: status, tags, priority, reminders, deletion. */
export function workRoutes(engine: Pick<Engine, 'update'>): Route[] {
  const update = updater(engine);
  const updateDeleted = updater(engine, (inbox, id) => inbox.restorableKey(id));
  return [
    route('post /conversations/:id/resolve', {
      tag: TAG,
      summary: 'Marks a conversation as done; a pending reply is dropped.',
      answer: StatusResult,
      handle: (call) => update(call, 'resolve', {}),
    }),
    route('post /conversations/:id/reopen', {
      tag: TAG,
      summary: 'Opens a resolved or snoozed conversation.',
      answer: StatusResult,
      handle: (call) => update(call, 'reopen', {}),
    }),
    route('post /conversations/:id/snooze', {
      tag: TAG,
      summary: 'Puts a conversation out of sight until a time, or until the customer writes.',
      body: Snooze,
      answer: Snooze,
      async handle(call) {
        await update(call, 'snooze', { until: Date.parse(call.body.until) });
        return call.body;
      },
    }),
    route('put /conversations/:id/tags', {
      tag: TAG,
      summary: 'Sets the tags.',
      body: SetTags,
      answer: z.object({ tags: z.array(z.string()) }),
      handle: (call) => update(call, 'setTags', call.body),
    }),
    route('put /conversations/:id/priority', {
      tag: TAG,
      summary: 'Sets the priority.',
      body: SetPriority,
      answer: SetPriority,
      handle: (call) => update(call, 'setPriority', call.body),
    }),
    route('post /conversations/:id/reminders', {
      tag: TAG,
      summary: 'Adds a reminder, in words ("tomorrow 3pm call co-applicant") or with a time.',
      body: AddReminder,
      answer: ReminderResult,
      status: 201,
      async handle(call) {
        const { text, dueAt, forUserId = null } = call.body;
        if (forUserId !== null && !(await call.inbox.users()).some((user) => user.id === forUserId))
          throw wrongField('forUserId', 'names somebody who does not work here');
        const zone = (await call.inbox.dealership())?.timeZone ?? 'UTC';
        const read = dueAt === undefined ? readReminder(text, zone, Date.now()) : { text, dueAt: Date.parse(dueAt) };
        if (!read) throw wrongField('text', 'has no time in it, such as "tomorrow 3pm" or "in 2 hours"');
        const { reminderId } = await update(call, 'addReminder', { ...read, forUserId });
        return { reminderId, text: read.text, dueAt: new Date(read.dueAt).toISOString() };
      },
    }),
    route('patch /conversations/:id/reminders/:reminderId', {
      tag: TAG,
      summary: 'Marks a reminder as done.',
      body: z.strictObject({ done: z.literal(true) }),
      answer: z.object({ reminderId: z.string() }),
      handle: (call) => update(call, 'completeReminder', { reminderId: call.params['reminderId']! }),
    }),
    route('delete /conversations/:id', {
      tag: TAG,
      summary: 'Deletes a conversation with all that was planned; the next message begins a clean one.',
      role: 'manager',
      async handle(call) {
        await update(call, 'deleteConversation', {});
      },
    }),
    route('post /conversations/:id/restore', {
      tag: TAG,
      summary: 'Brings back what was deleted in the last 30 days; what was planned stays taken back.',
      role: 'manager',
      answer: StatusResult,
      handle: (call) => updateDeleted(call, 'restoreConversation', {}),
    }),
  ];
}
