import { inject, Service } from '@angular/core';
import {
  AutopilotResult,
  DraftView,
  MessageView,
  type AgendaItemView,
  type ConversationRow,
} from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';
import { Api } from '../core/api.ts';
import { Session } from '../core/session.ts';
import { clockTime } from '../core/times.ts';
import { Toasts } from '../core/toasts.ts';
import { ListStore } from './list/listStore.ts';
import { Rows } from './rows.ts';

const Anything = z.unknown();

/**
 * What a person does to a conversation. Each shows its effect at once, takes it back when the server refuses, and says
 * why. The server's own row follows by the socket.
 */
@Service()
export class Actions {
  private readonly api = inject(Api);
  private readonly rows = inject(Rows);
  private readonly list = inject(ListStore);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);

  async setStage(row: ConversationRow, stage: string): Promise<void> {
    if (row.stage === stage) return;
    await this.change(row, { stage }, () =>
      this.api.send('PUT', `/conversations/${row.id}/stage`, { stage }, Anything),
    );
  }

  async selectProcess(row: ConversationRow, processId: string): Promise<void> {
    if (row.processId === processId) return;
    await this.change(row, { processId }, () =>
      this.api.send('PUT', `/conversations/${row.id}/process`, { processId }, Anything),
    );
  }

  /** The first is the owner. Assigning somebody else drops a pending AI reply. False when it failed. */
  async assign(row: ConversationRow, userIds: string[]): Promise<boolean> {
    const change = { ownerId: userIds[0] ?? null, assigneeIds: userIds };
    const done = await this.change(row, change, () =>
      this.api.send('PUT', `/conversations/${row.id}/assignees`, { userIds, takeOver: true }, Anything),
    );
    return done !== null;
  }

  /** Makes the reader the owner. */
  async assignToMe(row: ConversationRow): Promise<void> {
    const me = this.session.userId();
    if (row.ownerId === me) return this.toasts.say('This conversation is yours already.');
    if (await this.assign(row, [me, ...row.assigneeIds.filter((id) => id !== me)])) this.toasts.say('Assigned to you.');
  }

  async setAutopilot(row: ConversationRow, on: boolean): Promise<void> {
    const result = await this.change(row, { autopilot: on, ...(!on && { agenda: withoutReply(row.agenda) }) }, () =>
      this.api.send('PUT', `/conversations/${row.id}/autopilot`, { on }, AutopilotResult),
    );
    if (result)
      this.toasts.offer(
        autopilotSentence(result.answer),
        'Undo',
        () => void this.setAutopilot({ ...row, autopilot: on }, !on),
      );
  }

  /** Runs an item of the agenda now. */
  async actNow(row: ConversationRow, item: AgendaItemView): Promise<void> {
    const agenda = row.agenda.map((one) =>
      one.id === item.id ? { ...one, at: new Date().toISOString(), phase: 'drafting' as const } : one,
    );
    await this.change(row, { agenda }, () =>
      this.api.send('POST', `/conversations/${row.id}/agenda/${item.id}/run`, {}, Anything),
    );
  }

  async cancelItem(row: ConversationRow, item: AgendaItemView): Promise<void> {
    const agenda = row.agenda.filter((one) => one.id !== item.id);
    const done = await this.change(row, { agenda }, () =>
      this.api.send('DELETE', `/conversations/${row.id}/agenda/${item.id}`, undefined, Anything),
    );
    if (done) this.toasts.say('Cancelled. A person answers this one.');
  }

  /** Sends a failed message again, as a new attempt. */
  async retryMessage(message: MessageView): Promise<void> {
    try {
      await this.api.send(
        'POST',
        `/conversations/${message.conversationId}/messages/${message.id}/retry`,
        {},
        Anything,
      );
    } catch (error) {
      this.toasts.fail(error);
    }
  }

  /** Asks for the draft that Auto Pilot would send. Throws `ApiError`. */
  draft(row: ConversationRow): Promise<DraftView> {
    return this.api.send('POST', `/conversations/${row.id}/drafts`, {}, DraftView);
  }

  /** Marks as read up to what is shown. Silent: reading is not an action that one waits for. */
  async markRead(row: ConversationRow): Promise<void> {
    const { id, inboundCount, readInboundCount } = row;
    this.rows.patch(id, { readInboundCount: inboundCount });
    try {
      await this.api.send('PUT', `/conversations/${id}/unread`, { unread: false, inboundCount }, Anything);
      this.list.refreshCounts();
    } catch {
      this.rows.patch(id, { readInboundCount });
    }
  }

  async markUnread(row: ConversationRow): Promise<void> {
    if (row.inboundCount === 0) return this.toasts.say('There is no message of the customer to mark as unread.');
    const change = { readInboundCount: row.inboundCount - 1 };
    const done = await this.change(row, change, () =>
      this.api.send('PUT', `/conversations/${row.id}/unread`, { unread: true }, Anything),
    );
    if (done) this.list.refreshCounts();
  }

  /** Null after a failure, which has been taken back and told. */
  private async change<T>(
    row: ConversationRow,
    change: Partial<ConversationRow>,
    send: () => Promise<T>,
  ): Promise<{ answer: T } | null> {
    const before = this.rows.get(row.id) ?? row;
    this.rows.patch(row.id, change);
    try {
      return { answer: await send() };
    } catch (error) {
      const now: ConversationRow = this.rows.get(row.id) ?? before;
      const stillMine = (Object.keys(change) as (keyof ConversationRow)[]).filter((key) => now[key] === change[key]);
      this.rows.patch(row.id, Object.fromEntries(stillMine.map((key) => [key, before[key]])));
      this.toasts.fail(error);
      return null;
    }
  }
}

/** What the switch did, in a sentence. */
export function autopilotSentence({ on, cancelled, armed, committed }: AutopilotResult): string {
  if (on) return armed ? `Auto Pilot is on and answers at ${clockTime(Date.parse(armed.dueAt))}.` : 'Auto Pilot is on.';
  if (committed) return 'Auto Pilot is off. One reply had left already.';
  return cancelled ? 'Auto Pilot is off. Its pending reply was cancelled: nothing is sent.' : 'Auto Pilot is off.';
}

function withoutReply(agenda: readonly AgendaItemView[]): AgendaItemView[] {
  return agenda.filter((item) => item.kind !== 'autopilotReply');
}
