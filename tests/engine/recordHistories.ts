import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { SIGNALS } from '@leadline/contract/names.ts';
import { ensureTools } from '@leadline/temporal/toolCache.ts';
import { DEFAULT_RULES } from '@leadline/contract/rules.ts';
import { DEALERSHIP, POLICY, START, ZONE } from '@leadline/workflows/conversation/core/scenario.ts';
import { FakeOutside, FakeStore } from './fakes.ts';
import type { Talk } from './talk.ts';
import { startTimeSkipping, type TimeSkippingEngine } from './timeSkipping.ts';

/**
 * `npm run record-histories -- 2026-11`: plays a conversation of every kind and keeps its history under
 * workflows/histories/<name>/. What is there is never recorded again: it is what runs out there (docs/changing-workflows.md).
 */

const DAY_MS = 86_400_000;
const hello = { text: 'Hello', fromDraftId: null };

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
};

const [name] = process.argv.slice(2);
if (!name || !/^[\w.-]+$/.test(name)) {
  console.error('\n  Usage: npm run record-histories -- NAME, such as 2026-11\n');
  process.exit(1);
}
const folder = path.join('workflows/histories', name);
await mkdir(folder);
const tools = await ensureTools(() => undefined);
process.env['TEMPORAL_TEST_SERVER'] ??= tools.temporalTestServer;
const rules = {
  ...START,
  dealership: {
    ...DEALERSHIP,
    rules: DEFAULT_RULES,
    sla: { firstResponseMs: 900_000, nextResponseMs: 900_000, reassignTo: null },
  },
};
const outside = new FakeOutside();
const engine = await startTimeSkipping(
  new FakeStore(rules, [POLICY, { ...POLICY, processId: 'p2', versionId: 'p2v1' }]),
  outside,
  100,
);
for (const [kind, play] of Object.entries(KINDS)) {
  await engine.talking(async (talk) => {
    if (kind === 'handedOff') outside.modelIsDownFor.add(talk.key.conversationId);
    await play(talk, engine);
    // Temporal's own tool writes histories as its own replayer reads them.
    const address = engine.env.connection.options.address;
    const show = [
      'workflow',
      'show',
      '--workflow-id',
      talk.handle.workflowId,
      '--address',
      address,
      '--output',
      'json',
    ];
    const { stdout } = await promisify(execFile)(tools.temporal, show, { maxBuffer: 64 * 1024 * 1024 });
    const history = JSON.parse(stdout) as { events: unknown[] };
    await writeFile(path.join(folder, `${kind}.json`), `${JSON.stringify(history)}\n`);
    console.log(`  ${kind}: ${history.events.length} events`);
  });
}
await engine.stop();
process.exit(0);
