import type { EventData } from '@leadline/contract/conversation.ts';
import type { EventView } from '@leadline/contract/rest.ts';

/** Names that the sentences need. */
export interface Names {
  user(id: string | null): string;
  fullUser(id: string): string;
  stage(key: string): string;
}

type LineType = Exclude<keyof EventData, 'messageReceived' | 'replyArmed' | 'deliveryChecked'>;

/** One sentence for an event of the journal; null for one that the thread shows otherwise, or not at all. */
export function sentenceOf(event: EventView, names: Names): string | null {
  const write = SENTENCES[event.type as LineType] as
    ((data: unknown, who: string, names: Names) => string | null) | undefined;
  return write?.(event.data, actorName(event, names), names) ?? null;
}

const SENTENCES: { [T in LineType]: (data: EventData[T], who: string, names: Names) => string | null } = {
  conversationStarted: () => 'Conversation started',
  conversationReopened: ({ from }) => `Reopened by a message (was ${from})`,
  // A decision follows and says why, unless a person answered.
  replyCancelled: ({ reason }, who) =>
    reason === 'person-took-over' ? `${who} took over: Auto Pilot’s reply was dropped` : null,
  decisionMade: ({ outcome, explanation }) =>
    outcome === 'sent' || outcome === 'answeredByPerson' ? null : explanation,
  messageQueued: ({ attempt }, who) => (attempt > 1 ? `${who} sent it again, attempt ${attempt}` : null),
  deliveryUnknown: () => 'Delivery not confirmed: Leadline asks the carrier',
  deliverySettled: ({ status }) =>
    status === 'sent'
      ? 'The carrier confirmed that it had the message'
      : 'The carrier never had the message: it was not sent',
  deliveryFailed: ({ code }) => `Not delivered${code === null ? '' : ` (carrier’s code ${code})`}`,
  answerLost: () => 'Auto Pilot’s answer did not leave, so it is decided anew',
  autopilotSet: ({ on }, who) => `${who} turned Auto Pilot ${on ? 'on' : 'off'}`,
  processSelected: ({ policy }, who) => `${who} chose the process ${policy.processName} v${policy.version}`,
  stageSet: ({ stage, from }, who, names) =>
    `${who} moved the stage from ${names.stage(from)} to ${names.stage(stage)}`,
  assigned: ({ userIds }, who, names) =>
    userIds.length === 0
      ? `${who} removed the assignees`
      : `${who} assigned it to ${userIds.map((id) => names.fullUser(id)).join(', ')}`,
  optedOut: ({ source }) =>
    source === 'keyword' ? 'The customer opted out' : 'The carrier says that the customer opted out',
  optedIn: () => 'The customer asked to hear from us again',
  reminderAdded: ({ forUserId, text }, _who, names) =>
    `Reminder for ${forUserId === null ? 'everybody' : names.fullUser(forUserId)}: ${text}`,
};

function actorName({ actor }: EventView, names: Names): string {
  switch (actor.kind) {
    case 'user':
      return names.user(actor.userId ?? null);
    case 'autopilot':
      return 'Auto Pilot';
    case 'customer':
      return 'The customer';
    case 'provider':
      return 'The carrier';
    case 'system':
      return 'Leadline';
  }
}
