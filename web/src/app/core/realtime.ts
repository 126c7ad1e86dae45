import { inject, InjectionToken, Service, signal } from '@angular/core';
import type { Change, ClientToServer, ReadChange, ServerToClient } from '@leadline/contract/realtime.ts';
import { io, type Socket } from 'socket.io-client';
import * as z from 'zod/mini';
import { Api } from './api.ts';

type LeadlineSocket = Socket<ServerToClient, ClientToServer>;

/** Opens the socket; tests give their own. */
export const OPEN_SOCKET = new InjectionToken<() => LeadlineSocket>('OPEN_SOCKET', {
  providedIn: 'root',
  factory: () => () => io({ transports: ['websocket', 'polling'], reconnectionDelay: 500, reconnectionDelayMax: 5000 }),
});

/** What a store does with news. */
export interface RealtimeListener {
  change?(change: Change): void;
  read?(change: ReadChange): void;
  /** News may have been missed: load again what is shown. */
  reload?(): void;
}

/** A drop shorter than this is nobody's business. */
const GRACE_MS = 2000;
const ASK_AGAIN_MS = 1500;

/**
 * The socket. It keeps the cursor of the last change and resumes from it after every drop, so that what is shown is right
 * again without a reload of the page.
 */
@Service()
export class Realtime {
  private readonly openSocket = inject(OPEN_SOCKET);
  private readonly api = inject(Api);
  private readonly listeners = new Set<RealtimeListener>();
  private readonly dropped = signal(false);
  private socket: LeadlineSocket | null = null;
  private cursor: string | null = null;
  /** While missed changes are coming in, later ones may come between them: the cursor must not pass over a gap. */
  private isResuming = false;
  private grace: ReturnType<typeof setTimeout> | null = null;

  /** Whether the connection has been away for more than a moment. */
  readonly isOffline = this.dropped.asReadonly();

  /** Hears all news until the returned function is called. */
  listen(listener: RealtimeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Connects; called when a session begins. */
  start(): void {
    if (this.socket) return;
    const socket = this.openSocket();
    this.socket = socket;
    // The browser knows at once what the socket notices late.
    window.addEventListener('offline', this.onOffline);
    window.addEventListener('online', this.onOnline);
    socket.on('connect', () => this.resume(socket));
    socket.on('disconnect', () => this.onDrop(socket));
    socket.on('connect_error', () => this.onDrop(socket));
    socket.on('change', (change) => {
      if (!this.isResuming) this.cursor = change.cursor;
      for (const listener of this.listeners) listener.change?.(change);
    });
    socket.on('read', (change) => {
      for (const listener of this.listeners) listener.read?.(change);
    });
  }

  /** Disconnects and forgets; called when the session ends. */
  stop(): void {
    window.removeEventListener('offline', this.onOffline);
    window.removeEventListener('online', this.onOnline);
    this.socket?.removeAllListeners();
    this.socket?.disconnect();
    this.socket = null;
    this.cursor = null;
    this.settle();
  }

  private readonly onOffline = (): void => {
    this.dropped.set(true);
    this.socket?.disconnect();
  };

  private readonly onOnline = (): void => {
    this.socket?.connect();
  };

  private resume(socket: LeadlineSocket): void {
    const from = this.cursor;
    this.isResuming = true;
    socket.emit('resume', { cursor: from }, ({ cursor, reset }) => {
      this.cursor = cursor;
      this.isResuming = false;
      this.settle();
      // What was loaded before the first connection may lack what happened in between.
      if (reset || from === null) for (const listener of this.listeners) listener.reload?.();
    });
  }

  private onDrop(socket: LeadlineSocket): void {
    this.grace ??= setTimeout(() => this.dropped.set(true), GRACE_MS);
    if (!socket.active) setTimeout(() => void this.connectAgain(socket), ASK_AGAIN_MS);
  }

  /** Where the server itself has cut or refused the socket, it does not come back alone: the session may have ended. */
  private async connectAgain(socket: LeadlineSocket): Promise<void> {
    if (socket !== this.socket) return;
    // An ended session takes the reader to the sign-in, which stops this.
    await this.api.get('/me', z.unknown()).catch(() => undefined);
    if (socket === this.socket) socket.connect();
  }

  private settle(): void {
    if (this.grace !== null) clearTimeout(this.grace);
    this.grace = null;
    this.dropped.set(false);
  }
}
