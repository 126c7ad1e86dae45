import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { healthRoutes } from './health.ts';
import { createMetrics } from './metrics.ts';
import { handleErrors } from './problems.ts';

const TOKEN = 'a-token-of-some-length';

describe('health', () => {
  let server: Server;
  afterEach(() => void server.close());

  async function serve(parts: Parameters<typeof healthRoutes>[0], token: string | null = null) {
    const app = express().use(healthRoutes(parts, createMetrics(), token), handleErrors);
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return (path: string, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
  }

  it('says what it waits for', async () => {
    let isDown = false;
    const ping = async () => {
      if (isDown) throw new Error('down');
    };
    const get = await serve({ mongodb: { ping: async () => undefined }, temporal: { ping } });
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', waitingFor: [] }]);
    isDown = true;
    const waiting = await get('/readyz');
    expect([waiting.status, await waiting.json()]).toEqual([503, { status: 'waiting', waitingFor: ['temporal'] }]);
    expect((await get('/healthz')).status).toBe(200);
  });

  it('asks a part once at a time, however many want to know', async () => {
    let pings = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const get = await serve({ temporal: { ping: () => ((pings += 1), promise) } });
    const answers = Array.from({ length: 20 }, () => get('/readyz'));
    await get('/healthz');
    resolve();
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
    // One that comes when the others have their answer asks anew.
    expect(pings).toBeLessThanOrEqual(2);
  });

  it('shows its figures to everybody, or to who knows the token', async () => {
    expect(await (await (await serve({}))('/metrics')).text()).toContain('leadline_http_request_seconds');
    server.close();
    const get = await serve({}, TOKEN);
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/metrics', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await get('/metrics', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });
});
