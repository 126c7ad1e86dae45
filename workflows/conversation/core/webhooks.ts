import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { webhookEventId } from '@leadline/contract/ids.ts';
import type { WebhookRule } from '@leadline/contract/ports.ts';
import type { Rule } from '@leadline/contract/rules.ts';
import type { Effect } from './inputs.ts';
import type { Recorder } from './recorder.ts';
import type { State } from './state.ts';

/** A rule's run, at `ranAt`, tells a system of the dealership. The run's log says so; that it arrived is no news. */
export function callWebhook(rec: Recorder, endpointId: string, rule: Rule, ranAt: number): void {
  rec.effect(webhookCall(rec.state, endpointId, rule, ranAt, rec.now));
}

function webhookCall(
  { key, contactId, stage, status, ownerId, tags }: State,
  endpointId: string,
  rule: Rule,
  ranAt: number,
  createdAt: number,
): Extract<Effect, { type: 'callWebhook' }> {
  return {
    type: 'callWebhook',
    eventId: webhookEventId(key.conversationId, ranAt, endpointId),
    endpointId,
    contactId,
    createdAt,
    rule: { id: rule.id, name: rule.name },
    conversation: { stage, status, ownerId, tags: [...tags] },
  };
}

/**
 * The calls of these events that were made since an instant: a task that died after its commit may have left them undone.
 * To ask for one again is safe: one that was delivered or given up is not made again.
 */
export function callsSince(state: State, events: readonly ConversationEvent[], sinceAt: number): Effect[] {
  return events.flatMap((event) => {
    if (event.type !== 'ruleRan' || !event.data.actions.includes('callWebhook') || event.at < sinceAt) return [];
    const rule = state.dealership?.rules.find(({ id }) => id === event.data.ruleId);
    return (rule?.actions ?? []).flatMap((action) =>
      rule && action.do === 'callWebhook'
        ? [webhookCall(state, action.endpointId, rule, event.position, event.at)]
        : [],
    );
  });
}

/** The receiver did not take it and is not asked again: the admins are told. */
export function onWebhookGivenUp(rec: Recorder, { rule, reason }: { rule: WebhookRule; reason: string }): void {
  // Of a conversation that was deleted meanwhile nobody is told anything.
  if (!rec.state.started) return;
  const text = `The automation “${rule.name}” could not call its webhook. ${reason}`;
  rec.emit('userNotified', { forUserId: null, text }, { kind: 'automation', ruleId: rule.id });
}
