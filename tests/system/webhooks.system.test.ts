import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WebhookPayload } from '@leadline/contract/webhooks.ts';
import { startLeadline, type TestProduct } from '../leadline.ts';
import { until } from '../until.ts';

const CUSTOMER = '+18255557900';

/** A dealership's own system listens to a rule, from the settings page to the signed call. */
describe('an outgoing webhook, through the whole product', () => {
  let product: TestProduct;
  let server: Server;
  let session: Record<string, string> = {};
  const received: { id: string; signature: string; body: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const header = (name: string): string => String(request.headers[name]);
        received.push({ id: header('leadline-event-id'), signature: header('leadline-signature'), body });
        response.writeHead(received.length === 1 ? 500 : 204).end();
      });
    });
    server.listen(0, '127.0.0.1');
    product = await startLeadline({ WEBHOOK_ALLOW_PRIVATE: 'true' });
    const login = await fetch(`${product.url}/api/session`, {
      method: 'POST',
      body: JSON.stringify({ email: 'admin@demo.test', password: 'demo' }),
      headers: { 'content-type': 'application/json' },
    });
    const { csrfToken } = (await login.json()) as { csrfToken: string };
    session = { cookie: login.headers.get('set-cookie')!.split(';')[0]!, 'x-csrf-token': csrfToken };
  }, 120_000);
  afterAll(async () => {
    await product?.stop();
    server.closeAllConnections();
    server.close();
  }, 60_000);

  async function api(method: string, path: string, body?: unknown): Promise<any> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { ...session, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const answer = await fetch(`${product.url}/api${path}`, { method, headers, ...content });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  it('is signed, tried again with the same id, and kept on record', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/leadline`;
    const { id: endpointId, secret } = await api('POST', '/webhookEndpoints', { name: 'CRM', url });
    const { settings, version } = await api('GET', '/settings');
    const rule = {
      id: 'tell-the-crm',
      name: 'Tell the CRM',
      enabled: true,
      when: { on: 'tagged', tag: 'hot' },
      actions: [{ do: 'callWebhook', endpointId }],
    };
    await api('PUT', '/settings', { settings: { ...settings, rules: [...settings.rules, rule] }, version });
    await product.control('POST', '/inbound', { from: CUSTOMER, to: '+18255550100', body: 'STOP' });
    let id = '';
    await until('the conversation is in the inbox', async () => {
      id = (await api('GET', `/conversations?q=${CUSTOMER.slice(-10)}`)).items[0]?.id ?? '';
      return id !== '';
    });
    await api('PUT', `/conversations/${id}/tags`, { tags: ['hot'] });
    await until('the receiver has it', () => received.length === 2);
    const [first, second] = received;
    expect(first!.id).toBe(second!.id);
    const payload = JSON.parse(second!.body) as WebhookPayload;
    expect(payload).toMatchObject({
      id: second!.id,
      type: 'automation.ruleRan',
      data: { rule: { id: 'tell-the-crm' }, conversation: { id, tags: ['hot'] }, contact: { phone: CUSTOMER } },
    });
    const [, seconds, given] = /^t=(\d+),v1=(\w+)$/.exec(second!.signature)!;
    expect(given).toBe(createHmac('sha256', secret).update(`${seconds}.${second!.body}`).digest('hex'));
    await until('it is on record as delivered', async () => {
      const { items } = await api('GET', `/webhookEndpoints/${endpointId}/deliveries`);
      return items[0]?.id === second!.id && items[0].attempts === 2 && items[0].deliveredAt !== null;
    });
  }, 60_000);
});
