import { plan } from '@leadline/workflows/conversation/core/agenda.ts';
import type { UpdateInput } from '@leadline/workflows/conversation/core/inputs.ts';
import { POLICY, ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import type { State } from '@leadline/workflows/conversation/core/state.ts';
import type { Step } from './steps.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** An update as a person's click brings it; `id` where it repeats an earlier one. */
export interface PersonsUpdate {
  type: UpdateInput['type'];
  args: object;
  id?: string | undefined;
  extra?: object;
}

function update(type: UpdateInput['type'], args: object, id?: string, extra: object = {}): PersonsUpdate {
  return { type, args, id, extra };
}

/** What a person does in a step; null where the step is of something else. */
export function whatPersonDoes({ action, at }: Step, state: State, now: number): PersonsUpdate | null {
  const some = <T>(items: readonly T[]): T | undefined => items[Math.floor(at * items.length)];
  switch (action) {
    case 'personSends':
      return update('sendMessage', { text: 'Hello', fromDraftId: null });
    case 'personRepeats':
      return update(
        'sendMessage',
        { text: 'Hello', fromDraftId: null },
        state.recentUpdates.findLast((one) => one.name === 'sendMessage')?.updateId,
      );
    case 'takeOver':
      return update('assign', {
        ownerId: `u${Math.floor(at * 4)}`,
        userIds: [`u${Math.floor(at * 4)}`],
        takeOver: at < 0.7,
      });
    case 'autopilot':
      return update('setAutopilot', { on: at < 0.6 });
    case 'followUps':
      return update('setFollowUps', { on: at < 0.6 });
    case 'process': {
      const version = Math.floor(at * 3);
      const hours = (['always', 'inside', 'outside'] as const)[version]!;
      const policy = {
        ...POLICY,
        versionId: `v${version}`,
        window: { ...POLICY.window, hours, quietHoursExempt: version === 0 },
      };
      return update('selectProcess', { processId: 'p1' }, undefined, { policy });
    }
    case 'stage':
      return update('setStage', { stage: ['new', 'engaged', 'sold'][Math.floor(at * 3)]! });
    case 'tags':
      return at < 0.6
        ? update('setTags', { tags: at < 0.3 ? [] : [`t${Math.floor(at * 5)}`] })
        : update('changeTags', { add: [`t${Math.floor(at * 25)}`], remove: [`t${Math.floor(at * 5)}`] });
    case 'schedule':
      return update('scheduleMessage', scheduled(at, now));
    case 'changeSchedule':
      return update('changeScheduled', {
        ...scheduled(at, now),
        scheduledId: some(state.scheduled)?.scheduledId ?? 'none',
      });
    case 'remind':
      return update('addReminder', { text: 'call', dueAt: now + at * 3 * DAY, forUserId: null });
    case 'snooze':
      return update('snooze', { until: now + at * 2 * DAY });
    case 'resolve':
      return update('resolve', {});
    case 'reopen':
      return update('reopen', {});
    case 'actNow':
      return update('actNow', { itemId: some(plan(state))?.item.id ?? 'none' });
    case 'cancelItem':
      return update('cancelAgendaItem', { itemId: some(plan(state))?.item.id ?? 'none' });
    case 'moveItem':
      return update('moveAgendaItem', {
        itemId: plan(state).find(({ item }) => item.kind === 'followUp')?.item.id ?? 'none',
        at: now + at * DAY,
      });
    case 'retry':
      return update('retryMessage', { messageId: some(state.failed)?.messageId ?? 'none' });
    case 'sparkle':
      return update('generateReply', {});
    case 'restore':
      return update('restoreConversation', {});
    default:
      return null;
  }
}

function scheduled(at: number, now: number) {
  const wall = new Date(now - 6 * HOUR + at * 10 * DAY).toISOString().slice(0, 16);
  return { text: 'Later', wall, zone: ZONE, cancelIfTheyReply: at < 0.5 };
}
