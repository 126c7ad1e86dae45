import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { webhookEventId } from '@leadline/contract/ids.ts';
import { WEBHOOK_NOT_TAKEN, type WebhookRequest } from '@leadline/contract/ports.ts';
import type { Rule } from '@leadline/contract/rules.ts';
import { DEALERSHIP, POLICY, START } from '@leadline/workflows/conversation/core/scenario.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import type { Talk } from './talk.ts';
import { startTimeSkipping, type TimeSkippingEngine } from './timeSkipping.ts';

const RULE: Rule = {
  id: 'crm',
  name: 'Tell the CRM',
  enabled: true,
  when: { on: 'stageChanged', to: 'sold' },
  actions: [{ do: 'callWebhook', endpointId: 'e1' }],
};

/** What a rule's webhook does to the rest of a conversation, on the time-skipping server. */
describe.each([100, 2])('a rule’s webhook, with %d conversations in memory', (cached) => {
  let engine: TimeSkippingEngine;
  const store = new FakeStore({ ...START, autopilot: false, dealership: { ...DEALERSHIP, rules: [RULE] } }, [POLICY]);
  const outside = new FakeOutside();
  beforeAll(async () => {
    engine = await startTimeSkipping(store, outside, cached);
  }, 60_000);
  afterAll(() => engine.stop());
  beforeEach(() => {
    outside.webhooks.length = 0;
    outside.onWebhook = async () => ({ outcome: 'delivered' });
  });

  const journal = (talk: Talk): ConversationEvent[] => store.journal(talk.key.conversationId);
  const ran = (talk: Talk) => journal(talk).find((event) => event.type === 'ruleRan');
  const notes = (talk: Talk): string[] =>
    journal(talk).flatMap((event) => (event.type === 'userNotified' ? [event.data.text] : []));
  const notTaken = (nextRetryDelay: number) =>
    ApplicationFailure.create({ message: '“CRM” answered 500.', type: WEBHOOK_NOT_TAKEN, nextRetryDelay });

  it('leaves once its run stands in the journal, once, and a success leaves no event', async () => {
    await engine.talking(async (talk) => {
      let stoodWhenCalled: boolean | undefined;
      outside.onWebhook = async () => {
        stoodWhenCalled = ran(talk) !== undefined;
        return { outcome: 'delivered' };
      };
      await talk.inbound('hi');
      await talk.update('setStage', { stage: 'sold' });
      await engine.env.sleep(60_000);
      const { position } = ran(talk)!;
      const eventId = webhookEventId(talk.key.conversationId, position, 'e1');
      expect(outside.webhooks).toMatchObject([{ eventId, endpointId: 'e1', conversation: { stage: 'sold' } }]);
      expect(stoodWhenCalled).toBe(true);
      expect(journal(talk).at(-1)?.type).toBe('ruleRan');
    });
  }, 30_000);

  it('is tried again with the same id, holds up no message, and is given up in a sentence', async () => {
    await engine.talking(async (talk) => {
      outside.onWebhook = async ({ giveUpAt }: WebhookRequest) => {
        if ((await engine.env.currentTimeMs()) < giveUpAt - 60_000) throw notTaken(120_000);
        return { outcome: 'givenUp', reason: '“CRM” answered 500. It was tried 7 times.' };
      };
      await talk.inbound('hi');
      await talk.update('setStage', { stage: 'sold' });
      await talk.update('sendMessage', { text: 'Hello', fromDraftId: null });
      await engine.env.sleep(30_000);
      expect(talk.sent).toHaveLength(1);
      expect(notes(talk)).toEqual([]);
      await engine.env.sleep(16 * 60_000);
      expect(outside.webhooks.length).toBeGreaterThan(4);
      expect(new Set(outside.webhooks.map((call) => JSON.stringify(call))).size).toBe(1);
      expect(notes(talk)).toEqual([
        'The automation “Tell the CRM” could not call its webhook. “CRM” answered 500. It was tried 7 times.',
      ]);
    });
  }, 30_000);

  it('that fails for ever is given up within 15 minutes all the same', async () => {
    await engine.talking(async (talk) => {
      outside.onWebhook = async () => {
        throw notTaken(30_000);
      };
      await talk.inbound('hi');
      await talk.update('setStage', { stage: 'sold' });
      await engine.env.sleep(15 * 60_000 + 30_000);
      expect(notes(talk)).toEqual(['The automation “Tell the CRM” could not call its webhook. “CRM” answered 500.']);
    });
  }, 30_000);

  it('that hangs does not keep a deleted conversation', async () => {
    await engine.talking(async (talk) => {
      outside.onWebhook = async () => {
        throw notTaken(60_000);
      };
      await talk.inbound('hi');
      await talk.update('setStage', { stage: 'sold' });
      await talk.update('deleteConversation', {});
      await engine.env.sleep(5_000);
      expect((await talk.handle.describe()).status.name).toBe('COMPLETED');
    });
  }, 30_000);
});
