import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { ChannelAccount } from '@leadline/store/channelAccounts.ts';
import { createScheduleKeeper } from '@leadline/temporal/reconcileSchedules.ts';
import { until } from '../until.ts';

/** The schedules of the channel accounts, on the dev server. */
describe('the schedules of the channel accounts', () => {
  let env: TestWorkflowEnvironment;
  let client: Client;
  let accounts: ChannelAccount[] = [];
  const all = { all: async () => accounts };
  beforeAll(async () => {
    const executable = { type: 'existing-path' as const, path: process.env['TEMPORAL_CLI'] ?? '/tmp/tv/bin/temporal' };
    env = await TestWorkflowEnvironment.createLocal({ server: { executable } });
    client = env.client;
  }, 60_000);
  afterAll(() => env?.teardown());

  // Only what the schedule depends on.
  const account = (id: string, more: Partial<ChannelAccount> = {}): ChannelAccount =>
    ({
      id,
      dealershipSlug: 'north',
      name: 'Sales line',
      channel: 'sms',
      disabledAt: null,
      credentials: { accountSid: 'AC1', authToken: 'x', previousAuthToken: null },
      ...more,
    }) as ChannelAccount;
  const none = { accountSid: '', authToken: '', previousAuthToken: null };

  async function standing(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
    return ids.sort();
  }
  const stand = (...ids: string[]): Promise<void> =>
    until(`the schedules are ${ids.join()}`, async () => (await standing()).join() === ids.join());

  it('are one for each number that has a provider, every ten minutes, with nothing of a customer', async () => {
    accounts = [
      account('a'),
      account('b'),
      account('page', { channel: 'messenger' }),
      account('off', { disabledAt: new Date() }),
      account('bare', { credentials: none }),
    ];
    await createScheduleKeeper(client, all)();
    await stand('reconcile/north/a', 'reconcile/north/b');
    const { spec, policies, action } = await client.schedule.getHandle('reconcile/north/a').describe();
    expect(spec.intervals).toMatchObject([{ every: 600_000 }]);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 60_000, pauseOnFailure: false });
    expect(action).toMatchObject({
      type: 'startWorkflow',
      workflowType: 'reconcileChannel',
      workflowId: 'reconcile/north/a',
      taskQueue: 'conversations',
      args: [{ channelAccountId: 'a' }],
    });
  });

  it('follow the accounts, also those that came and went while nobody looked, and stay paused', async () => {
    const keep = createScheduleKeeper(client, all);
    await keep();
    await client.schedule.getHandle('reconcile/north/a').pause('by an operator');
    accounts = [account('a'), account('c')];
    await Promise.all([keep(), createScheduleKeeper(client, all)()]);
    await stand('reconcile/north/a', 'reconcile/north/c');
    expect((await client.schedule.getHandle('reconcile/north/a').describe()).state.paused).toBe(true);
    accounts = [];
    await createScheduleKeeper(client, all)();
    await stand();
  });

  it('leave other schedules of the namespace alone', async () => {
    const action = { type: 'startWorkflow' as const, workflowType: 'other', taskQueue: 'other' };
    await client.schedule.create({ scheduleId: 'backup', spec: {}, action });
    await stand('backup');
    await createScheduleKeeper(client, all)();
    await stand('backup');
  });
});
