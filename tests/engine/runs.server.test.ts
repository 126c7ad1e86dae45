import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { RULES_VERSION } from '@leadline/contract/names.ts';
import { fold } from '@leadline/workflows/conversation/core/evolve.ts';
import { KEY, POLICY, START, ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import { emptyState } from '@leadline/workflows/conversation/core/state.ts';
import { registerSearchAttributes } from '@leadline/temporal/searchAttributes.ts';
import { bundleWorkflows, createWorkers } from '@leadline/temporal/worker.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import { until } from '../until.ts';
import { Talk } from './talk.ts';

/** Runs that end and begin, on the dev server. */
describe('a conversation over several runs', () => {
  let env: TestWorkflowEnvironment;
  let workers: Worker[] = [];
  let running: Promise<void>[] = [];
  const policy = { ...POLICY, window: { ...POLICY.window, quietMs: 300, minMs: 100, maxMs: 1_000, jitter: 0 } };
  const store = new FakeStore({ ...START, policy }, [policy]);
  const outside = new FakeOutside();

  beforeAll(async () => {
    const executable = { type: 'existing-path' as const, path: process.env['TEMPORAL_CLI'] ?? '/tmp/tv/bin/temporal' };
    env = await TestWorkflowEnvironment.createLocal({ server: { executable } });
    await registerSearchAttributes(env.connection, 'default');
    workers = await createWorkers({
      connection: env.nativeConnection,
      namespace: 'default',
      workflowBundle: await bundleWorkflows(path.join(process.cwd(), 'workflows/index.ts')),
      conversationActivities: store,
      outsideActivities: outside,
      maxCachedWorkflows: 50,
    });
    running = workers.map((worker) => worker.run());
  }, 60_000);
  afterAll(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await env.teardown();
  });

  // With 20 messages a second coming in all the while; the five minutes of quality.md are 20 s here.
  it('R11: loses, repeats and changes nothing when it continues as new', async () => {
    const talk = new Talk(env, { key: KEY, continueAfterEvents: 40 }, store, outside);
    await talk.inbound('first');
    const firstRun = (await talk.handle.describe()).runId;
    const begin = Date.now();
    for (let round = 0; round < 400; round += 1) {
      const signalled = talk.inbound(`text ${round}`);
      if (round % 10 === 9) await talk.update('sendMessage', { text: 'A person answers', fromDraftId: null });
      await signalled;
      const ahead = begin + round * 50 - Date.now();
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
    await until(
      'all are taken in and answered',
      async () => (await talk.state()).inboundCount === 401 && (await talk.state()).reply === null,
      60_000,
    );
    const state = await talk.state();
    expect((await talk.handle.describe()).runId).not.toBe(firstRun);
    const journal = store.journal(KEY.conversationId);
    expect(journal.map((event) => event.position)).toEqual(journal.map((_, index) => index + 1));
    expect(fold(emptyState(KEY), journal)).toEqual(state);
    const queued = journal.flatMap((event) => (event.type === 'messageQueued' ? [event.data.messageId] : []));
    await until('all have left', () => talk.sent.length === queued.length);
    expect(talk.sent).toEqual(queued);
    await talk.handle.terminate();
  }, 120_000);

  it('R15: never talks over a person who sends around the deadline, in 200 conversations', async () => {
    const talks = Array.from({ length: 200 }, (_, index) => {
      const conversationId = `e${String(index).padStart(31, '0')}`;
      return new Talk(env, { key: { ...KEY, conversationId } }, store, outside);
    });
    const race = async (talk: Talk, index: number): Promise<void> => {
      const armed = () => store.journal(talk.key.conversationId).find((event) => event.type === 'replyArmed');
      const isAnswered = () => store.journal(talk.key.conversationId).some((event) => event.type === 'messageQueued');
      await talk.inbound('hi', `SMrace${index}`);
      await until('a reply is armed', () => armed() !== undefined);
      const wait = (armed()?.data.dueAt ?? 0) + (index - 100) * 10 - Date.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      // However late a busy machine's timers are, these persons come after Auto Pilot.
      if (index >= 180) await until('it is answered', isAnswered);
      await talk.update('sendMessage', { text: 'A person answers', fromDraftId: null });
    };
    for (let from = 0; from < talks.length; from += 20)
      await Promise.all(talks.slice(from, from + 20).map((talk, index) => race(talk, from + index)));
    const outcomes = talks.map((talk) =>
      store
        .journal(talk.key.conversationId)
        .flatMap((event) => (event.type === 'messageQueued' ? [event.data.author] : []))
        .join(),
    );
    expect(new Set(outcomes)).toEqual(new Set(['user', 'autopilot,user']));
    for (const talk of talks) {
      const queued = store
        .journal(talk.key.conversationId)
        .flatMap((event) => (event.type === 'messageQueued' ? [event.data.messageId] : []));
      await until('all have left', () => talk.sent.length === queued.length);
      // A person's message may leave before the answer that was committed before it.
      expect(talk.sent.toSorted()).toEqual(queued.toSorted());
      await talk.handle.terminate();
    }
  }, 180_000);

  it('R12: rebuilds a conversation from its journal when its stored state is corrupt; others go on', async () => {
    const key = { ...KEY, conversationId: 'c'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    await talk.inbound('hi', 'SMcorrupt');
    await talk.update('setStage', { stage: 'engaged' });
    const before = await talk.state();
    await talk.handle.terminate();
    await talk.inbound('still there?', 'SMcorrupt2');
    await until('both are taken in', async () => (await talk.state()).inboundCount === 2);
    expect(await talk.state()).toMatchObject({ stage: 'engaged', position: expect.any(Number) });
    expect((await talk.state()).position).toBeGreaterThan(before.position);
    await talk.handle.signal('inboundMessage', { providerMessageId: 'SMhuge', text: 'x'.repeat(100_000) });
    await talk.handle.signal('processPublished', { processId: 'gone', requestId: 'r' });
    await talk.update('setTags', { tags: ['alive'] });
    expect(await talk.state()).toMatchObject({ inboundCount: 2, tags: ['alive'] });
    await talk.handle.terminate();
  }, 60_000);

  it('begins a clean conversation with what comes while a deleted one still waits for a send', async () => {
    const key = { ...KEY, conversationId: 'f'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    let release = (): void => undefined;
    outside.holdFor.set(key.conversationId, new Promise((resolve) => (release = resolve)));
    await talk.inbound('hi', 'SMheld');
    await talk.update('sendMessage', { text: 'On its way', fromDraftId: null });
    await talk.update('deleteConversation', {});
    await talk.inbound('please stop texting me', 'SMheld2');
    await until('it has begun', async () => (await talk.state()).started);
    expect(await talk.state()).toMatchObject({ optedOut: true, contactId: START.contactId, inboundCount: 1 });
    expect(store.commits.filter((one) => one.key.conversationId === key.conversationId && !one.contactId)).toEqual([]);
    release();
    await talk.update('setTags', { tags: ['still-here'] });
    expect(fold(emptyState(key), store.journal(key.conversationId))).toEqual(await talk.state());
    await talk.handle.terminate();
  }, 60_000);

  it('stays deleted when somebody acts on it at that moment, who is told', async () => {
    const key = { ...KEY, conversationId: '5'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    let release = (): void => undefined;
    outside.holdFor.set(key.conversationId, new Promise((resolve) => (release = resolve)));
    await talk.inbound('hi', 'SMlate');
    await talk.update('sendMessage', { text: 'On its way', fromDraftId: null });
    const deletion = talk.update('deleteConversation', {});
    const action = talk.update('setTags', { tags: ['late'] }).catch((error: Error) => error.cause);
    await deletion;
    // Where the action was first it is done, and one that comes later is not.
    const late = await talk.update('setTags', { tags: ['later'] }).catch((error: Error) => error.cause);
    expect(late).toMatchObject({ message: 'Somebody has deleted this conversation.' });
    await action;
    expect((await talk.state()).started).toBe(false);
    release();
    await talk.ended();
    const { length } = store.journal(key.conversationId);
    expect(
      await talk.updateWithStart('setTags', { tags: ['latest'] }).catch((error: Error) => error.cause),
    ).toMatchObject({ message: 'Somebody has deleted this conversation.' });
    await talk.ended();
    expect(store.journal(key.conversationId)).toHaveLength(length);
  }, 60_000);

  it('goes on as a new run under newer rules when it wakes, and changes nothing else', async () => {
    const key = { ...KEY, conversationId: 'b'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    store.rulesVersion = RULES_VERSION - 1;
    await talk.inbound('hi', 'SMrules');
    await talk.update('setStage', { stage: 'engaged' });
    store.rulesVersion = RULES_VERSION;
    await until('it has the newer rules', async () => (await talk.state()).rulesVersion === RULES_VERSION);
    const state = await talk.state();
    expect(state).toMatchObject({ stage: 'engaged', inboundCount: 1 });
    expect(fold(emptyState(key), store.journal(key.conversationId))).toEqual(state);
    const runs = env.client.workflow.list({ query: `WorkflowId = "${talk.handle.workflowId}"` });
    const statuses: string[] = [];
    for await (const run of runs) statuses.push(run.status.name);
    expect(statuses.filter((status) => status === 'RUNNING')).toHaveLength(1);
    await talk.handle.terminate();
  }, 60_000);

  // Not on the time-skipping server: it does not answer a signal-with-start after a run that ended in an update.
  it('is deleted with all that was planned, and the next message begins a clean one', async () => {
    const key = { ...KEY, conversationId: 'd'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    await talk.inbound('hi');
    const wall = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 16);
    await talk.update('scheduleMessage', { text: 'x', wall, zone: ZONE, cancelIfTheyReply: false });
    await talk.update('setStage', { stage: 'engaged' });
    const { position } = await talk.state();
    await talk.update('deleteConversation', {});
    await talk.ended();
    await talk.inbound('hello again', 'SMafter');
    await until('it has begun', async () => (await talk.state()).started);
    await talk.update('setAutopilot', { on: false });
    const state = await talk.state();
    expect(state).toMatchObject({ stage: 'new', inboundCount: 1, scheduled: [] });
    expect(state.deletedUpTo).toBeGreaterThan(position);
    await talk.update('restoreConversation', {});
    expect(await talk.state()).toMatchObject({ stage: 'engaged', inboundCount: 2, deletedUpTo: 0 });
    expect(fold(emptyState(key), store.journal(key.conversationId))).toEqual(await talk.state());
    await talk.handle.terminate();
  }, 60_000);

  it('is deleted once by two who delete it at once, and can be restored', async () => {
    const key = { ...KEY, conversationId: '1'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    await talk.inbound('hi', 'SMtwice');
    // A draft that begins as the run ends would have Temporal refuse the end, and both who asked.
    await talk.update('setAutopilot', { on: false });
    await talk.update('setStage', { stage: 'engaged' });
    // One that reaches the server as the run ends may be answered with an error: what counts is what became of both.
    await Promise.allSettled([talk.update('deleteConversation', {}), talk.update('deleteConversation', {})]);
    await talk.ended();
    await talk.inbound('hello again', 'SMtwice2');
    await until('it has begun', async () => (await talk.state()).started);
    await talk.update('restoreConversation', {});
    expect(await talk.state()).toMatchObject({ stage: 'engaged', inboundCount: 2, deletedUpTo: 0 });
    await talk.handle.terminate();
  }, 60_000);

  it('stays deleted when a copy of an old message comes', async () => {
    const key = { ...KEY, conversationId: '2'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    await talk.inbound('hi', 'SMcopied');
    await talk.update('deleteConversation', {});
    await talk.ended();
    const { length } = store.journal(key.conversationId);
    await talk.inbound('hi', 'SMcopied');
    await talk.ended();
    expect(store.journal(key.conversationId)).toHaveLength(length);
  }, 60_000);

  it('does what was due while the database was away, although nothing else comes', async () => {
    const key = { ...KEY, conversationId: '3'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    await talk.inbound('hi', 'SMdue');
    await talk.update('setAutopilot', { on: false });
    await talk.update('addReminder', { text: 'call', dueAt: Date.now() + 1_500, forUserId: null });
    store.isDown = true;
    const isWaiting = async () =>
      (await talk.handle.fetchHistory()).events?.at(-1)?.timerStartedEventAttributes != null;
    await until('it waits for the database', isWaiting).finally(() => (store.isDown = false));
    const isDue = () => store.journal(key.conversationId).some(({ type }) => type === 'reminderDue');
    await until('the reminder is due', isDue);
    await talk.handle.terminate();
  }, 60_000);

  it('sends what a task that died after its commit has left queued', async () => {
    const key = { ...KEY, conversationId: '4'.repeat(32) };
    const talk = new Talk(env, { key }, store, outside);
    const messageId = `${key.conversationId}-3`;
    store.unsent = [{ messageId, attempt: 1, author: 'user', expiresAt: Date.now() + 60_000 }];
    await talk.inbound('hi', 'SMunsent');
    await until('it has left', () => talk.sent.includes(messageId)).finally(() => (store.unsent = []));
    await talk.handle.terminate();
  }, 60_000);
});
