import { inject, Service } from '@angular/core';
import { MessageView, type ReminderView, type AgendaItemView, type ConversationRow } from '@leadline/contract/rest.ts';
import {
  AutopilotResult,
  DraftView,
  FollowUpsResult,
  ReminderResult,
  ScheduledView,
  ScheduleResult,
  type Schedule,
} from '@leadline/contract/restActions.ts';
import * as z from 'zod/mini';
import type { Priority } from '@leadline/contract/names.ts';
import { Api, pageOf } from '../core/api.ts';
import { Session } from '../core/session.ts';
import { clockTime, exactTime } from '../core/times.ts';
import { Toasts } from '../core/toasts.ts';
import { nameOf, placeOf } from '../core/zones.ts';
import { ListStore } from './list/listStore.ts';
import { Rows } from './rows.ts';

const Anything = z.unknown();

/** A message to be scheduled; `wall` is on the contact's clock. */
type Wanted = Pick<Schedule, 'text' | 'wall' | 'cancelIfTheyReply'>;

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
    if (done) this.toasts.say(CANCELLED[item.kind] ?? 'Cancelled.');
  }

  /** Moves a follow-up to another time. */
  async moveItem(row: ConversationRow, item: AgendaItemView, at: number): Promise<void> {
    const to = new Date(at).toISOString();
    const agenda = row.agenda.map((one) => (one.id === item.id ? { ...one, at: to } : one));
    await this.change(row, { agenda }, () =>
      this.api.send('PUT', `/conversations/${row.id}/agenda/${item.id}`, { at: to }, Anything),
    );
  }

  async setFollowUps(row: ConversationRow, on: boolean): Promise<void> {
    const agenda = on ? row.agenda : row.agenda.filter((item) => item.kind !== 'followUp');
    const result = await this.change(row, { followUps: on, agenda }, () =>
      this.api.send('PUT', `/conversations/${row.id}/followUps`, { on }, FollowUpsResult),
    );
    if (result) this.toasts.say(followUpsSentence(result.answer, row.zone));
  }

  async resolve(row: ConversationRow): Promise<void> {
    const done = await this.change(row, { status: 'resolved' as const, waitingSince: null }, () =>
      this.api.send('POST', `/conversations/${row.id}/resolve`, {}, Anything),
    );
    if (done) this.toasts.offer('Resolved. It opens again when they write.', 'Undo', () => void this.reopen(row));
  }

  async reopen(row: ConversationRow): Promise<void> {
    await this.change(row, { status: 'open' as const, snoozedUntil: null }, () =>
      this.api.send('POST', `/conversations/${row.id}/reopen`, {}, Anything),
    );
  }

  async snooze(row: ConversationRow, at: number): Promise<void> {
    const until = new Date(at).toISOString();
    const done = await this.change(row, { status: 'snoozed' as const, snoozedUntil: until }, () =>
      this.api.send('POST', `/conversations/${row.id}/snooze`, { until }, Anything),
    );
    if (done)
      this.toasts.offer(`Snoozed until ${exactTime(at)}, or until they write.`, 'Undo', () => void this.reopen(row));
  }

  async setTags(row: ConversationRow, tags: string[]): Promise<void> {
    await this.change(row, { tags }, () => this.api.send('PUT', `/conversations/${row.id}/tags`, { tags }, Anything));
  }

  /** Schedules a message for a local time of the contact; false when it was refused. */
  schedule(row: ConversationRow, message: Wanted): Promise<boolean> {
    return this.saveSchedule(row, 'POST', `/conversations/${row.id}/schedule`, message);
  }

  /** Another text or time for a scheduled message; false when it was refused. */
  changeScheduled(row: ConversationRow, scheduledId: string, message: Wanted): Promise<boolean> {
    return this.saveSchedule(row, 'PATCH', `/conversations/${row.id}/schedule/${scheduledId}`, message);
  }

  private async saveSchedule(
    row: ConversationRow,
    method: 'POST' | 'PATCH',
    path: string,
    message: Wanted,
  ): Promise<boolean> {
    const zone = nameOf(row.zone);
    const result = await this.change(row, {}, () => this.api.send(method, path, { ...message, zone }, ScheduleResult));
    if (result) {
      const { at, clock } = result.answer;
      this.toasts.say(`Scheduled for ${exactTime(Date.parse(at), zone)}.${CLOCK_NOTES[clock]}`);
    }
    return result !== null;
  }

  /** The scheduled messages with their texts. Throws `ApiError`. */
  async scheduled(row: ConversationRow): Promise<ScheduledView[]> {
    return (await this.api.get(`/conversations/${row.id}/schedule`, pageOf(ScheduledView))).items;
  }

  async setPriority(row: ConversationRow, priority: Priority): Promise<void> {
    if (row.priority !== priority)
      await this.change(row, { priority }, () =>
        this.api.send('PUT', `/conversations/${row.id}/priority`, { priority }, Anything),
      );
  }

  /** In words, such as "tomorrow 3pm call co-applicant"; false when it was refused. */
  async addReminder(row: ConversationRow, text: string): Promise<boolean> {
    const result = await this.change(row, {}, () =>
      this.api.send('POST', `/conversations/${row.id}/reminders`, { text }, ReminderResult),
    );
    if (result) this.toasts.say(`Reminder for ${exactTime(Date.parse(result.answer.dueAt))}: ${result.answer.text}`);
    return result !== null;
  }

  async completeReminder(reminder: ReminderView): Promise<void> {
    try {
      await this.api.send(
        'PATCH',
        `/conversations/${reminder.conversationId}/reminders/${reminder.id}`,
        { done: true },
        Anything,
      );
    } catch (error) {
      this.toasts.fail(error);
    }
  }

  /** False when it was refused. */
  async deleteConversation(row: ConversationRow): Promise<boolean> {
    try {
      await this.api.send('DELETE', `/conversations/${row.id}`, undefined, Anything);
      this.toasts.offer('Deleted. Their next message begins a new conversation.', 'Undo', () => void this.restore(row));
      return true;
    } catch (error) {
      this.toasts.fail(error);
      return false;
    }
  }

  private async restore(row: ConversationRow): Promise<void> {
    try {
      await this.api.send('POST', `/conversations/${row.id}/restore`, {}, Anything);
      this.toasts.say('It is there again. What had been planned stays cancelled.');
    } catch (error) {
      this.toasts.fail(error);
    }
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

const CANCELLED: Partial<Record<AgendaItemView['kind'], string>> = {
  autopilotReply: 'Cancelled. A person answers this one.',
  followUp: 'Skipped.',
  reminder: 'Done.',
};

/** Around the changes of summer time, a local time can be missing or come twice. */
const CLOCK_NOTES: Record<ScheduleResult['clock'], string> = {
  exact: '',
  skipped: ' The clocks skip the time that you chose.',
  repeated: ' The clocks show that time twice; it is the first.',
};

/** What the switch of the follow-ups did, in a sentence. */
export function followUpsSentence({ on, cancelled, planned }: FollowUpsResult, zone: string | null = null): string {
  if (!on) return cancelled ? 'Follow-ups are off. The planned one was cancelled.' : 'Follow-ups are off.';
  return planned
    ? `Follow-ups are on. The next one leaves ${exactTime(Date.parse(planned.dueAt), zone)}${zone === null ? '' : ` in ${placeOf(zone)}`}.`
    : 'Follow-ups are on.';
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
