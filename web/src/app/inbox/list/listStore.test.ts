import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Change } from '@leadline/contract/realtime.ts';
import type { ConversationRow } from '@leadline/contract/rest.ts';
import { FakeApi, FakeRealtime, settled } from '../../../testing/fakeApi.ts';
import { minute, sampleRow } from '../../../testing/samples.ts';
import { Api, ApiError } from '../../core/api.ts';
import { Realtime } from '../../core/realtime.ts';
import { Session } from '../../core/session.ts';
import { unreadCount } from '../rows.ts';
import { NO_FILTER } from './listFilter.ts';
import { ListStore } from './listStore.ts';

function changeOf(row: ConversationRow | null, more: Partial<Change> = {}): Change {
  return { cursor: '1', conversationId: row?.id ?? 'c1', row, messages: [], events: [], reload: false, ...more };
}

describe('ListStore', () => {
  let api: FakeApi;
  let realtime: FakeRealtime;
  let store: ListStore;
  const [older, newer] = [
    sampleRow({ id: 'c1', lastActivityAt: minute(1) }),
    sampleRow({ id: 'c2', lastActivityAt: minute(5) }),
  ];
  const ids = (): string[] => store.rows().map((row) => row.id);

  beforeEach(async () => {
    api = new FakeApi();
    realtime = new FakeRealtime();
    const session = { userId: () => 'u1' };
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: Realtime, useValue: realtime },
        { provide: Session, useValue: session },
      ],
    });
    api.answers.set('GET /counts', { byChannel: {}, unread: 0 });
    api.answers.set('GET /conversations', { items: [older, newer], next: null });
    store = TestBed.inject(ListStore);
    await store.show(NO_FILTER);
  });

  it('sorts by the last activity, either way', async () => {
    expect(ids()).toEqual(['c2', 'c1']);
    await store.show({ ...NO_FILTER, sort: 'oldest' });
    expect(ids()).toEqual(['c1', 'c2']);
  });

  it('lifts a conversation in which something happens', () => {
    realtime.change(changeOf(sampleRow({ id: 'c1', position: 11, committedAt: minute(9), lastActivityAt: minute(9) })));
    expect(ids()).toEqual(['c1', 'c2']);
  });

  it('is not changed by the same news again', () => {
    const news = changeOf(sampleRow({ id: 'c3', lastActivityAt: minute(3) }));
    realtime.change(news);
    const before = store.rows();
    realtime.change(news);
    expect(store.rows()).toEqual(before);
    expect(ids()).toEqual(['c2', 'c3', 'c1']);
  });

  it('lets a row go that fits the filter no more, and takes one in that does', async () => {
    await store.show({ ...NO_FILTER, stage: 'engaged' });
    realtime.change(changeOf(sampleRow({ id: 'c2', position: 11, committedAt: minute(9), stage: 'sold' })));
    expect(ids()).toEqual(['c1']);
    realtime.change(changeOf(sampleRow({ id: 'c9', lastActivityAt: minute(7) })));
    realtime.change(changeOf(sampleRow({ id: 'c8', stage: 'sold', lastActivityAt: minute(8) })));
    expect(ids()).toEqual(['c9', 'c1']);
  });

  it('keeps the open conversation in an unread list while it is read', async () => {
    const unread = sampleRow({ inboundCount: 3 });
    api.answers.set('GET /conversations', { items: [unread], next: null });
    await store.show({ ...NO_FILTER, unread: true });
    store.setOpen('c1');
    realtime.read({ conversationId: 'c1', readInboundCount: 3 });
    expect(ids()).toEqual(['c1']);
    store.setOpen(null);
    expect(ids()).toEqual([]);
  });

  it('counts what is unread when the pushed row does not know the reader', () => {
    realtime.change(
      changeOf(sampleRow({ id: 'c1', position: 12, committedAt: minute(9), inboundCount: 4, readInboundCount: null })),
    );
    expect(unreadCount(store.rows().find((row) => row.id === 'c1')!)).toBe(2);
  });

  it('drops a conversation that is gone', () => {
    realtime.change(changeOf(null, { conversationId: 'c2' }));
    expect(ids()).toEqual(['c1']);
  });

  it('goes on to the next page without showing a row twice', async () => {
    api.answers.set('GET /conversations', { items: [newer], next: 'p2' });
    await store.show(NO_FILTER);
    api.answers.set('GET /conversations', { items: [newer, older], next: null });
    await store.loadMore();
    expect(api.calls.findLast((call) => call.path === '/conversations')?.query).toMatchObject({ cursor: 'p2' });
    expect(ids()).toEqual(['c2', 'c1']);
    expect(store.hasMore()).toBe(false);
  });

  it('does not take in what belongs to a page that is not loaded', async () => {
    api.answers.set('GET /conversations', { items: [newer], next: 'p2' });
    await store.show(NO_FILTER);
    realtime.change(changeOf(sampleRow({ id: 'c7', lastActivityAt: minute(2) })));
    expect(ids()).toEqual(['c2']);
  });

  it('says why it failed, and tries again', async () => {
    api.answers.set('GET /conversations', new ApiError(503, 'unavailable', 'The database is away.'));
    await store.show(NO_FILTER);
    expect(store.phase()).toEqual({ is: 'failed', why: 'The database is away.' });
    api.answers.set('GET /conversations', { items: [older], next: null });
    store.retry();
    await settled();
    expect(store.phase()).toEqual({ is: 'ready' });
  });

  it('loads again what is shown when the socket has missed something', async () => {
    api.answers.set('GET /conversations', { items: [sampleRow({ id: 'c4' })], next: null });
    realtime.reload();
    await settled();
    expect(ids()).toEqual(['c4']);
  });
});
