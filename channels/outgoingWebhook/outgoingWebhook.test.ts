import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { postWebhook, type PostOptions } from './post.ts';
import { isPublicAddress, publicLookup, RefusedAddress, wrongInWebhookUrl } from './target.ts';

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '5f00::1',
    'localhost',
    '',
  ])('%p is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '192.169.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2606:4700:4700::1111',
  ])('%p is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('the address of an endpoint', () => {
  it.each([
    'crm',
    'http://crm.example.com/hook',
    'ftp://crm.example.com',
    'https://user:secret@crm.example.com/',
    'https://user@crm.example.com/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.8:8443/',
  ])('%p is refused in words', (url) => {
    expect(wrongInWebhookUrl(url, false)).toMatch(/\.$/);
  });

  it('is https of the public internet; in development it may be anything but with credentials', () => {
    expect(wrongInWebhookUrl('https://crm.example.com/hook?source=leadline', false)).toBeNull();
    expect(wrongInWebhookUrl('http://127.0.0.1:4000/hook', true)).toBeNull();
    expect(wrongInWebhookUrl('http://user:x@127.0.0.1:4000/hook', true)).not.toBeNull();
  });
});

/** Against a real receiver. */
describe('a call', () => {
  let server: Server;
  let port: number;
  let received: { headers: IncomingHttpHeaders; body: string; path: string | undefined }[] = [];
  let connections = 0;
  let answer: RequestListener = (_request, response) => response.end();

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), path: request.url });
        answer(request, response);
      });
    });
    server.on('connection', () => (connections += 1));
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    received = [];
    connections = 0;
    answer = (_request, response) => response.end();
  });

  const call = (url: string) => ({
    url,
    secret: 'whsec_test',
    eventId: 'c-7-e1',
    body: '{"id":"ü"}',
    at: 1_700_000_000_999,
  });
  const open = (path = '/hook', options: Partial<PostOptions> = {}) =>
    postWebhook(call(`http://127.0.0.1:${port}${path}`), { mayBePrivate: true, ...options });

  it('carries its id and a signature that the receiver can check', async () => {
    expect(await open()).toEqual({ outcome: 'answered', statusCode: 200 });
    const { headers, body } = received[0]!;
    expect(body).toBe('{"id":"ü"}');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'leadline-event-id': 'c-7-e1' });
    const [, seconds, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['leadline-signature']))!;
    expect(seconds).toBe('1700000000');
    expect(given).toBe(createHmac('sha256', 'whsec_test').update(`${seconds}.${body}`).digest('hex'));
  });

  it('follows no redirect', async () => {
    answer = (_request, response) => response.writeHead(307, { Location: '/elsewhere' }).end();
    expect(await open()).toEqual({ outcome: 'answered', statusCode: 307 });
    expect(received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('does not wait for an answer without end', async () => {
    answer = (_request, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(4096)));
        response.once('drain', pour);
      };
      pour();
    };
    expect(await open()).toEqual({ outcome: 'answered', statusCode: 200 });
  });

  it('that nobody answers is given back with a reason', async () => {
    answer = () => undefined;
    expect(await open('/hook', { timeoutMs: 50 })).toEqual({
      outcome: 'unanswered',
      reason: 'did not answer within 0.05 s',
    });
    answer = (request) => request.socket.destroy();
    expect(await open()).toEqual({ outcome: 'unanswered', reason: 'could not be reached (ECONNRESET)' });
  });

  it.each(['localhost', '127.1', '[::ffff:127.0.0.1]', '[::1]', '169.254.169.254', '0.0.0.0'])(
    'to %s is refused, and nobody is connected to',
    async (host) => {
      const result = await postWebhook(call(`https://${host}:${port}/`), { mayBePrivate: false });
      expect(result).toEqual({ outcome: 'refused', reason: 'A webhook must go to an address of the public internet.' });
      expect(connections).toBe(0);
    },
  );

  it.each([
    [[{ address: '127.0.0.1', family: 4 }]],
    [[{ address: '::1', family: 6 }]],
    [
      [
        { address: '1.1.1.1', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
    [[]],
  ])('to a name that leads to %j is refused when it connects', async (addresses) => {
    const result = await postWebhook(call(`https://crm.example.com:${port}/`), {
      mayBePrivate: false,
      resolve: async () => addresses,
    });
    expect(result.outcome).toBe('refused');
    expect(connections).toBe(0);
  });

  it('connects to the very addresses that were looked at: a name that changes its mind gets nowhere', async () => {
    const answers = [[{ address: '1.1.1.1', family: 4 }], [{ address: '127.0.0.1', family: 4 }]];
    const guarded = publicLookup(async () => answers.shift()!);
    const connectTo = (): Promise<unknown> =>
      new Promise((resolve) => {
        guarded('rebind.example.com', { all: true }, (error, addresses) => resolve(error ?? addresses));
      });
    expect(await connectTo()).toEqual([{ address: '1.1.1.1', family: 4 }]);
    expect(await connectTo()).toBeInstanceOf(RefusedAddress);
  });
});
