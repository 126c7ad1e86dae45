import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDealership, startTestMongo, type TestDealership, type TestMongo } from '@leadline/store/testStore.ts';
import { call, signInAs, startTestApi, type TestApi, type TestBrowser } from './testApi.ts';

let mongo: TestMongo;
let api: TestApi;
let ana: TestBrowser;
let dealer: TestDealership;
const text = (to: string): string => JSON.stringify({ sid: 'SM1', from: '+18255550001', to, body: 'hi' });
let simulator: Server;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadline-web-'));
  await writeFile(join(folder, 'index.html'), '<title>app</title>');
  await writeFile(join(folder, 'main-ABCDEF12.js'), '1');
  simulator = createServer((request, response) => {
    if (request.url === '/control/stream') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`data: ${text('+15550000000')}\n\n`);
      response.write(`data: ${text(dealer.accountAddress)}\n\n`);
      return;
    }
    if (request.url === '/control/messages') {
      response.setHeader('Content-Type', 'application/json');
      response.end(`{"items":[${text('+15550000000')},${text(dealer.accountAddress)}]}`);
      return;
    }
    let body = '';
    request
      .on('data', (chunk) => (body += chunk))
      .on('end', () => {
        response.writeHead(201, { 'Content-Type': 'application/json' });
        response.end(
          JSON.stringify({ method: request.method, url: request.url, body, cookie: request.headers.cookie ?? null }),
        );
      });
  }).listen(0, '127.0.0.1');
  await once(simulator, 'listening');
  mongo = await startTestMongo();
  const simulatorUrl = `http://127.0.0.1:${(simulator.address() as AddressInfo).port}`;
  api = await startTestApi(mongo, 'webapp', { webDir: folder, simulatorUrl });
  dealer = await addDealership(api.store);
  ana = await signInAs(api, dealer.email);
}, 60_000);

afterAll(async () => {
  await api?.close();
  simulator.closeAllConnections();
  simulator.close();
  await mongo?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the app', () => {
  it('is served for its own routes, fresh, and its hashed files for good', async () => {
    for (const path of ['/', '/conversations/0123', '/simulator']) {
      expect(await call(api, 'GET', path)).toMatchObject({ status: 200, body: '<title>app</title>' });
    }
    expect((await call(api, 'GET', '/')).headers.get('Cache-Control')).toBe('no-cache');
    expect((await call(api, 'GET', '/main-ABCDEF12.js')).headers.get('Cache-Control')).toContain('immutable');
    for (const path of ['/missing.js', '/webhooks/nothing', '/../../etc/passwd.txt'])
      expect((await call(api, 'GET', path)).status).toBe(404);
  });
});

describe('the simulator', () => {
  it('is reached through the API by who is signed in, without their cookie', async () => {
    const answer = await ana.call('POST', '/api/simulator/inbound?x=1', { to: dealer.accountAddress });
    const body = JSON.stringify({ to: dealer.accountAddress });
    expect(answer).toMatchObject({
      status: 201,
      body: { method: 'POST', url: '/control/inbound?x=1', body, cookie: null },
    });
    expect((await call(api, 'GET', '/api/simulator/messages')).status).toBe(401);
    expect((await ana.call('POST', '/api/simulator/inbound', {}, { 'X-CSRF-Token': '' })).status).toBe(403);
  });

  it('shows and takes only what is of the dealership’s own numbers, and nothing but the phones', async () => {
    expect((await ana.call('POST', '/api/simulator/inbound', { to: '+15550000000' })).status).toBe(403);
    const { body } = await ana.call('GET', '/api/simulator/messages');
    expect(body).toMatchObject({ items: [{ to: dealer.accountAddress }] });
    for (const path of ['/accepted', '/%2e%2e/v1/models', '//evil.test/phones'])
      expect((await ana.call('GET', `/api/simulator${path}`)).status).toBe(404);
    const ben = await signInAs(api, `ben@${dealer.slug}.test`);
    expect((await ben.call('PUT', '/api/simulator/faults', {})).status).toBe(403);
  });

  it('streams', async () => {
    const response = await fetch(`${api.url}/api/simulator/stream`, { headers: { Cookie: ana.cookie } });
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(`data: ${text(dealer.accountAddress)}\n\n`);
    await reader.cancel();
  });
});
