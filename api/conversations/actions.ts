import * as z from 'zod/mini';
import { AppError } from '@leadline/contract/errors.ts';
import { parseMessageId } from '@leadline/contract/ids.ts';
import {
  AutopilotResult,
  DraftView,
  SelectProcess,
  SendMessage,
  SendMessageResult,
  SetAssignees,
  SetAutopilot,
  SetStage,
} from '@leadline/contract/restActions.ts';
import type { Engine } from '../engine.ts';
import { route, type Route } from '../route.ts';
import { dueIso } from './answers.ts';
import { requireStage, requireUsers } from './belongs.ts';
import { updater, type AnyCall } from './update.ts';

/** A draft costs a call of the model. */
const DRAFTS_PER_MINUTE = 20;
const TAG = 'Actions';

/** What people do in a conversation: each is an update of its workflow, answered once it is committed. */
export function actionRoutes(engine: Pick<Engine, 'update'>): Route[] {
  const update = updater(engine);

  async function messageAnswer(call: AnyCall, messageId: string) {
    const [message] = await call.inbox.messagesById([messageId]);
    if (!message) throw new AppError('unavailable', 'The message was taken, and cannot be shown yet.');
    return { message };
  }

  return [
    route('post /conversations/:id/messages', {
      tag: TAG,
      summary: 'Sends a message; a pending Auto Pilot reply is dropped.',
      body: SendMessage,
      answer: SendMessageResult,
      status: 201,
      async handle(call) {
        const { text, fromDraftId } = call.body;
        const { messageId } = await update(call, 'sendMessage', { text, fromDraftId });
        return messageAnswer(call, messageId);
      },
    }),
    route('post /conversations/:id/messages/:messageId/retry', {
      tag: TAG,
      summary: 'Sends a failed message again.',
      answer: SendMessageResult,
      async handle(call) {
        const messageId = call.params['messageId']!;
        if (parseMessageId(messageId)?.conversationId !== call.params['id'])
          throw new AppError('not-found', 'There is no such message in this conversation.');
        await update(call, 'retryMessage', { messageId });
        return messageAnswer(call, messageId);
      },
    }),
    route('post /conversations/:id/drafts', {
      tag: TAG,
      summary: 'Drafts the reply that Auto Pilot would send; sends nothing.',
      answer: DraftView,
      status: 201,
      perMinute: DRAFTS_PER_MINUTE,
      handle: (call) => update(call, 'generateReply', {}),
    }),
    route('put /conversations/:id/autopilot', {
      tag: TAG,
      summary: 'Turns Auto Pilot on or off, and says what that armed or cancelled.',
      body: SetAutopilot,
      answer: AutopilotResult,
      async handle(call) {
        const { on, cancelled, armed, committed } = await update(call, 'setAutopilot', call.body);
        return { on, cancelled: dueIso(cancelled), armed: dueIso(armed), committed };
      },
    }),
    route('put /conversations/:id/process', {
      tag: TAG,
      summary: 'Selects the process (agent) that answers here.',
      body: SelectProcess,
      answer: z.object({ processId: z.string(), versionId: z.string() }),
      handle: (call) => update(call, 'selectProcess', call.body),
    }),
    route('put /conversations/:id/stage', {
      tag: TAG,
      summary: 'Sets the pipeline stage.',
      body: SetStage,
      answer: SetStage,
      async handle(call) {
        await requireStage(call.inbox, call.body.stage);
        return update(call, 'setStage', call.body);
      },
    }),
    route('put /conversations/:id/assignees', {
      tag: TAG,
      summary: 'Sets the assignees; the first is the owner.',
      body: SetAssignees,
      answer: z.object({ ownerId: z.nullable(z.string()), userIds: z.array(z.string()) }),
      async handle(call) {
        const userIds = [...new Set(call.body.userIds)];
        await requireUsers(call.inbox, userIds);
        return update(call, 'assign', { ownerId: userIds[0] ?? null, userIds, takeOver: call.body.takeOver });
      },
    }),
  ];
}
