/**
 * What a channel does for the rest of Leadline, whichever provider stands behind it. `activities` send and search
 * through it; webhooks are parsed by the channel's own files, because each provider's are its own.
 */
export interface Channel {
  /** Hands one message over. Never retries by itself: what came of a call decides what may follow it. */
  send(message: OutboundMessage): Promise<SendOutcome>;
  /** The provider's messages between these two addresses, made between the instants: for deliveries of which nobody knows. */
  find(search: MessageSearch): Promise<FoundMessage[]>;
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
