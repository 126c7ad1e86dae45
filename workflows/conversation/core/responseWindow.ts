import type { Policy } from '@leadline/contract/process.ts';
import { nextClosed, nextOpen, nextOutside } from './clock.ts';
import { isFresh } from './gates.ts';
import type { State } from './state.ts';
import { hashOf } from './textHash.ts';

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
  const clamped = Math.round(Math.max(now, Math.min(Math.max(wanted, openedAt + minMs), openedAt + maxMs)));
  const dueAt = withinHours(state, policy, clamped);
  return { dueAt, draftAt: draftStart(state, dueAt, now) };
}

/** When drafting starts so that the message leaves at `dueAt`: the model's usual time before it. */
export function draftStart(state: State, dueAt: number, now: number): number {
  const leadMs = Math.min(Math.max(state.usualDraftMs * 1.3, MIN_LEAD_MS), MAX_LEAD_MS);
  return Math.max(now, Math.round(dueAt - leadMs));
}

/** A number in [0, 1) that only depends on the text, so that a preview and a replay agree on the jitter. */
function fractionOf(text: string): number {
  return hashOf(text) / 2 ** 32;
}

/** The instant from `dueAt` on at which this process answers: by the dealership's business hours, and the contact's quiet hours. */
function withinHours(state: State, { window }: Policy, dueAt: number): number {
  const { dealership, zone } = state;
  if (!dealership) return dueAt;
  const { businessHours, quietHours } = dealership;
  let at = dueAt;
  if (window.hours === 'inside') at = nextOpen(businessHours, dealership.zone, at);
  if (window.hours === 'outside') at = nextClosed(businessHours, dealership.zone, at);
  const isExempt = window.quietHoursExempt && isFresh(state, at);
  if (!isExempt && quietHours) at = nextOutside(quietHours, zone?.table ?? dealership.zone, at);
  return at;
}
