import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addDealership,
  startTestMongo,
  TEST_PASSWORD,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import { signInAs, startTestApi, type TestApi, type TestBrowser } from '../testApi.ts';

const HOOK = { name: 'CRM', url: 'https://crm.example.com/hook' };

describe('webhook endpoints', () => {
  let mongo: TestMongo;
  let api: TestApi;
  let dealer: TestDealership;
  let admin: TestBrowser;
  let manager: TestBrowser;
  let sales: TestBrowser;
  let stranger: TestBrowser;

  beforeAll(async () => {
    mongo = await startTestMongo();
    api = await startTestApi(mongo, 'webhook-endpoints');
    dealer = await addDealership(api.store);
    admin = await adminOf(dealer);
    manager = await signInAs(api, dealer.email);
    sales = await signInAs(api, dealer.email.replace('ana@', 'ben@'));
    stranger = await adminOf(await addDealership(api.store));
  }, 60_000);
  afterAll(async () => {
    await api?.close();
    await mongo?.stop();
  });

  async function adminOf({ id, slug }: TestDealership): Promise<TestBrowser> {
    const email = `root@${slug}.test`;
    await api.store.users.create({ dealershipId: id, name: 'Root', email, role: 'admin', password: TEST_PASSWORD });
    return signInAs(api, email);
  }
  const add = async (): Promise<string> => (await admin.call('POST', '/api/webhookEndpoints', HOOK)).body.id as string;

  it('show their secret once, and it is stored where no read finds it', async () => {
    const { status, body } = await admin.call('POST', '/api/webhookEndpoints', HOOK);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...HOOK,
      id: expect.any(String),
      createdAt: expect.any(String),
      secret: expect.stringMatching(/^whsec_[\w-]{43}$/),
    });
    const list = await manager.call('GET', '/api/webhookEndpoints');
    expect(list.body.items).toContainEqual({ ...HOOK, id: body.id, createdAt: body.createdAt });
    expect(JSON.stringify(list.body)).not.toContain('whsec_');
    expect(JSON.stringify(await api.store.models.webhookEndpoints.find().lean())).not.toContain('whsec_');
  });

  it('are added once, however often the call is repeated, and each answer holds the same secret', async () => {
    const repeat = () => admin.call('POST', '/api/webhookEndpoints', HOOK, { 'Idempotency-Key': 'once' });
    const [first, second] = await Promise.all([repeat(), repeat()]);
    expect(second.body).toEqual(first.body);
    expect((await repeat()).body).toEqual(first.body);
    const { items } = (await manager.call('GET', '/api/webhookEndpoints')).body;
    expect(items.filter(({ id }: { id: string }) => id === first.body.id)).toHaveLength(1);
    const other = await admin.call('POST', '/api/webhookEndpoints', HOOK, { 'Idempotency-Key': 'twice' });
    expect(other.body.id).not.toBe(first.body.id);
  });

  it('are read by managers, changed by admins, and closed to salespeople', async () => {
    const id = await add();
    const read = ['/api/webhookEndpoints', `/api/webhookEndpoints/${id}/deliveries`];
    for (const path of read) {
      expect((await manager.call('GET', path)).status).toBe(200);
      expect((await sales.call('GET', path)).status).toBe(403);
    }
    expect((await manager.call('POST', '/api/webhookEndpoints', HOOK)).status).toBe(403);
    expect((await manager.call('DELETE', `/api/webhookEndpoints/${id}`)).status).toBe(403);
    expect((await admin.call('DELETE', `/api/webhookEndpoints/${id}`)).status).toBe(204);
    expect((await admin.call('DELETE', `/api/webhookEndpoints/${id}`)).status).toBe(404);
  });

  it.each([
    'http://crm.example.com/',
    'https://me:secret@crm.example.com/',
    'https://127.1/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/',
    'no address',
  ])('refuse %p, and say why', async (url) => {
    const refused = await admin.call('POST', '/api/webhookEndpoints', { name: 'x', url });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'url', message: expect.any(String) }] } });
  });

  it('are a dealership’s own, with their deliveries', async () => {
    const id = await add();
    expect((await stranger.call('GET', '/api/webhookEndpoints')).body.items).toEqual([]);
    expect((await stranger.call('GET', `/api/webhookEndpoints/${id}/deliveries`)).status).toBe(404);
    expect((await stranger.call('DELETE', `/api/webhookEndpoints/${id}`)).status).toBe(404);
    const { conversationId } = dealer.key('+15875550001');
    const eventId = `${conversationId}-3-${id}`;
    const call = { eventId, dealershipId: dealer.id, endpointId: id, conversationId, contactId: 'c', ruleId: 'crm' };
    await api.store.webhookDeliveries.begin({ ...call, createdAt: Date.now() });
    await api.store.webhookDeliveries.record(eventId, {
      state: 'failed',
      statusCode: 500,
      error: 'No.',
      at: Date.now(),
    });
    const shown = await manager.call('GET', `/api/webhookEndpoints/${id}/deliveries`);
    expect(shown.body).toEqual({
      items: [
        {
          id: eventId,
          conversationId,
          ruleId: 'crm',
          attempts: 1,
          lastStatusCode: 500,
          lastError: 'No.',
          createdAt: expect.any(String),
          deliveredAt: null,
          givenUpAt: null,
        },
      ],
      next: null,
    });
  });

  it('must exist when a rule names one', async () => {
    const id = await add();
    const foreign = (await stranger.call('POST', '/api/webhookEndpoints', HOOK)).body.id as string;
    const { settings, version } = (await manager.call('GET', '/api/settings')).body;
    const save = (endpointId: string) => {
      const actions = [{ do: 'resolve' }, { do: 'callWebhook', endpointId }];
      const rule = { id: 'crm', name: 'CRM', enabled: false, when: { on: 'optedOut' }, actions };
      return manager.call('PUT', '/api/settings', {
        settings: { ...settings, rules: [...settings.rules, rule] },
        version,
      });
    };
    const path = `settings.rules.${settings.rules.length}.actions.1.endpointId`;
    for (const endpointId of ['nobody', foreign])
      expect(await save(endpointId)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    expect(await save(id)).toMatchObject({ status: 200, body: { version: version + 1 } });
  });

  it('are twenty at most', async () => {
    const endpoints = api.store.inbox((await addDealership(api.store)).id).webhooks;
    expect(await endpoints.list()).toEqual([]);
    let status = 201;
    for (let count = 0; status === 201 && count < 30; count += 1)
      ({ status } = await admin.call('POST', '/api/webhookEndpoints', HOOK));
    expect(status).toBe(409);
    expect((await manager.call('GET', '/api/webhookEndpoints')).body.items).toHaveLength(20);
  });
});
