import type { ConversationRow, EventView, MessageView } from './rest.ts';

/**
 * The socket at `/socket.io` (session cookie). The journal is its source; a client that keeps the last cursor is right
 * again after a drop of any length.
 *
 * On connecting, the client asks `resume` with its last cursor, or null for "from now". The server answers with the
 * changes since, as `change` messages before the acknowledgement, or with `reset` where they are too many or too old:
 * then the client reloads what it shows. Changes can come twice: applying one again changes nothing.
 */
export interface Change {
  /** Opaque; keep the last one. */
  cursor: string;
  conversationId: string;
  /** The row as it stands (its `readInboundCount` is null); null when it is gone. */
  row: ConversationRow | null;
  messages: MessageView[];
  events: EventView[];
  /** An event that was pushed before has been replaced: reload this conversation. */
  reload: boolean;
}

export interface ReadChange {
  conversationId: string;
  readInboundCount: number;
}

export interface ServerToClient {
  change: (change: Change) => void;
  /** This user read or marked a conversation in another tab. */
  read: (change: ReadChange) => void;
}

export interface ClientToServer {
  resume: (request: { cursor: string | null }, answer: (result: { cursor: string; reset: boolean }) => void) => void;
}
