import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { EncryptionCodec } from '../codec/encryptionCodec.ts';
import { buildCodecServer } from './app.ts';
import { readCodecServerConfig, type CodecServerConfig } from './config.ts';

const PAYLOAD_KEYS = `k1:${Buffer.alloc(32, 1).toString('base64')}`;
const TOKEN = 'a token that nobody guesses';
const UI = 'http://localhost:8233';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const clear = { metadata: { encoding: base64('json/plain') }, data: base64('"825-555-9025"') };

/** The codec server as its settings make it, on a port of its own. */
class Running {
  private readonly server: Server;

  constructor({ keys, access }: CodecServerConfig) {
    const app = buildCodecServer({ codec: new EncryptionCodec(keys), access, logger: pino({ level: 'silent' }) });
    this.server = app.listen(0, '127.0.0.1');
  }

  async call(path: string, body: unknown, headers: Record<string, string> = {}, method = 'POST'): Promise<Response> {
    if (!this.server.listening) await once(this.server, 'listening');
    const { port } = this.server.address() as AddressInfo;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'POST' && { body: text }),
    });
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const config = (env: NodeJS.ProcessEnv): CodecServerConfig => readCodecServerConfig({ PAYLOAD_KEYS, ...env });
const ofUi = { origin: UI };
const ofProgram = { authorization: `Bearer ${TOKEN}` };
const detailOf = async (answer: Response): Promise<string> => ((await answer.json()) as { detail: string }).detail;

describe('the codec server', () => {
  let onLoopback: Running;
  let withToken: Running;
  beforeAll(() => {
    onLoopback = new Running(config({ CODEC_SERVER_TOKEN: TOKEN }));
    withToken = new Running(config({ CODEC_SERVER_HOST: '0.0.0.0', CODEC_SERVER_TOKEN: TOKEN }));
  });
  afterAll(() => {
    onLoopback.stop();
    withToken.stop();
  });

  it('encodes and decodes as Temporal’s UI and CLI ask it to', async () => {
    const answer = await onLoopback.call('/encode', { payloads: [clear] }, ofProgram);
    const encoded = (await answer.json()) as { payloads: (typeof clear)[] };
    expect(encoded.payloads[0]?.metadata).toEqual({
      encoding: base64('binary/encrypted'),
      'encryption-key-id': base64('k1'),
    });
    const decoded = await onLoopback.call('/decode', encoded, { ...ofUi, 'x-namespace': 'default' });
    expect(await decoded.json()).toEqual({ payloads: [clear] });
    expect(decoded.headers.get('access-control-allow-origin')).toBe(UI);
    expect(decoded.headers.get('cache-control')).toBe('no-store');
  });

  it('hands back what is in clear, and what has no data', async () => {
    const bare = { metadata: { encoding: base64('binary/null') } };
    const answer = await onLoopback.call('/decode', { payloads: [clear, bare] }, ofUi);
    expect(await answer.json()).toEqual({ payloads: [clear, { ...bare, data: '' }] });
  });

  it.each([
    ['neither token nor origin', {}],
    ['another page', { origin: 'http://localhost:8234' }],
    ['a page that names the UI only in part', { origin: `${UI}.evil.test` }],
    ['a wrong token', { authorization: 'Bearer a token that somebody guessed' }],
    ['a wrong token from the UI’s page', { ...ofUi, authorization: 'Bearer x' }],
    ['an empty token', { ...ofUi, authorization: '' }],
  ])('refuses %s', async (_what, headers) => {
    const answer = await onLoopback.call('/decode', { payloads: [] }, headers as Record<string, string>);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await detailOf(answer)).toMatch(/token|Bearer/);
  });

  it('takes no origin for a proof where other machines can call', async () => {
    expect((await withToken.call('/decode', { payloads: [] }, ofUi)).status).toBe(401);
    expect((await withToken.call('/decode', { payloads: [] }, ofProgram)).status).toBe(200);
  });

  it('tells browsers that only the UI’s pages may call', async () => {
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' };
    const yes = await onLoopback.call('/decode', null, { ...asked, ...ofUi }, 'OPTIONS');
    expect(yes.status).toBe(204);
    expect(yes.headers.get('access-control-allow-origin')).toBe(UI);
    expect(yes.headers.get('access-control-allow-headers')).toContain('X-Namespace');
    const no = await onLoopback.call('/decode', null, { ...asked, origin: 'http://evil.test' }, 'OPTIONS');
    expect(no.status).toBe(403);
    expect(no.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    ['no JSON', '{', 400, 'not JSON'],
    ['no list of payloads', { payload: [] }, 400, '{"payloads": […]}'],
    ['bytes that are not base64', { payloads: [{ data: '%%' }] }, 400, 'base64'],
    ['too much', { payloads: [{ data: 'A'.repeat(9_000_000) }] }, 413, 'larger than 8 MB'],
    [
      'a key that it does not know',
      {
        payloads: [
          { metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('k0') }, data: 'AAAA' },
        ],
      },
      422,
      'the key "k0"',
    ],
  ])('answers %s with one sentence', async (_what, body, status, sentence) => {
    const answer = await onLoopback.call('/decode', body, ofUi);
    expect(answer.status).toBe(status);
    expect(await detailOf(answer)).toContain(sentence);
    expect(answer.headers.get('access-control-allow-origin')).toBe(UI);
  });

  it('does not start without a key, nor open to other machines without a token', () => {
    expect(() => readCodecServerConfig({})).toThrow(/^These settings of the codec server .*PAYLOAD_KEYS: .*missing/);
    expect(() => config({ CODEC_SERVER_HOST: '0.0.0.0' })).toThrow('CODEC_SERVER_TOKEN: it is needed where');
    expect(() => config({ CODEC_SERVER_AUTH: 'token' })).toThrow('CODEC_SERVER_TOKEN');
    expect(config({ CODEC_SERVER_HOST: '0.0.0.0', CODEC_SERVER_AUTH: 'origin' }).access.originSuffices).toBe(true);
    expect(config({}).access).toEqual({ uiOrigin: UI, token: null, originSuffices: true });
  });
});
