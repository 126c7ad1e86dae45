import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MessageView } from '@leadline/contract/rest.ts';
import { FakeApi, settled } from '../../../testing/fakeApi.ts';
import { sampleMessage } from '../../../testing/samples.ts';
import { Api, ApiError } from '../../core/api.ts';
import { Session } from '../../core/session.ts';
import { Outbox } from './outbox.ts';

const PATH = 'POST /conversations/c1/messages';
const text = { conversationId: 'c1', text: 'On my way', fromDraftId: null, afterPosition: 3 };

describe('Outbox', () => {
  let api: FakeApi;
  let outbox: Outbox;
  let confirmed: MessageView[];
  const keys = (): (string | undefined)[] => api.calls.map((call) => call.idempotencyKey);

  beforeEach(() => {
    localStorage.clear();
    Object.defineProperty(globalThis.crypto, 'randomUUID', { value: () => `key-${Math.random()}`, configurable: true });
    api = new FakeApi();
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Session, useValue: { userId: () => 'u1' } },
      ],
    });
    outbox = TestBed.inject(Outbox);
    confirmed = [];
    outbox.onConfirmed((message) => confirmed.push(message));
  });

  it('shows a message at once, and hands it over when it is confirmed', async () => {
    const message = sampleMessage({ id: 'm9', direction: 'outbound' });
    api.answers.set(PATH, { message });
    outbox.send(text);
    expect(outbox.of('c1').map((one) => [one.text, one.state])).toEqual([['On my way', 'sending']]);
    await settled();
    expect(outbox.of('c1')).toEqual([]);
    expect(confirmed).toEqual([message]);
  });

  it('says why a message was refused, and sends it again under the same key', async () => {
    api.answers.set(PATH, new ApiError(409, 'refused', 'The customer has opted out.'));
    outbox.send(text);
    await settled();
    const [failed] = outbox.of('c1');
    expect(failed).toMatchObject({ state: 'failed', problem: 'The customer has opted out.' });
    api.answers.set(PATH, { message: sampleMessage() });
    outbox.retry(failed!.key);
    await settled();
    expect(outbox.of('c1')).toEqual([]);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()).toHaveLength(2);
  });

  it('keeps a message that could not leave, and holds later ones back behind it', async () => {
    api.answers.set(PATH, new ApiError(0, 'offline', 'Leadline cannot be reached.'));
    outbox.send(text);
    outbox.send({ ...text, text: 'Second' });
    await settled();
    expect(outbox.of('c1').map((one) => one.state)).toEqual(['waiting', 'waiting']);
    expect(outbox.waitingCount()).toBe(2);
    expect(api.calls).toHaveLength(1);
  });

  it('remembers it over a reload of the page, and leaves it to the person', async () => {
    api.answers.set(PATH, new ApiError(0, 'offline', 'Leadline cannot be reached.'));
    outbox.send(text);
    await settled();
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Session, useValue: { userId: () => 'u1' } },
      ],
    });
    expect(TestBed.inject(Outbox).of('c1')).toMatchObject([{ text: 'On my way', state: 'failed' }]);
  });
});
