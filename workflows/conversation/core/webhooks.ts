import { webhookEventId } from '@leadline/contract/ids.ts';
import type { WebhookRule } from '@leadline/contract/ports.ts';
import type { Rule } from '@leadline/contract/rules.ts';
import type { Recorder } from './recorder.ts';

/** A rule's run, at `ranAt`, tells a system of the dealership. The run's log says so; that it arrived is no news. */
export function callWebhook(rec: Recorder, endpointId: string, rule: Rule, ranAt: number): void {
  const { key, contactId, stage, status, ownerId, tags } = rec.state;
  rec.effect({
    type: 'callWebhook',
    eventId: webhookEventId(key.conversationId, ranAt, endpointId),
    endpointId,
    contactId,
    createdAt: rec.now,
    rule: { id: rule.id, name: rule.name },
    conversation: { stage, status, ownerId, tags: [...tags] },
  });
}

/** The receiver did not take it and is not asked again: the admins are told. */
export function onWebhookGivenUp(rec: Recorder, { rule, reason }: { rule: WebhookRule; reason: string }): void {
  // Of a conversation that was deleted meanwhile nobody is told anything.
  if (!rec.state.started) return;
  const text = `The automation “${rule.name}” could not call its webhook. ${reason}`;
  rec.emit('userNotified', { forUserId: null, text }, { kind: 'automation', ruleId: rule.id });
}
