import type { InboundMessage } from '@leadline/contract/conversation.ts';
import type { MessageStatus } from '@leadline/contract/messageStatus.ts';

/**
 * What a channel does for the rest of Leadline, whichever provider stands behind it. `activities` send and search
 * through it; webhooks are parsed by the channel's own files, because each provider's are its own.
 */
export interface Channel {
  /** Hands one message over. Never retries by itself: what came of a call decides what may follow it. */
  send(message: OutboundMessage): Promise<SendOutcome>;
  /** The provider's messages between these two addresses, made between the instants: for deliveries of which nobody knows. */
  find(search: MessageSearch): Promise<FoundMessage[]>;
  /** A page of the provider's messages to or from an address of ours, the newest first: for what no webhook has brought. */
  list(listing: MessageListing): Promise<ListedPage>;
  /** The media that came with a message. */
  mediaOf(providerMessageId: string): Promise<InboundMessage['media']>;
}

export interface OutboundMessage {
  /** Our id and attempt: planted where the provider gives them back. */
  messageId: string;
  attempt: number;
  from: string;
  to: string;
  text: string;
  /** The provider drops the message when it could not hand it over in this time. */
  validityMs: number;
}

export type SendOutcome =
  /** The provider has it, under this id. */
  | { outcome: 'accepted'; providerMessageId: string }
  /** The provider says no, for good. */
  | { outcome: 'refused'; code: string | null; message: string }
  /** It has certainly not been taken (rate limit, no connection): it may be tried again. */
  | { outcome: 'notSent'; reason: string }
  /** It may have been taken (time-out, reset, server error): it must not be sent again blindly. */
  | { outcome: 'ambiguous'; reason: string };

export interface MessageSearch {
  from: string;
  to: string;
  fromAt: number;
  untilAt: number;
}

export interface FoundMessage {
  providerMessageId: string;
  text: string;
  createdAt: number;
}

export interface MessageListing {
  /** Our own address. */
  address: string;
  direction: 'inbound' | 'outbound';
  /** Messages made from this instant to right before the other, by the provider's clock. */
  fromAt: number;
  untilAt: number;
  /** Where the page begins, as the page before it said; null: at the newest. */
  cursor: string | null;
  limit: number;
}

export interface ListedPage {
  /** May be fewer than were asked for, or none, although there is a next page: providers filter coarsely. */
  messages: ListedMessage[];
  next: string | null;
}

export interface ListedMessage {
  providerMessageId: string;
  from: string;
  to: string;
  text: string;
  mediaCount: number;
  createdAt: number;
  /** What became of a message of ours; null for a status that Leadline does not know. */
  status: MessageStatus | null;
  errorCode: string | null;
}
