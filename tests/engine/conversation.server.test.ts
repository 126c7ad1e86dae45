import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { SIGNALS } from '@leadline/contract/names.ts';
import { POLICY, START } from '@leadline/workflows/conversation/core/scenario.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import type { Talk } from './talk.ts';
import { startTimeSkipping, type TimeSkippingEngine } from './timeSkipping.ts';

/** The conversation's workflow on the time-skipping server: what only a server can tell. */
describe.each([100, 2])('the conversation workflow, with %d conversations in memory', (cached) => {
  let engine: TimeSkippingEngine;
  const store = new FakeStore(START, [POLICY, { ...POLICY, processId: 'p2', versionId: 'p2v1' }]);
  const outside = new FakeOutside();
  beforeAll(async () => {
    engine = await startTimeSkipping(store, outside, cached);
  }, 60_000);
  afterAll(() => engine.stop());
  const talking = (body: (talk: Talk) => Promise<void>): Promise<void> => engine.talking(body);

  it('answers a burst of texts with one reply, when the window closes', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      await engine.env.sleep(4_000);
      await talk.inbound('is the F-150 there?');
      await talk.takenIn();
      expect(await talk.agenda()).toMatchObject([
        { kind: 'autopilotReply', title: 'Auto Pilot answers both messages' },
      ]);
      await engine.env.sleep(20_000);
      expect(talk.sent).toHaveLength(1);
      expect(talk.drafts).toBe(1);
      expect((await talk.state()).undecided).toEqual([]);
    });
  }, 30_000);

  it('takes a message once, however often its signal comes', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi', 'SMsame');
      await Promise.all(Array.from({ length: 20 }, () => talk.inbound('hi', 'SMsame')));
      await talk.takenIn();
      expect((await talk.state()).inboundCount).toBe(1);
    });
  }, 30_000);

  it('cancels for certain when Auto Pilot is turned off, and arms at once when it is turned on', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      const off = await talk.update('setAutopilot', { on: false });
      expect(off.cancelled).not.toBeNull();
      await engine.env.sleep(60_000);
      expect(talk.sent).toEqual([]);
      const on = await talk.update('setAutopilot', { on: true });
      expect(on.armed).not.toBeNull();
      await engine.env.sleep(30_000);
      expect(talk.sent).toHaveLength(1);
    });
  }, 30_000);

  it("lets a person's message drop the pending reply, and the answer waits for the commit", async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      const { messageId } = await talk.update('sendMessage', { text: 'Hello', fromDraftId: null });
      expect(
        talk.store
          .journal(talk.key.conversationId)
          .some((event) => event.type === 'messageQueued' && event.data.messageId === messageId),
      ).toBe(true);
      await engine.env.sleep(60_000);
      expect(talk.sent).toEqual([messageId]);
    });
  }, 30_000);

  it('drafts for the composer without sending', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      expect(await talk.update('generateReply', {})).toMatchObject({
        outcome: 'reply',
        text: 'Yes, it is on the lot.',
        intent: null,
      });
      expect(talk.sent).toEqual([]);
    });
  }, 30_000);

  it('refuses with a code and a sentence, and leaves no trace', async () => {
    await talking(async (talk) => {
      await talk.inbound('STOP');
      const error = await talk
        .update('sendMessage', { text: 'Hello', fromDraftId: null })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
      expect((error as WorkflowUpdateFailedError).cause).toMatchObject({
        type: 'Refusal',
        details: [{ code: 'opted-out' }],
      });
      expect(
        await talk.update('selectProcess', { processId: 'nope' }).catch((reason: Error) => String(reason.cause)),
      ).toContain('no published process');
    });
  }, 30_000);

  it('drops malformed signals and goes on', async () => {
    await talking(async (talk) => {
      await talk.inbound('hi');
      await talk.handle.signal(SIGNALS.inboundMessage, { text: 5 });
      await talk.handle.signal(SIGNALS.deliveryFailed, 'nonsense');
      await talk.inbound('still here');
      await talk.update('setStage', { stage: 'engaged' });
      expect((await talk.state()).inboundCount).toBe(2);
    });
  }, 30_000);

  it('hands off when the model cannot answer, with a reminder', async () => {
    await talking(async (talk) => {
      outside.modelIsDownFor.add(talk.key.conversationId);
      await talk.inbound('hi');
      await engine.env.sleep(90_000);
      const types = talk.store.journal(talk.key.conversationId).map((event) => event.type);
      expect(types).toContain('reminderAdded');
      expect(talk.sent).toEqual([]);
    });
  }, 30_000);

  it('holds through many rounds, on the wall clock of the server', async () => {
    await talking(async (talk) => {
      for (let round = 0; round < 3; round += 1) {
        await talk.inbound(`round ${round}`);
        await engine.env.sleep(30_000);
      }
      expect(talk.sent).toHaveLength(3);
    });
  }, 60_000);
});
