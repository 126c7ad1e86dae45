import type { Policy } from '@leadline/contract/process.ts';
import type { State } from './state.ts';

/** Bounds of the time that drafting starts before a reply is due. */
const MIN_LEAD_MS = 500;
const MAX_LEAD_MS = 8_000;

/** When the armed reply is due, and when its drafting starts. */
export interface Window {
  dueAt: number;
  draftAt: number;
}

/**
 * The response window after a message at `now`:
 * clamp(now + quiet × (1 + jitter), opened + min, opened + max), where `openedAt` is when this burst's window opened.
 */
export function responseWindow(state: State, policy: Policy, burst: number, openedAt: number, now: number): Window {
  const { quietMs, minMs, maxMs, jitter } = policy.window;
  const wanted = now + quietMs * (1 + jitter * fractionOf(`${state.key.conversationId}:${burst}`));
  const dueAt = Math.round(Math.max(now, Math.min(Math.max(wanted, openedAt + minMs), openedAt + maxMs)));
  const leadMs = Math.min(Math.max(state.usualDraftMs * 1.3, MIN_LEAD_MS), MAX_LEAD_MS);
  return { dueAt, draftAt: Math.max(now, Math.round(dueAt - leadMs)) };
}

/** A number in [0, 1) that only depends on the text (FNV-1a), so that a preview and a replay agree on the jitter. */
export function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}
