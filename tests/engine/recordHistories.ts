import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { RULES_VERSION, SIGNALS, TASK_QUEUES } from '@leadline/contract/names.ts';
import { WEBHOOK_NOT_TAKEN } from '@leadline/contract/ports.ts';
import { ensureTools } from '@leadline/temporal/toolCache.ts';
import { DEFAULT_RULES, type Rule } from '@leadline/contract/rules.ts';
import { DEALERSHIP, POLICY, START, ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import { nextWithin } from '@leadline/workflows/conversation/core/clock.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import type { Talk } from './talk.ts';
import { startTimeSkipping, type TimeSkippingEngine } from './timeSkipping.ts';

/**
 * `npm run record-histories -- 2026-11`: plays a conversation of every kind, and each other workflow, and keeps their histories under
 * workflows/histories/<name>/. What is there is never recorded again: it is what runs out there (docs/changing-workflows.md).
 */

const DAY_MS = 86_400_000;
const hello = { text: 'Hello', fromDraftId: null };

/** Kinds of conversations. */
const KINDS: Record<string, (talk: Talk, engine: TimeSkippingEngine) => Promise<unknown>> = {
  async answered(talk, { env }) {
    await talk.inbound('hi');
    await env.sleep(4_000);
    await talk.inbound('is it there?');
    await env.sleep(20_000);
    await talk.inbound('and the price?');
    await env.sleep(20_000);
  },
  async takenOver(talk, { env }) {
    await talk.inbound('hi');
    await talk.update('setAutopilot', { on: false });
    await talk.update('setAutopilot', { on: true });
    await talk.update('assign', { ownerId: 'leo', userIds: ['leo'], takeOver: true });
    await talk.update('sendMessage', hello);
    await talk.update('generateReply', {});
    await env.sleep(DAY_MS);
  },
  async followedUp(talk, { env }) {
    await talk.inbound('hi');
    await talk.update('sendMessage', hello);
    await talk.update('setFollowUps', { on: true });
    await env.sleep(6 * DAY_MS);
    await talk.inbound('sorry, was away');
    await env.sleep(20_000);
  },
  async sentAtNight(talk, { env }) {
    await talk.inbound('hi');
    await talk.update('sendMessage', hello);
    await talk.update('setFollowUps', { on: true });
    const at = nextWithin({ from: '23:00', to: '23:30' }, ZONE, await env.currentTimeMs());
    const { id: itemId } = (await talk.agenda()).find(({ kind }) => kind === 'followUp')!;
    await talk.update('moveAgendaItem', { itemId, at });
    await env.sleep(DAY_MS + 60_000);
  },
  async scheduled(talk, { env }) {
    await talk.inbound('hi');
    const wall = new Date((await env.currentTimeMs()) + 2 * DAY_MS).toISOString().slice(0, 16);
    const message = { text: 'Later', wall, zone: ZONE, cancelIfTheyReply: true };
    const { scheduledId } = await talk.update('scheduleMessage', message);
    await talk.update('changeScheduled', { ...message, scheduledId, text: 'Even later' });
    await talk.update('addReminder', { text: 'call', dueAt: (await env.currentTimeMs()) + DAY_MS, forUserId: null });
    await talk.update('snooze', { until: (await env.currentTimeMs()) + DAY_MS });
    await env.sleep(4 * DAY_MS);
  },
  async optedOut(talk, { env }) {
    await talk.inbound('hi');
    await talk.inbound('STOP');
    await env.sleep(1_000);
    await talk.inbound('START');
    await talk.handle.signal(SIGNALS.deliveryFailed, {
      messageId: `${talk.key.conversationId}-9`,
      attempt: 1,
      code: '30006',
      requestId: 'r',
    });
    await env.sleep(20_000);
  },
  async handedOff(talk, { env }) {
    await talk.inbound('hi');
    await env.sleep(60_000);
    await talk.update('setTags', { tags: ['vip'] });
    await talk.update('resolve', {});
    await talk.inbound('again');
    await env.sleep(60_000);
  },
  async changed(talk, { env }) {
    await talk.inbound('hi');
    await talk.update('selectProcess', { processId: 'p2' });
    await talk.handle.signal(SIGNALS.processPublished, { processId: null, requestId: 'r' });
    await talk.handle.signal(SIGNALS.contactChanged, {
      changeId: 'c',
      at: await env.currentTimeMs(),
      optedOut: false,
      consent: 'express',
      zone: null,
      requestId: 'r',
    });
    await env.sleep(60_000);
  },
  async slept(talk, { env }) {
    await talk.inbound('hi');
    await env.sleep(60_000);
    await env.sleep(32 * DAY_MS);
  },
  async deleted(talk, { env }) {
    await talk.inbound('hi');
    await talk.update('addReminder', { text: 'call', dueAt: (await env.currentTimeMs()) + DAY_MS, forUserId: null });
    await talk.update('deleteConversation', {});
    await env.sleep(1_000);
  },
  async inDoubt(talk, { env }) {
    outside.inDoubtFor.add(talk.key.conversationId);
    await talk.inbound('hi');
    await env.sleep(600_000);
    await talk.update('setAutopilot', { on: false });
    await env.sleep(600_000);
  },
  async madeWay(talk, { env }) {
    outside.notTakenFor.add(talk.key.conversationId);
    await talk.inbound('hi');
    await env.sleep(20_000);
    outside.notTakenFor.delete(talk.key.conversationId);
    await talk.update('sendMessage', hello);
    await env.sleep(60_000);
  },
  async toldItsWebhook(talk, { env }) {
    outside.onWebhook = async () => {
      outside.onWebhook = async () => ({ outcome: 'delivered' });
      throw ApplicationFailure.create({ message: 'answered 500', type: WEBHOOK_NOT_TAKEN });
    };
    await talk.inbound('hi');
    await talk.update('setStage', { stage: 'sold' });
    await env.sleep(600_000);
  },
  async withoutDatabase(talk, { env }) {
    await talk.inbound('hi');
    store.isDown = true;
    await talk.inbound('anybody there?');
    setTimeout(() => (store.isDown = false), 14_000);
    while (store.isDown) await new Promise((resolve) => setTimeout(resolve, 500));
    await env.sleep(120_000);
  },
  /** The run that ends where newer rules begin. */
  async underOldRules(talk, { env }) {
    store.rulesVersion = RULES_VERSION - 1;
    await talk.inbound('hi');
    const { runId } = await talk.handle.describe();
    store.rulesVersion = RULES_VERSION;
    await env.sleep(120_000);
    return runId;
  },
};

const REQUEST = { dealershipId: 'd1', dealershipSlug: 'northside', requestId: 'r' };
/** The other workflows, by their type, with what they are started with. */
const OTHERS: Record<string, object> = {
  rolloutProcess: { rollout: { ...REQUEST, processId: null, version: 2 } },
  reconcileChannel: { channelAccountId: 'a1' },
  bulkAction: {
    bulk: { ...REQUEST, id: 'b1', userId: 'ana', action: { type: 'setStage', stage: 'sold' } },
    selection: { ids: Array.from({ length: 45 }, (_, index) => `c${String(index).padStart(2, '0')}`) },
    total: 45,
  },
};
const others = {
  fleet: { listConversations: async () => ({ workflowIds: ['conversation/northside/gone'], next: null }) },
  channel: {
    uncheckedSpan: async () => ({ fromAt: Date.UTC(2026, 10, 24), untilAt: Date.UTC(2026, 10, 25, 12) }),
    reconcilePage: async () => ({ listed: 3, recovered: 1, settled: 1, next: null }),
    markReconciled: async () => undefined,
  },
  bulkOn: () => ({
    selectConversations: async () => ({ ids: [] }),
    applyToConversations: async ({ ids }: { ids: string[] }) => ({ done: ids.length, failed: 0, refused: [] }),
  }),
};

const SOLD: Rule = {
  id: 'crm',
  name: 'Tell the CRM',
  enabled: true,
  when: { on: 'stageChanged', to: 'sold' },
  actions: [{ do: 'callWebhook', endpointId: 'e1' }],
};
const START_OF_ALL = {
  ...START,
  dealership: {
    ...DEALERSHIP,
    rules: [...DEFAULT_RULES, SOLD],
    sla: { firstResponseMs: 900_000, nextResponseMs: 900_000, reassignTo: null },
  },
};

const [name] = process.argv.slice(2);
if (!name || !/^[\w.-]+$/.test(name)) fail('Usage: npm run record-histories -- NAME, such as 2026-11');
const folder = path.join('workflows/histories', name);
if (existsSync(folder)) fail(`${folder} stands already, and what is there stays: choose another name.`);
await mkdir(folder);
const tools = await ensureTools(() => undefined);
process.env['TEMPORAL_TEST_SERVER'] ??= tools.temporalTestServer;
const outside = new FakeOutside();
const store = new FakeStore(START_OF_ALL, [POLICY, { ...POLICY, processId: 'p2', versionId: 'p2v1' }]);
const engine = await startTimeSkipping(store, outside, 100, others);
for (const [kind, play] of Object.entries(KINDS)) {
  await engine.talking(async (talk) => {
    if (kind === 'handedOff') outside.modelIsDownFor.add(talk.key.conversationId);
    const runId = await play(talk, engine);
    await keep(kind, talk.handle.workflowId, typeof runId === 'string' ? runId : null);
  });
}
for (const [type, start] of Object.entries(OTHERS)) {
  const taskQueue = TASK_QUEUES.conversations;
  await engine.env.client.workflow.execute(type, { workflowId: type, taskQueue, args: [start] });
  await keep(type, type, null);
}
await engine.stop();
process.exit(0);

function fail(sentence: string): never {
  console.error(`\n  ${sentence}\n`);
  process.exit(1);
}

/** Temporal's own tool writes histories as its own replayer reads them. */
async function keep(kind: string, workflowId: string, runId: string | null): Promise<void> {
  const { address } = engine.env.connection.options;
  const run = runId === null ? [] : ['--run-id', runId];
  const show = ['workflow', 'show', '--workflow-id', workflowId, ...run, '--address', address, '--output', 'json'];
  const { stdout } = await promisify(execFile)(tools.temporal, show, { maxBuffer: 64 * 1024 * 1024 });
  const history = JSON.parse(stdout) as { events: unknown[] };
  await writeFile(path.join(folder, `${kind}.json`), `${JSON.stringify(history)}\n`);
  console.log(`  ${kind}: ${history.events.length} events`);
}
