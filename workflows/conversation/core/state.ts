import type { Consent, ContactZone, ConversationKey, UpdateResults } from '@leadline/contract/conversation.ts';
import type { AuthorKind, ConversationStatus, Priority } from '@leadline/contract/names.ts';
import { RULES_VERSION } from '@leadline/contract/names.ts';
import type { DealershipPolicy, Policy } from '@leadline/contract/process.ts';

/**
 * All that a conversation's decisions depend on, and no text of any message. Folding the journal gives exactly this.
 * Plain data (it is carried through continue-as-new), bounded in size.
 */
export interface State {
  readonly schema: 1;
  /** The rules that this run decides by, from its beginning to its end. */
  readonly rulesVersion: number;
  readonly key: ConversationKey;
  /** False until the first event: nothing is known of contact and process yet. */
  readonly started: boolean;
  /** Position of the last event; 0 before the first. */
  readonly position: number;
  readonly contactId: string;
  readonly ownerId: string | null;
  readonly assigneeIds: readonly string[];
  readonly status: ConversationStatus;
  readonly stage: string;
  readonly autopilot: boolean;
  readonly policy: Policy | null;
  /** The dealership's hours, rules and targets; null before the first event only. */
  readonly dealership: DealershipPolicy | null;
  readonly zone: ContactZone | null;
  /** Where the lead came from, as the contact's card says. */
  readonly source: string | null;
  readonly consent: Consent;
  readonly optedOut: boolean;
  /** When the customer opted out last, by the provider's clock: what they asked before that counts no more. */
  readonly optedOutAt: number;
  /** Messages up to this position were deleted with the conversation that they were of. */
  readonly deletedUpTo: number;
  /** What was deleted last, as long as it can be brought back. */
  readonly restorable: Restorable | null;
  readonly tags: readonly string[];
  readonly priority: Priority;
  readonly snoozedUntilAt: number | null;
  readonly followUpsOn: boolean;
  /** Where the sequence stands: the next step, and our message from which it waits. Null: the customer wrote last. */
  readonly sequence: { readonly step: number; readonly sinceAt: number } | null;
  readonly followUp: PlannedFollowUp | null;
  /** At most `MAX_SCHEDULED`. */
  readonly scheduled: readonly ScheduledMessage[];
  /** Reminders that are not due yet, at most `MAX_REMINDERS`. */
  readonly reminders: readonly PlannedReminder[];
  readonly sla: {
    readonly target: 'first' | 'next';
    readonly since: number;
    readonly dueAt: number;
    readonly breached: boolean;
    readonly cause: number;
  } | null;
  /** Rules of silence that have run since somebody last wrote. */
  readonly silenceRules: readonly string[];
  /** Rules that led to our latest automatic messages: their failing must not set them off again. */
  readonly ruleMessages: readonly { readonly messageId: string; readonly rules: readonly string[] }[];
  readonly recentChangeIds: readonly string[];
  /** Hashes of what was said and answered, the latest last: a guard against two machines that talk to each other. */
  readonly lastInboundHash: number;
  readonly exchanges: readonly { readonly inbound: number; readonly reply: number }[];
  /** Grows with each take-over by a person; a reply drafted under an older one is never sent. */
  readonly epoch: number;
  /** How many replies have been armed; names the current one and seeds its jitter. */
  readonly burst: number;
  /** The reply that the response window is holding. */
  readonly reply: ArmedReply | null;
  /** Positions of inbound messages without a final decision, oldest first, at most `MAX_UNDECIDED`. */
  readonly undecided: readonly number[];
  /** When the first inbound came that no message of ours has followed. */
  readonly waitingSinceAt: number | null;
  readonly lastInboundAt: number | null;
  readonly lastInboundPosition: number;
  readonly inboundCount: number;
  readonly outboundCount: number;
  readonly lastActivityAt: number;
  readonly lastOutbound: LastOutbound | null;
  /** AI turns since `sinceAt`; starts anew after 24 h. */
  readonly aiTurns: { readonly sinceAt: number; readonly count: number };
  /** Messages of rules since `sinceAt`; starts anew after 24 h. */
  readonly automationSends: { readonly sinceAt: number; readonly count: number };
  /** The model's usual time, a running mean: drafting starts that long before the reply is due. */
  readonly usualDraftMs: number;
  /** Messages whose delivery nobody has confirmed or denied yet. */
  readonly unknown: readonly UnknownDelivery[];
  /** Latest attempts of messages that failed, newest last, at most `MAX_FAILED`; one that is not `open` is under way again. */
  readonly failed: readonly { readonly messageId: string; readonly attempt: number; readonly open: boolean }[];
  /** Last report of the provider that our account may not send. */
  readonly accountProblem: { readonly code: string; readonly at: number } | null;
  /** The provider says that the customer's number takes no texts; forgotten when they write from it. */
  readonly badNumber: { readonly code: string; readonly at: number } | null;
  /** Provider ids of the latest inbound messages, for deduplication; the database's unique index stands behind it. */
  readonly recentProviderIds: readonly string[];
  /** Answers of the latest updates that made something: one that a client repeats in a later run is answered, not done again. */
  readonly recentUpdates: readonly RecentUpdate[];
}

export interface ArmedReply {
  readonly burst: number;
  readonly epoch: number;
  /** When this burst's window opened: the minimum and maximum count from here. */
  readonly openedAt: number;
  readonly dueAt: number;
  /** When drafting starts, so that the reply leaves at `dueAt`. */
  readonly draftAt: number;
  /** The inbound position up to which the reply answers. */
  readonly upTo: number;
  /** Position of the event that armed it. */
  readonly cause: number;
  /** A person chose its time. */
  readonly byPerson?: true;
}

export interface PlannedFollowUp {
  readonly step: number;
  readonly dueAt: number;
  readonly draftAt: number;
  readonly epoch: number;
  /** Position of the event that planned it. */
  readonly cause: number;
  /** A person chose its time. */
  readonly byPerson?: true;
}

export interface ScheduledMessage {
  readonly scheduledId: string;
  readonly at: number;
  readonly userId: string;
  readonly cancelIfTheyReply: boolean;
  /** Position of the event that scheduled it or changed it last. */
  readonly cause: number;
}

/** How a conversation stood when it was deleted. */
export interface Restorable extends Pick<
  State,
  | 'deletedUpTo'
  | 'stage'
  | 'ownerId'
  | 'assigneeIds'
  | 'tags'
  | 'priority'
  | 'autopilot'
  | 'followUpsOn'
  | 'policy'
  | 'waitingSinceAt'
  | 'inboundCount'
  | 'outboundCount'
  | 'lastInboundAt'
  | 'lastInboundPosition'
  | 'lastActivityAt'
> {
  /** When it was deleted. */
  readonly at: number;
}

export interface LastOutbound {
  readonly messageId: string;
  readonly author: AuthorKind;
  readonly at: number;
  /** The epoch under which it was sent. */
  readonly epoch: number;
  /** The inbounds that an AI answer answered: they are open again when it is not delivered. */
  readonly inbounds: readonly number[];
}

/** An update that made something, with its answer. */
export type RecentUpdate = {
  [Name in 'sendMessage' | 'scheduleMessage' | 'addReminder']: {
    readonly name: Name;
    readonly updateId: string;
    readonly result: UpdateResults[Name];
  };
}['sendMessage' | 'scheduleMessage' | 'addReminder'];

export interface PlannedReminder {
  readonly reminderId: string;
  /** Null: whoever owns the conversation then. */
  readonly forUserId: string | null;
  readonly dueAt: number;
  /** Position of the event that added it. */
  readonly cause: number;
}

export interface UnknownDelivery {
  readonly messageId: string;
  readonly attempt: number;
  readonly author: AuthorKind;
  readonly sentAt: number;
  readonly tries: number;
  /** Inbounds that the message answered: they are decided anew when it never left. */
  readonly inbounds: readonly number[];
}

/** Bounds that keep a state small however long its conversation lives. */
export const MAX_UNDECIDED = 100;
export const MAX_FAILED = 20;
export const MAX_RECENT_PROVIDER_IDS = 200;
export const MAX_RECENT_UPDATES = 32;
export const MAX_SCHEDULED = 20;
export const MAX_REMINDERS = 50;
export const MAX_TAGS = 20;
export const MAX_RULE_MESSAGES = 20;
export const MAX_EXCHANGES = 10;

/** The model's time before anything is known of it. */
const FIRST_GUESS_DRAFT_MS = 2_500;

/** A conversation of which nothing is known but its key. */
export function emptyState(key: ConversationKey): State {
  return {
    schema: 1,
    rulesVersion: RULES_VERSION,
    key,
    started: false,
    position: 0,
    contactId: '',
    ownerId: null,
    assigneeIds: [],
    status: 'new',
    stage: '',
    autopilot: false,
    policy: null,
    dealership: null,
    zone: null,
    source: null,
    consent: 'none',
    optedOut: false,
    optedOutAt: 0,
    deletedUpTo: 0,
    restorable: null,
    tags: [],
    priority: 'none',
    snoozedUntilAt: null,
    followUpsOn: false,
    sequence: null,
    followUp: null,
    scheduled: [],
    reminders: [],
    sla: null,
    silenceRules: [],
    ruleMessages: [],
    recentChangeIds: [],
    lastInboundHash: 0,
    exchanges: [],
    epoch: 0,
    burst: 0,
    reply: null,
    undecided: [],
    waitingSinceAt: null,
    lastInboundAt: null,
    lastInboundPosition: 0,
    inboundCount: 0,
    outboundCount: 0,
    lastActivityAt: 0,
    lastOutbound: null,
    aiTurns: { sinceAt: 0, count: 0 },
    automationSends: { sinceAt: 0, count: 0 },
    usualDraftMs: FIRST_GUESS_DRAFT_MS,
    unknown: [],
    failed: [],
    accountProblem: null,
    badNumber: null,
    recentProviderIds: [],
    recentUpdates: [],
  };
}
