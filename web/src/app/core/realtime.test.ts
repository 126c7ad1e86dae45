import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Change } from '@leadline/contract/realtime.ts';
import { FakeApi } from '../../testing/fakeApi.ts';
import { Api } from './api.ts';
import { OPEN_SOCKET, Realtime } from './realtime.ts';

type Answer = (result: { cursor: string; reset: boolean }) => void;

/** What `Realtime` uses of a socket. */
class FakeSocket {
  active = true;
  readonly resumed: { cursor: string | null; answer: Answer }[] = [];
  connect = jest.fn();
  private readonly handlers = new Map<string, (...news: unknown[]) => void>();

  on(name: string, handler: (...news: unknown[]) => void): void {
    this.handlers.set(name, handler);
  }

  emit(_name: 'resume', { cursor }: { cursor: string | null }, answer: Answer): void {
    this.resumed.push({ cursor, answer });
  }

  hear(name: string, ...news: unknown[]): void {
    this.handlers.get(name)?.(...news);
  }

  removeAllListeners(): void {
    this.handlers.clear();
  }

  disconnect(): void {
    this.active = false;
  }
}

const change = (cursor: string): Change => ({
  cursor,
  conversationId: 'c1',
  row: null,
  messages: [],
  events: [],
  reload: false,
});

describe('Realtime', () => {
  let socket: FakeSocket;
  let realtime: Realtime;
  let api: FakeApi;
  const reload = jest.fn();
  const changes = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers();
    jest.clearAllMocks();
    socket = new FakeSocket();
    api = new FakeApi();
    TestBed.configureTestingModule({
      providers: [
        { provide: Api, useValue: api },
        { provide: OPEN_SOCKET, useValue: () => socket },
      ],
    });
    realtime = TestBed.inject(Realtime);
    realtime.listen({ change: changes, reload });
    realtime.start();
    socket.hear('connect');
    socket.resumed[0]!.answer({ cursor: 'now', reset: false });
  });

  afterEach(() => {
    realtime.stop();
    jest.useRealTimers();
  });

  it('has everything loaded again after the first connection', () => {
    expect(socket.resumed[0]!.cursor).toBeNull();
    expect(reload).toHaveBeenCalledTimes(1);
  });

  it('resumes from the last change after a drop, and reloads only when it must', () => {
    socket.hear('change', change('7'));
    expect(changes).toHaveBeenCalledTimes(1);
    socket.hear('disconnect');
    socket.hear('connect');
    expect(socket.resumed[1]!.cursor).toBe('7');
    socket.resumed[1]!.answer({ cursor: '9', reset: false });
    expect(reload).toHaveBeenCalledTimes(1);
    socket.hear('connect');
    expect(socket.resumed[2]!.cursor).toBe('9');
    socket.resumed[2]!.answer({ cursor: '9', reset: true });
    expect(reload).toHaveBeenCalledTimes(2);
  });

  it('does not pass over a gap when it is cut while it resumes', () => {
    socket.hear('disconnect');
    socket.hear('connect');
    socket.hear('change', change('later than what is missing'));
    socket.hear('disconnect');
    socket.hear('connect');
    expect(socket.resumed[2]!.cursor).toBe('now');
  });

  it('says so when it is away for more than a moment, and when it is back', () => {
    socket.hear('disconnect');
    jest.advanceTimersByTime(1900);
    expect(realtime.isOffline()).toBe(false);
    jest.advanceTimersByTime(200);
    expect(realtime.isOffline()).toBe(true);
    socket.hear('connect');
    socket.resumed[1]!.answer({ cursor: 'now', reset: false });
    expect(realtime.isOffline()).toBe(false);
  });

  it('believes the browser about its network at once', () => {
    window.dispatchEvent(new Event('offline'));
    expect(realtime.isOffline()).toBe(true);
    window.dispatchEvent(new Event('online'));
    expect(socket.connect).toHaveBeenCalledTimes(1);
  });

  it('asks whether the session lives when the server has cut it, and connects again', async () => {
    socket.active = false;
    socket.hear('disconnect');
    await jest.advanceTimersByTimeAsync(2000);
    expect(api.calls.map((call) => call.path)).toEqual(['/me']);
    expect(socket.connect).toHaveBeenCalledTimes(1);
  });
});
