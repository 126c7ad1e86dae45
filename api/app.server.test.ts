import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as formats from 'ajv-formats';
import { AppError } from '@leadline/contract/errors.ts';
import { messageIdAt } from '@leadline/contract/ids.ts';
import {
  addDealership,
  commitOf,
  inboundEvent,
  outboundEvent,
  startTestMongo,
  TEST_PASSWORD,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import {
  call,
  postSession,
  signInAs,
  startTestApi,
  TEST_PUBLIC_URL,
  type TestApi,
  type TestBrowser,
} from './testApi.ts';

let mongo: TestMongo;
let api: TestApi;
let dealer: TestDealership;
let other: TestDealership;
let ana: TestBrowser;
let conversationId: string;
let foreignId: string;
let customers = 0;

beforeAll(async () => {
  mongo = await startTestMongo();
  api = await startTestApi(mongo, 'api');
  dealer = await addDealership(api.store);
  other = await addDealership(api.store);
  ana = await signInAs(api, dealer.email);
  conversationId = await addConversation(dealer);
  foreignId = await addConversation(other);
}, 60_000);

beforeEach(() => {
  api.engine.isDown = false;
  api.engine.updates.length = 0;
});

afterAll(async () => {
  await api?.close();
  await mongo?.stop();
});

async function addConversation(of: TestDealership): Promise<string> {
  const key = of.key(`+1587555${String(++customers).padStart(4, '0')}`);
  const { start } = await api.store.conversations.load(key);
  const events = [
    inboundEvent(key, 1, 'hi', `SM-api-${customers}`, Date.now()),
    outboundEvent(key, 2, 'hello', Date.now()),
  ];
  await api.store.conversations.commit(commitOf(key, start.contactId, events));
  return key.conversationId;
}

describe('session', () => {
  it('signs in with a cookie that scripts and other sites cannot use, and stores no token', async () => {
    const response = await postSession(api, { email: dealer.email.toUpperCase(), password: TEST_PASSWORD });
    expect(response.status).toBe(201);
    const cookie = response.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^leadline=[\w-]{43};/);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(await response.json()).toMatchObject({
      user: { email: dealer.email, role: 'manager' },
      dealership: { slug: dealer.slug },
      simulated: ['twilio'],
    });
    const token = /leadline=([\w-]+)/.exec(cookie)![1]!;
    expect(JSON.stringify(await api.store.models.sessions.find().lean())).not.toContain(token);
  });

  it('refuses a wrong password and an unknown e-mail alike', async () => {
    const wrong = await postSession(api, { email: dealer.email, password: 'wrong' });
    const unknown = await postSession(api, { email: 'nobody@nowhere.test', password: 'wrong' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(((await wrong.json()) as { detail: string }).detail).toBe(
      ((await unknown.json()) as { detail: string }).detail,
    );
  });

  it('refuses to sign in from another site, and after ten failures', async () => {
    expect(
      (await postSession(api, { email: dealer.email, password: TEST_PASSWORD }, { Origin: 'https://evil.test' }))
        .status,
    ).toBe(403);
    expect(
      (await postSession(api, { email: dealer.email, password: TEST_PASSWORD }, { Origin: TEST_PUBLIC_URL })).status,
    ).toBe(201);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++)
      statuses.push((await postSession(api, { email: 'target@x.test', password: 'guess' })).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(429);
    expect((await postSession(api, { email: dealer.email, password: TEST_PASSWORD })).status).toBe(201);
  });

  it('ends for good', async () => {
    const browser = await signInAs(api, dealer.email);
    expect((await browser.call('GET', '/api/me')).body.csrfToken).toBe(browser.csrfToken);
    expect((await browser.call('DELETE', '/api/session')).status).toBe(204);
    expect((await browser.call('GET', '/api/me')).status).toBe(401);
  });

  it('wants the CSRF token of this very session for each change', async () => {
    const elsewhere = await signInAs(api, dealer.email);
    const put = (headers: Record<string, string>) =>
      ana.call('PUT', `/api/conversations/${conversationId}/unread`, { unread: true }, headers);
    expect((await put({ 'X-CSRF-Token': '' })).status).toBe(403);
    expect((await put({ 'X-CSRF-Token': elsewhere.csrfToken })).status).toBe(403);
    expect((await put({ Origin: 'https://evil.test' })).status).toBe(403);
    expect((await put({})).status).toBe(200);
  });
});

describe('reading', () => {
  it('lists and opens conversations', async () => {
    const list = await ana.call('GET', '/api/conversations?view=all');
    expect(list.body.items.map((row: { id: string }) => row.id)).toEqual([conversationId]);
    const one = await ana.call('GET', `/api/conversations/${conversationId}`);
    expect(one.body).toMatchObject({
      row: { id: conversationId },
      workflowId: `conversation/${dealer.slug}/${conversationId}`,
    });
    expect((await ana.call('GET', `/api/conversations/${conversationId}/messages`)).body.items).toHaveLength(2);
    expect((await ana.call('GET', `/api/conversations/${conversationId}/events?before=2`)).body.items).toHaveLength(1);
    for (const path of ['decisions', 'agenda'])
      expect((await ana.call('GET', `/api/conversations/${conversationId}/${path}`)).body).toEqual({
        items: [],
        next: null,
      });
  });

  it("lists the dealership's own things", async () => {
    expect((await ana.call('GET', '/api/users')).body.items).toHaveLength(2);
    expect((await ana.call('GET', '/api/channelAccounts')).body.items).toEqual([
      { id: dealer.accountId, channel: 'sms', name: 'Main', address: dealer.accountAddress, ownerId: dealer.userId },
    ]);
    expect((await ana.call('GET', '/api/processes')).body.items).toMatchObject([
      { id: dealer.processId, name: 'Internet lead', version: 1 },
    ]);
    expect((await ana.call('GET', '/api/stages')).body.items.map((stage: { key: string }) => stage.key)).toEqual([
      'new',
      'engaged',
    ]);
    expect((await ana.call('GET', '/api/dealership')).body.slug).toBe(dealer.slug);
    expect((await ana.call('GET', '/api/reminders')).body).toEqual({ items: [], next: null });
    expect((await ana.call('GET', '/api/counts')).body.unread).toBe(1);
  });
});

describe('acting', () => {
  it('sends each action to the workflow with who, why and once', async () => {
    const act = (method: string, path: string, body?: unknown) =>
      ana.call(method, `/api/conversations/${conversationId}/${path}`, body, {
        'Idempotency-Key': 'key-1',
        'X-Request-Id': 'request-12345',
      });
    const messageId = messageIdAt(conversationId, 2);
    api.engine.answers = {
      sendMessage: { messageId },
      retryMessage: { messageId, attempt: 2 },
      generateReply: { draftId: 'd', outcome: 'reply', text: 't', reason: 'r', intent: null, processVersionId: 'v' },
      setAutopilot: { on: false, cancelled: { dueAt: 0 }, armed: null, committed: null },
      selectProcess: { processId: dealer.processId, versionId: 'v' },
      setStage: { stage: 'engaged' },
      assign: { ownerId: dealer.otherUserId, userIds: [dealer.otherUserId] },
      actNow: { itemId: 'i' },
      cancelAgendaItem: { itemId: 'i' },
    };
    const answers = [
      await act('POST', 'messages', { text: '  hello ' }),
      await act('POST', `messages/${messageId}/retry`),
      await act('POST', 'drafts'),
      await act('PUT', 'autopilot', { on: false }),
      await act('PUT', 'process', { processId: dealer.processId }),
      await act('PUT', 'stage', { stage: 'engaged' }),
      await act('PUT', 'assignees', { userIds: [dealer.otherUserId] }),
      await act('POST', 'agenda/i/run'),
      await act('DELETE', 'agenda/i'),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([201, 200, 201, 200, 200, 200, 200, 200, 204]);
    expect(answers[0]?.body.message).toMatchObject({ id: messageId, text: 'hello' });
    expect(answers[3]?.body.cancelled).toEqual({ dueAt: '1970-01-01T00:00:00.000Z' });
    expect(api.engine.updates.map((update) => update.name)).toEqual([
      'sendMessage',
      'retryMessage',
      'generateReply',
      'setAutopilot',
      'selectProcess',
      'setStage',
      'assign',
      'actNow',
      'cancelAgendaItem',
    ]);
    expect(api.engine.updates[0]).toMatchObject({
      key: { conversationId, dealershipId: dealer.id, channelAccountId: dealer.accountId },
      args: { text: 'hello', fromDraftId: null, userId: dealer.userId, requestId: 'request-12345' },
      updateId: expect.stringMatching(`^${dealer.userId}/key-1/sendMessage-[0-9a-f]{12}$`),
    });
    expect(api.engine.updates[6]?.args).toMatchObject({
      ownerId: dealer.otherUserId,
      userIds: [dealer.otherUserId],
      takeOver: true,
    });
  });

  it('says why it was refused, or that it could not be reached', async () => {
    api.engine.answers.sendMessage = new AppError('refused', 'The customer has opted out.', { refusal: 'opted-out' });
    const path = `/api/conversations/${conversationId}/messages`;
    expect(await ana.call('POST', path, { text: 'hi' })).toMatchObject({
      status: 409,
      body: { code: 'opted-out', detail: 'The customer has opted out.' },
    });
    api.engine.isDown = true;
    expect(await ana.call('POST', path, { text: 'hi' })).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  });

  it('drafts as often as a person reads drafts, for each person', async () => {
    const ben = await signInAs(api, dealer.email.replace('ana@', 'ben@'));
    api.engine.isDown = true;
    const draft = () => ben.call('POST', `/api/conversations/${conversationId}/drafts`);
    const statuses = [];
    for (let drafts = 0; drafts < 21; drafts += 1) statuses.push((await draft()).status);
    expect(statuses.slice(0, 20).every((status) => status === 503)).toBe(true);
    expect(await draft()).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    expect((await ana.call('POST', `/api/conversations/${conversationId}/drafts`)).status).toBe(503);
  });

  it('refuses what is not of this dealership before the workflow is asked', async () => {
    const put = async (path: string, body: unknown) =>
      (await ana.call('PUT', `/api/conversations/${conversationId}/${path}`, body)).status;
    expect(await put('stage', { stage: 'nowhere' })).toBe(400);
    expect(await put('assignees', { userIds: [other.userId] })).toBe(400);
    expect(
      (await ana.call('POST', `/api/conversations/${conversationId}/messages/${messageIdAt(foreignId, 2)}/retry`))
        .status,
    ).toBe(404);
    expect(api.engine.updates).toEqual([]);
  });
});

async function publishable(): Promise<Record<string, unknown>> {
  const { body } = await ana.call('GET', `/api/processes/${dealer.processId}`);
  return body.definition as Record<string, unknown>;
}

describe('what managers do', () => {
  it('saves settings once for each version, checks them, and rolls them out', async () => {
    const { settings, version } = (await ana.call('GET', '/api/settings')).body;
    expect(settings.rules.map((rule: { id: string }) => rule.id)).toContain('dnc');
    const changed = { ...settings, quietHours: { from: '20:00', to: '09:00' } };
    const saved = await ana.call('PUT', '/api/settings', { settings: changed, version });
    expect(saved).toMatchObject({ status: 200, body: { version: version + 1 } });
    expect(api.engine.rollouts.at(-1)).toMatchObject({
      dealershipId: dealer.id,
      processId: null,
      version: version + 1,
    });
    expect((await ana.call('PUT', '/api/settings', { settings: changed, version })).status).toBe(409);
    const wrong = { ...changed, timeZone: 'Mars/Olympus', quietHours: { from: '9pm', to: '08:00' } };
    const nested = Array.from({ length: 300 }).reduce<unknown>((only) => ({ all: [only] }), {
      field: 'stage',
      is: 'equal',
      value: 'new',
    });
    const endless = { ...changed, rules: [{ ...changed.rules[0], only: nested }] };
    expect((await ana.call('PUT', '/api/settings', { settings: endless, version: version + 1 })).status).toBe(400);
    const refused = await ana.call('PUT', '/api/settings', { settings: wrong, version: version + 1 });
    expect(refused).toMatchObject({ status: 400 });
    expect(refused.body.errors.map((error: { path: string }) => error.path)).toEqual([
      'settings.timeZone',
      'settings.quietHours.from',
    ]);
  });

  it('publishes processes, and rolls them out', async () => {
    const definition = await publishable();
    const made = await ana.call('POST', '/api/processes', { definition: { ...definition, name: 'Second' } });
    expect(made).toMatchObject({ status: 201, body: { version: 1, definition: { name: 'Second' } } });
    const next = await ana.call('POST', `/api/processes/${made.body.id}/publish`, { definition });
    expect(next.body).toMatchObject({ id: made.body.id, version: 2 });
    expect(api.engine.rollouts.at(-1)).toMatchObject({ processId: made.body.id, version: 2 });
    expect((await ana.call('POST', '/api/processes', { definition: { ...definition, limits: {} } })).status).toBe(400);
  });

  it('publishes once, however often a call is repeated', async () => {
    const definition = { ...(await publishable()), name: 'Repeated' };
    const key = { 'Idempotency-Key': 'once' };
    const create = () => ana.call('POST', '/api/processes', { definition }, key);
    const made = await Promise.all([create(), create()]);
    const id = made[0]!.body.id as string;
    for (const one of made) expect(one).toMatchObject({ status: 201, body: { id, version: 1 } });
    const publish = () => ana.call('POST', `/api/processes/${id}/publish`, { definition }, key);
    for (const { body } of await Promise.all([publish(), publish()])) expect(body).toMatchObject({ id, version: 2 });
    expect((await ana.call('POST', `/api/processes/${id}/publish`, { definition })).body.version).toBe(3);
    expect((await publish()).body.version).toBe(2);
    expect((await ana.call('GET', `/api/processes/${id}`)).body.version).toBe(3);
  });

  it('is closed to salespeople', async () => {
    const ben = await signInAs(api, dealer.email.replace('ana@', 'ben@'));
    expect((await ben.call('GET', '/api/settings')).status).toBe(403);
    expect((await ben.call('DELETE', `/api/conversations/${conversationId}`)).status).toBe(403);
  });
});

describe('the agenda and the work on a conversation', () => {
  it('takes reminders in words, in the dealership’s zone', async () => {
    api.engine.answers = { addReminder: { reminderId: 'r', dueAt: 1 } };
    const url = `/api/conversations/${conversationId}/reminders`;
    const made = await ana.call('POST', url, { text: 'tomorrow 3pm call co-applicant' });
    expect(made).toMatchObject({ status: 201, body: { reminderId: 'r', text: 'call co-applicant' } });
    expect(api.engine.updates.at(-1)).toMatchObject({ name: 'addReminder', args: { text: 'call co-applicant' } });
    expect((await ana.call('POST', url, { text: 'call them' })).body.errors).toMatchObject([{ path: 'text' }]);
    api.engine.updates.length = 0;
  });

  it('schedules with the table of the zone that is meant', async () => {
    api.engine.answers = { scheduleMessage: { scheduledId: 's', at: 0, clock: 'skipped' } };
    const url = `/api/conversations/${conversationId}/schedule`;
    const body = { text: 'See you', wall: '2030-01-01T09:00', zone: 'America/Phoenix' };
    expect((await ana.call('POST', url, body)).body).toEqual({
      scheduledId: 's',
      at: new Date(0).toISOString(),
      clock: 'skipped',
    });
    expect(api.engine.updates.at(-1)?.args).toMatchObject({
      zone: { zone: 'America/Phoenix' },
      cancelIfTheyReply: true,
    });
    expect((await ana.call('POST', url, { ...body, zone: 'X/Y' })).body.errors).toMatchObject([{ path: 'zone' }]);
    api.engine.updates.length = 0;
  });
});

describe('tenants', () => {
  it("answers 404 to every route with another dealership's conversation, as with one that does not exist", async () => {
    const document = (await call(api, 'GET', '/api/openapi.json')).body;
    const bodies: Record<string, unknown> = {
      messages: { text: 'x' },
      autopilot: { on: true },
      process: { processId: dealer.processId },
      stage: { stage: 'new' },
      assignees: { userIds: [] },
      unread: { unread: true },
      '{itemId}': { at: new Date().toISOString() },
      followUps: { on: true },
      schedule: { text: 'x', wall: '2030-01-01T09:00', zone: 'America/Denver' },
      '{scheduledId}': { text: 'x', wall: '2030-01-01T09:00', zone: 'America/Denver' },
      tags: { tags: [] },
      priority: { priority: 'high' },
      snooze: { until: new Date().toISOString() },
      reminders: { text: 'tomorrow 3pm call' },
      '{reminderId}': { done: true },
      publish: { definition: await publishable() },
    };
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      path.includes('{id}') ? Object.keys(methods as object).map((method) => ({ path, method })) : [],
    );
    expect(operations.length).toBe(36);
    const email = `root@${dealer.slug}.test`;
    await api.store.users.create({
      dealershipId: dealer.id,
      name: 'Root',
      email,
      role: 'admin',
      password: TEST_PASSWORD,
    });
    // The strongest role, so that nothing is refused for another reason.
    const root = await signInAs(api, email);
    for (const { path, method } of operations) {
      for (const id of [foreignId, '0'.repeat(32), "x'$ne"]) {
        const url = path
          .replace('{id}', encodeURIComponent(id))
          .replace('{messageId}', messageIdAt(foreignId, 2))
          .replace('{itemId}', 'i')
          .replace('{scheduledId}', 's')
          .replace('{reminderId}', 'r');
        const answer = await root.call(
          method.toUpperCase(),
          url,
          method === 'get' ? undefined : (bodies[path.split('/').at(-1)!] ?? {}),
        );
        expect({ method, url, status: answer.status }).toEqual({ method, url, status: 404 });
      }
    }
    expect(api.engine.updates).toEqual([]);
  });

  it('wants a session on every route', async () => {
    const document = (await call(api, 'GET', '/api/openapi.json')).body;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods as object)) {
        if (path === '/api/session' && method === 'post') continue;
        const answer = await call(
          api,
          method.toUpperCase(),
          path.replace(/\{\w+\}/g, conversationId),
          method === 'get' ? undefined : {},
        );
        expect({ path, method, status: answer.status }).toEqual({ path, method, status: 401 });
      }
    }
  });
});

describe('problems', () => {
  it('are problem details, whatever went wrong', async () => {
    const problems = [
      await ana.call('GET', '/api/conversations?limit=9999'),
      await ana.call('POST', `/api/conversations/${conversationId}/messages`, '{"text":'),
      await ana.call('POST', `/api/conversations/${conversationId}/messages`, { text: 'x'.repeat(100_000) }),
      await ana.call('POST', `/api/conversations/${conversationId}/messages`, { text: '', surprise: 1 }),
      await ana.call(
        'POST',
        `/api/conversations/${conversationId}/messages`,
        { text: 'hi' },
        { 'Idempotency-Key': 'no spaces' },
      ),
      await ana.call('GET', '/api/nothing'),
      await ana.call('GET', '/api/conversations/%E0%A4%A'),
      await call(api, 'GET', '/api/me'),
    ];
    expect(problems.map((problem) => problem.status)).toEqual([400, 400, 413, 400, 400, 404, 400, 401]);
    for (const { status, headers, body } of problems) {
      expect(headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
      expect(body).toMatchObject({
        type: expect.any(String),
        title: expect.any(String),
        status,
        detail: expect.any(String),
        requestId: headers.get('X-Request-Id'),
      });
    }
    expect(problems[0]?.body.errors).toEqual([{ path: 'limit', message: expect.any(String) }]);
  });
});

describe('openapi', () => {
  it('describes every route, and its schemas are valid', async () => {
    const { body } = await call(api, 'GET', '/api/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method} ${path.replace('/api', '')}`),
    );
    for (const expected of [
      'post /session',
      'delete /session',
      'get /me',
      'get /conversations',
      'get /conversations/{id}',
      'post /conversations/{id}/messages',
      'put /conversations/{id}/autopilot',
      'delete /conversations/{id}/agenda/{itemId}',
      'get /counts',
      'get /reminders',
    ]) {
      expect(operations).toContain(expected);
    }
    const ajv = new Ajv2020({ strict: false });
    formats.default.default(ajv);
    const list = body.paths['/api/conversations'].get.responses['200'].content['application/json'].schema;
    const valid = ajv.compile(list);
    expect(valid((await ana.call('GET', '/api/conversations')).body) || valid.errors).toBe(true);
    expect((await call(api, 'GET', '/api/docs')).body).toContain('/api/conversations/{id}/messages');
  });
});

describe('the app', () => {
  it('keeps the app to itself', async () => {
    const { headers } = await call(api, 'GET', '/');
    expect(headers.get('Content-Security-Policy')).toContain("script-src 'self'");
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  });
});
