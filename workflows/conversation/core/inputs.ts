import type {
  CallEnded,
  ContactChanged,
  DeliveryFailed,
  InboundMessage,
  Refusal,
  UpdateArgs,
  UpdateResults,
} from '@leadline/contract/conversation.ts';
import type { AuthorKind } from '@leadline/contract/names.ts';
import type {
  DeliverOutcome,
  DraftResult,
  LoadedConversation,
  ReconcileOutcome,
  WebhookConversation,
  WebhookRule,
} from '@leadline/contract/ports.ts';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import type { DealershipPolicy, Policy } from '@leadline/contract/process.ts';

/** A user's action, by name, with the update id that makes it done once. */
export type UpdateInput = {
  [Name in keyof UpdateArgs]: {
    type: Name;
    id: string;
    args: UpdateArgs[Name];
    /** `selectProcess` only: the process as the shell read it, null when there is none of that id. */
    policy?: Policy | null;
  };
}[keyof UpdateArgs];

/** Everything that can happen to a conversation. */
export type Input =
  | { type: 'started'; start: LoadedConversation['start'] }
  /** A run that goes on from a stored state: what the database says by now. */
  | { type: 'woken'; start: LoadedConversation['start'] }
  | { type: 'inboundMessage'; message: InboundMessage }
  | { type: 'callEnded'; call: CallEnded }
  | { type: 'contactChanged'; change: ContactChanged }
  /** `policy` and `dealership` as the shell read them; undefined: not concerned. */
  | {
      type: 'processPublished';
      processId: string | null;
      requestId: string;
      policy?: Policy | null;
      dealership?: DealershipPolicy;
    }
  | { type: 'deliveryFailed'; report: DeliveryFailed }
  | UpdateInput
  /** Time has come for something on the agenda; `inHand` are the items being worked on. */
  | { type: 'tick'; inHand: readonly string[] }
  | { type: 'draftReady'; itemId: string; result: DraftResult }
  | { type: 'draftFailed'; itemId: string; reason: 'model-unavailable' | 'model-invalid'; detail: string }
  | {
      type: 'deliveryOutcome';
      messageId: string;
      attempt: number;
      author: AuthorKind;
      inbounds: number[];
      outcome: DeliverOutcome;
    }
  | { type: 'reconcileOutcome'; messageId: string; attempt: number; outcome: ReconcileOutcome }
  /** `reason` is a sentence for the dealership's admins. */
  | { type: 'webhookGivenUp'; eventId: string; rule: WebhookRule; reason: string };

/** What the shell is to do once the events are committed. */
export type Effect =
  /** Drafts for an agenda item; the shell ends a draft whose item is no longer there. `step` is of a follow-up. */
  | { type: 'draft'; itemId: string; step: number | null; upTo: number; processVersionId: string; dueAt: number }
  | { type: 'draftForComposer'; updateId: string; step: number | null; processVersionId: string; upTo: number }
  | { type: 'deliver'; messageId: string; attempt: number; author: AuthorKind; inbounds: number[]; expiresAt: number }
  /** The contact's other conversations learn of a change. */
  | { type: 'tellSiblings'; contactId: string; change: ContactChanged }
  /** This run is over; the next input starts another. */
  | { type: 'end' }
  | { type: 'reconcile'; itemId: string; messageId: string; attempt: number }
  /** A system of the dealership learns of a rule's run; `eventId` names that for ever. */
  | {
      type: 'callWebhook';
      eventId: string;
      endpointId: string;
      contactId: string;
      createdAt: number;
      rule: WebhookRule;
      conversation: WebhookConversation;
    };

/** The core's answer to an input. A refusal changes nothing: it comes without events and effects. */
export interface Decided {
  events: ConversationEvent[];
  effects: Effect[];
  refusal: Refusal | null;
  /** The answer to an update; undefined while an effect has still to bring it. */
  result: UpdateResults[keyof UpdateResults] | undefined;
}
