import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Change } from '@leadline/contract/realtime.ts';
import { FakeApi, FakeRealtime, settled, type Call } from '../../../testing/fakeApi.ts';
import { minute, sampleEvent, sampleMessage, sampleRow } from '../../../testing/samples.ts';
import { Api, ApiError } from '../../core/api.ts';
import { Realtime } from '../../core/realtime.ts';
import { Session } from '../../core/session.ts';
import { ThreadStore } from './threadStore.ts';

const outbound = { direction: 'outbound', author: 'user', userId: 'u1' } as const;

function changeOf(more: Partial<Change>): Change {
  return { cursor: '1', conversationId: 'c1', row: sampleRow(), messages: [], events: [], reload: false, ...more };
}

describe('ThreadStore', () => {
  let api: FakeApi;
  let realtime: FakeRealtime;
  let store: ThreadStore;
  const ids = (): string[] => [...(store.thread()?.messages.keys() ?? [])].sort();
  const status = (id: string): string | undefined => store.thread()?.messages.get(id)?.status;

  beforeEach(async () => {
    localStorage.clear();
    api = new FakeApi();
    realtime = new FakeRealtime();
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Realtime, useValue: realtime },
        { provide: Session, useValue: { userId: () => 'u1' } },
      ],
    });
    api.answers.set('GET /conversations/c1', { row: sampleRow(), contact: null, workflowId: 'w1' });
    api.answers.set('GET /conversations/c1/messages', {
      items: [sampleMessage({ position: 7, status: 'queued', ...outbound })],
      next: null,
    });
    api.answers.set('GET /conversations/c1/events', {
      items: [sampleEvent('autopilotSet', 6, { on: true })],
      next: null,
    });
    store = TestBed.inject(ThreadStore);
    await store.open('c1');
  });

  it('opens a conversation with its messages and events', () => {
    expect(store.phase()).toEqual({ is: 'ready' });
    expect(ids()).toEqual(['m7']);
    expect([...store.thread()!.events.keys()]).toEqual(['e6']);
    expect(store.row()?.id).toBe('c1');
  });

  it('takes news in, and the same news again changes nothing', () => {
    const news = changeOf({ messages: [sampleMessage({ position: 8 })], events: [sampleEvent('stageSet', 9)] });
    realtime.change(news);
    const before = store.thread();
    realtime.change(news);
    expect(ids()).toEqual(['m7', 'm8']);
    expect(store.thread()).toEqual(before);
  });

  it('never lets the status of a message fall back', () => {
    const message = (change: object) =>
      realtime.change(changeOf({ messages: [sampleMessage({ position: 7, ...outbound, ...change })] }));
    message({ status: 'delivered' });
    message({ status: 'sent' });
    expect(status('m7')).toBe('delivered');
  });

  it('takes a new attempt of a message that failed', () => {
    const message = (change: object) =>
      realtime.change(changeOf({ messages: [sampleMessage({ position: 7, ...outbound, ...change })] }));
    message({ status: 'failed' });
    message({ status: 'queued', attempt: 2 });
    message({ status: 'failed', attempt: 1 });
    expect(status('m7')).toBe('queued');
  });

  it('leaves statuses without a position out of the events', () => {
    realtime.change(changeOf({ events: [{ ...sampleEvent('deliveryStatus', 1), id: 'status', position: null }] }));
    expect([...store.thread()!.events.keys()]).toEqual(['e6']);
  });

  it('loads anew when what was pushed has been replaced', async () => {
    api.answers.set('GET /conversations/c1/messages', { items: [sampleMessage({ position: 5 })], next: null });
    realtime.change(changeOf({ reload: true }));
    await settled();
    expect(ids()).toEqual(['m5']);
  });

  it('puts older pages before what is shown', async () => {
    const pages: Record<string, unknown> = {
      newest: { items: [sampleMessage({ position: 7, conversationId: 'c2' })], next: '7' },
      '7': { items: [sampleMessage({ position: 3, conversationId: 'c2' })], next: null },
    };
    api.answers.set('GET /conversations/c2', { row: sampleRow({ id: 'c2' }), contact: null, workflowId: 'w2' });
    api.answers.set(
      'GET /conversations/c2/messages',
      ({ query }: Call) => pages[(query['before'] ?? 'newest') as string],
    );
    api.answers.set('GET /conversations/c2/events', { items: [], next: null });
    await store.open('c2');
    expect(store.hasOlder()).toBe(true);
    await store.loadOlder();
    expect(ids()).toEqual(['m3', 'm7']);
    expect(store.hasOlder()).toBe(false);
  });

  it('takes a newer row in and says when there is no such conversation', async () => {
    realtime.change(changeOf({ row: sampleRow({ position: 20, committedAt: minute(5), stage: 'sold' }) }));
    await store.open('c404');
    expect(store.phase()).toEqual({ is: 'missing' });
    api.answers.set('GET /conversations/c404', new ApiError(503, 'unavailable', 'Brought back, and asked for anew.'));
    realtime.change(changeOf({ conversationId: 'c404', row: sampleRow({ id: 'c404' }) }));
    await settled();
    expect(store.phase()).toEqual({ is: 'failed', why: 'Brought back, and asked for anew.' });
    api.answers.set('GET /conversations/c5', new ApiError(503, 'unavailable', 'Try again in a moment.'));
    await store.open('c5');
    expect(store.phase()).toEqual({ is: 'failed', why: 'Try again in a moment.' });
  });
});
