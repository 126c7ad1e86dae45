import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { SimulatedMessage } from '@leadline/contract/simulator.ts';

/** A message at the simulated provider, with what its interface shows of it. */
export interface ProviderMessage {
  sid: string;
  from: string;
  to: string;
  body: string;
  direction: 'inbound' | 'outbound-api';
  status: string;
  errorCode: number | null;
  messagingServiceSid: string | null;
  statusCallback: string | null;
  createdAt: Date;
}

/** Enough for a long demo and for tests; the oldest go first. */
const MOST_MESSAGES = 20_000;

/** All messages that the simulated provider knows, in memory. Emits `message` for each that is new or has changed. */
export class ProviderMessages extends EventEmitter<{ message: [SimulatedMessage] }> {
  private readonly messages = new Map<string, ProviderMessage>();
  /** Pairs "our number|customer's number" that are blocked since the customer texted STOP. */
  private readonly blocked = new Set<string>();

  /** Stamps the message by a clock that is ahead by so much. */
  add(message: Omit<ProviderMessage, 'sid' | 'createdAt' | 'errorCode'>, clockSkewMs: number): ProviderMessage {
    const sid = `SM${randomBytes(16).toString('hex')}`;
    const added = { ...message, sid, createdAt: new Date(Date.now() + clockSkewMs), errorCode: null };
    this.messages.set(added.sid, added);
    if (this.messages.size > MOST_MESSAGES) this.messages.delete(this.messages.keys().next().value!);
    this.emit('message', viewOf(added));
    return added;
  }

  setStatus(message: ProviderMessage, status: string, errorCode: number | null = null): void {
    message.status = status;
    message.errorCode = errorCode;
    this.emit('message', viewOf(message));
  }

  get(sid: string): ProviderMessage | undefined {
    return this.messages.get(sid);
  }

  /** Newest first, as Twilio lists them. */
  list(): ProviderMessage[] {
    return [...this.messages.values()].reverse();
  }

  noteKeyword(customer: string, number: string, body: string): void {
    const word = body.trim().toUpperCase();
    if (BLOCKING.has(word)) this.blocked.add(`${number}|${customer}`);
    if (UNBLOCKING.has(word)) this.blocked.delete(`${number}|${customer}`);
  }

  isBlocked(customer: string, number: string): boolean {
    return this.blocked.has(`${number}|${customer}`);
  }

  clear(): void {
    this.messages.clear();
    this.blocked.clear();
  }
}

const BLOCKING = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const UNBLOCKING = new Set(['START', 'YES', 'UNSTOP']);

/** A message as the simulated phones show it. */
export function viewOf(message: ProviderMessage): SimulatedMessage {
  const { sid, from, to, body, direction, status, createdAt } = message;
  return {
    sid,
    from,
    to,
    body,
    direction: direction === 'inbound' ? 'fromPhone' : 'toPhone',
    status,
    at: createdAt.toISOString(),
  };
}
