/**
 * Statuses of a message. An inbound one is `received`. Of an outbound one the rank only rises;
 * `failed`, `blocked` and `cancelled` are terminal.
 */
export const MESSAGE_STATUSES = [
  'received',
  'queued',
  'sending',
  'unknown',
  'sent',
  'delivered',
  'read',
  'failed',
  'blocked',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

const RANK: Record<MessageStatus, number> = {
  received: 0,
  queued: 1,
  sending: 2,
  unknown: 2,
  sent: 3,
  delivered: 4,
  read: 5,
  failed: 3.5,
  blocked: 6,
};

/**
 * The rank that decides whether a status may follow another: providers' callbacks come late, twice and out of order.
 * `failed` follows `sent` but never `delivered`, and nothing but a delivery follows it.
 */
export function statusRank(status: MessageStatus): number {
  return RANK[status];
}

/** Whether a message that has `from` may take `to`. */
export function mayFollow(from: MessageStatus, to: MessageStatus): boolean {
  return RANK[to] > RANK[from] || (from === 'sending' && to === 'unknown');
}
