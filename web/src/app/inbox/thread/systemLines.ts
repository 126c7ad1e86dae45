import type { EventData, FollowUpEnd, WallClock } from '@leadline/contract/conversation.ts';
import type { EventView } from '@leadline/contract/rest.ts';
import { exactTime } from '../../core/times.ts';
import { placeOf } from '../../core/zones.ts';

/** Names that the sentences need. */
export interface Names {
  user(id: string | null): string;
  fullUser(id: string): string;
  stage(key: string): string;
}

/** What the thread shows otherwise (messages, Next) or what no person needs to read. */
type NotShown =
  | 'messageReceived'
  | 'replyArmed'
  | 'deliveryChecked'
  | 'followUpPlanned'
  | 'slaStarted'
  | 'conversationWoken'
  | 'contactChanged'
  | 'dealershipChanged'
  | 'scheduledDeferred'
  | 'conversationDeleted';
type LineType = Exclude<keyof EventData, NotShown>;

/** One sentence for an event of the journal; null for one that the thread shows otherwise, or not at all. */
export function sentenceOf(event: EventView, names: Names): string | null {
  const write = SENTENCES[event.type as LineType] as
    ((data: unknown, who: string, names: Names) => string | null) | undefined;
  return write?.(event.data, actorName(event, names), names) ?? null;
}

const SENTENCES: { [T in LineType]: (data: EventData[T], who: string, names: Names) => string | null } = {
  conversationStarted: () => 'Conversation started',
  conversationReopened: ({ from, reason }, who) =>
    reason === 'person'
      ? `${who} opened it again (was ${from})`
      : reason === 'snooze-over'
        ? 'Back from snooze'
        : `Reopened by a message (was ${from})`,
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
  optedOut: ({ source }) => OPT_OUTS[source],
  optedIn: () => 'The customer asked to hear from us again',
  reminderAdded: ({ forUserId, text }, _who, names) => `Reminder for ${person(forUserId, names)}: ${text}`,
  reminderDue: () => null,
  reminderCompleted: (_data, who) => `${who} marked a reminder as done`,
  followUpsSet: ({ on }, who) => `${who} turned follow-ups ${on ? 'on' : 'off'}`,
  followUpCancelled: ({ step, reason }, who) => {
    const why = reason === 'skipped' ? `${who} skipped it` : FOLLOW_UP_ENDS[reason];
    return why === null ? null : `Follow-up ${step + 1} is not sent: ${why}`;
  },
  messageScheduled: ({ wall, zone, clock }, who) =>
    `${who} scheduled a message for ${wallIn(wall, zone)}${clockNote(clock)}`,
  scheduledChanged: ({ wall, zone, clock }, who) =>
    `${who} changed a scheduled message; it goes out at ${wallIn(wall, zone)}${clockNote(clock)}`,
  scheduledCancelled: ({ reason }, who) =>
    `A scheduled message is not sent: ${reason === 'person' ? `${who} cancelled it` : SCHEDULE_ENDS[reason]}`,
  tagsSet: ({ tags }, who) =>
    tags.length === 0 ? `${who} removed the tags` : `${who} set the tags: ${tags.join(', ')}`,
  prioritySet: ({ priority }, who) => `${who} set the priority: ${priority}`,
  conversationRestored: (_data, who) => `${who} brought it back after it was deleted`,
  resolved: (_data, who) => `${who} resolved it`,
  snoozed: ({ until }, who) => `${who} snoozed it until ${exactTime(until)}`,
  callEnded: ({ outcome, durationMs }) =>
    outcome === 'answered'
      ? `A call of ${Math.max(1, Math.round(durationMs / 60_000))} min ended`
      : `A call was ${outcome}`,
  slaMet: ({ late }) => (late ? 'Answered, later than our target' : null),
  slaBreached: ({ target }) =>
    `The ${target === 'first' ? 'first response' : 'response'} is late: our target has passed`,
  // What it did has lines of its own, which name it.
  ruleRan: () => null,
  ruleStopped: ({ name, depth }) => `Rule “${name}” was stopped: ${depth} rules had set each other off`,
  userNotified: ({ forUserId, text }, _who, names) => `For ${person(forUserId, names)}: ${text}`,
};

const OPT_OUTS: Record<EventData['optedOut']['source'], string> = {
  keyword: 'The customer opted out',
  words: 'The customer asked in their own words not to be written to',
  model: 'The customer asked in their own words not to be written to',
  provider: 'The carrier says that the customer opted out',
  contact: 'The customer opted out in another conversation',
};

const FOLLOW_UP_ENDS: Record<Exclude<FollowUpEnd, 'skipped'>, string | null> = {
  // A line of its own says these: the message, the switch, the opt-out, the status.
  'customer-replied': null,
  'person-sent': null,
  'turned-off': null,
  'opted-out': null,
  resolved: null,
  deleted: null,
  gate: null,
  'bad-number': 'the carrier says that this number takes no texts',
  stage: 'the stage ends the sequence',
  model: 'the model could not write it',
  'process-changed': 'the process has no such step any more',
  'person-took-over': 'a person took over',
};

const SCHEDULE_ENDS: Record<Exclude<EventData['scheduledCancelled']['reason'], 'person'>, string> = {
  'customer-replied': 'the customer replied',
  'opted-out': 'the customer opted out',
  gate: 'a gate stopped it',
  deleted: 'the conversation was deleted',
};

function person(userId: string | null, names: Names): string {
  return userId === null ? 'everybody' : names.fullUser(userId);
}

/** The local time as it was asked for: the reader's clock has no part in it. */
function wallIn(wall: string, zone: string): string {
  return `${exactTime(Date.parse(`${wall}Z`), 'UTC')} in ${placeOf(zone)}`;
}

/** Around the changes of summer time, a local time can be missing or come twice. */
function clockNote(clock: WallClock): string {
  if (clock === 'skipped') return ', later by the hour that the clocks skip';
  return clock === 'repeated' ? ', the first of the two times that the clocks show it' : '';
}

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
    case 'followUp':
      return 'A follow-up';
    case 'schedule':
      return 'The schedule';
    case 'automation':
      return `Rule “${actor.ruleId ?? ''}”`;
    case 'system':
      return 'Leadline';
  }
}
