import type { ConversationKey } from '@leadline/contract/conversation.ts';
import type { AuthorKind, ConversationStatus } from '@leadline/contract/names.ts';
import type { Policy } from '@leadline/contract/process.ts';

/**
 * All that a conversation's decisions depend on, and no text of any message. Folding the journal gives exactly this.
 * Plain data (it is carried through continue-as-new), bounded in size.
 */
export interface State {
  readonly schema: 1;
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
  readonly optedOut: boolean;
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
  readonly lastActivityAt: number;
  readonly lastOutbound: { readonly messageId: string; readonly author: AuthorKind; readonly at: number } | null;
  /** AI turns since `sinceAt`; starts anew after 24 h. */
  readonly aiTurns: { readonly sinceAt: number; readonly count: number };
  /** The model's usual time, a running mean: drafting starts that long before the reply is due. */
  readonly usualDraftMs: number;
  /** Messages whose delivery nobody has confirmed or denied yet. */
  readonly unknown: readonly UnknownDelivery[];
  /** Messages that failed and can be sent again, newest last, at most `MAX_FAILED`. */
  readonly failed: readonly { readonly messageId: string; readonly attempt: number }[];
  /** Last report of the provider that our account may not send. */
  readonly accountProblem: { readonly code: string; readonly at: number } | null;
  /** Provider ids of the latest inbound messages, for deduplication; the database's unique index stands behind it. */
  readonly recentProviderIds: readonly string[];
  /** The latest sends by update id: an update that a client repeats in a later run is answered, not done again. */
  readonly recentSends: readonly { readonly updateId: string; readonly messageId: string }[];
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
export const MAX_RECENT_PROVIDER_IDS = 256;
export const MAX_RECENT_SENDS = 32;

/** The model's time before anything is known of it. */
const FIRST_GUESS_DRAFT_MS = 2_500;

/** A conversation of which nothing is known but its key. */
export function emptyState(key: ConversationKey): State {
  return {
    schema: 1,
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
    optedOut: false,
    epoch: 0,
    burst: 0,
    reply: null,
    undecided: [],
    waitingSinceAt: null,
    lastInboundAt: null,
    lastInboundPosition: 0,
    inboundCount: 0,
    lastActivityAt: 0,
    lastOutbound: null,
    aiTurns: { sinceAt: 0, count: 0 },
    usualDraftMs: FIRST_GUESS_DRAFT_MS,
    unknown: [],
    failed: [],
    accountProblem: null,
    recentProviderIds: [],
    recentSends: [],
  };
}
