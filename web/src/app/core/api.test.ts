import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as z from 'zod/mini';
import { Api, type ApiError } from './api.ts';

const Answer = z.object({ on: z.boolean() });

describe('Api', () => {
  let api: Api;
  const fetched = jest.fn<(url: string, init: RequestInit) => Promise<Response>>();
  const original = globalThis.fetch;
  const onUnauthenticated = jest.fn();
  const answer = (status: number, body: unknown) => ({ ok: status < 300, status, json: async () => body }) as Response;
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (error: ApiError) => error,
    );

  beforeEach(() => {
    jest.clearAllMocks();
    globalThis.fetch = fetched as unknown as typeof fetch;
    api = TestBed.inject(Api);
    api.useSession('token', onUnauthenticated);
  });

  afterEach(() => {
    globalThis.fetch = original;
  });

  it('sends the token and the key with a change, and leaves out what is not asked for', async () => {
    fetched.mockResolvedValue(answer(200, { on: true }));
    expect(await api.send('PUT', '/conversations/c1/autopilot', { on: true }, Answer, 'key')).toEqual({ on: true });
    await api.get('/conversations', Answer, { view: 'mine', q: '', cursor: null, limit: 50 });
    const [[, put], [url, get]] = fetched.mock.calls as [[string, RequestInit], [string, RequestInit]];
    expect(put.headers).toMatchObject({ 'x-csrf-token': 'token', 'idempotency-key': 'key' });
    expect(url).toBe('/api/conversations?view=mine&limit=50');
    expect(get.headers).not.toHaveProperty('x-csrf-token');
  });

  it('tells in a sentence what the server refused', async () => {
    const problem = {
      type: 'x',
      title: 'Refused',
      status: 409,
      detail: 'The customer has opted out.',
      code: 'opted-out',
    };
    fetched.mockResolvedValue(answer(409, problem));
    expect(await refusal(api.get('/x', Answer))).toMatchObject({
      status: 409,
      code: 'opted-out',
      message: 'The customer has opted out.',
      isTemporary: false,
    });
  });

  it('tells what is wrong with the fields', async () => {
    const errors = [{ path: 'text', message: 'is too long' }];
    fetched.mockResolvedValue(answer(400, { type: 'x', title: 'Bad request', status: 400, code: 'invalid', errors }));
    expect(await refusal(api.get('/x', Answer))).toMatchObject({ message: 'The field text is too long.' });
  });

  it('takes a dead line and a broken answer for what will pass', async () => {
    fetched.mockRejectedValueOnce(new TypeError('failed to fetch'));
    expect(await refusal(api.get('/x', Answer))).toMatchObject({ status: 0, isTemporary: true });
    fetched.mockResolvedValueOnce({
      ok: false,
      status: 502,
      json: () => Promise.reject(new Error('html')),
    } as unknown as Response);
    expect(await refusal(api.get('/x', Answer))).toMatchObject({ status: 502, isTemporary: true });
  });

  it('reports the end of the session, but not a wrong password', async () => {
    fetched.mockResolvedValue(answer(401, { type: 'x', title: 'Sign in first', status: 401 }));
    await refusal(api.send('POST', '/session', {}, Answer, 'key'));
    expect(onUnauthenticated).not.toHaveBeenCalled();
    await refusal(api.get('/users', Answer));
    expect(onUnauthenticated).toHaveBeenCalledTimes(1);
  });

  it('does not take an answer that is not what it should be', async () => {
    fetched.mockResolvedValue(answer(200, { on: 'yes' }));
    expect(await refusal(api.get('/x', Answer))).not.toBeNull();
  });
});
