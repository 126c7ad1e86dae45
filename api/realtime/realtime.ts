import type { Server as HttpServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Server, type Socket } from 'socket.io';
import * as z from 'zod/mini';
import type { ClientToServer, ReadChange, ServerToClient } from '@leadline/contract/realtime.ts';
import type { Store } from '@leadline/store/connect.ts';
import { journalCursorNow } from '@leadline/store/journal.ts';
import type { JournalEntry } from '@leadline/store/models/journal.ts';
import type { Metrics } from '../metrics.ts';
import { tokenIn, type SessionCookie } from '../session/cookie.ts';
import { isOwnOrigin } from '../session/origin.ts';
import { changesOf } from './changes.ts';

export interface RealtimeDeps {
  http: HttpServer;
  store: Pick<Store, 'inbox' | 'journal' | 'sessions'>;
  cookie: SessionCookie;
  publicUrl: string;
  logger: Logger;
  metrics: Metrics;
}

/** The sockets of signed-in browsers. */
export interface Realtime {
  /** Starts to follow the journal; call it once the database is there. */
  follow(): void;
  /** Tells the user's other tabs what one of them has read. */
  notifyRead(userId: string, change: ReadChange): void;
  /** Cuts the sockets of a session that has ended. */
  endSession(sessionId: string): void;
  close(): Promise<void>;
}

interface Held {
  userId: string;
  dealershipId: string;
  sessionId: string;
}
type AppSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, Held>;

/** More than that many entries behind: the client reloads what it shows. */
const RESUME_LIMIT = 2_000;
const SESSION_CHECK_MS = 3_000;
const RETRY_MS = 500;
const MAX_CLIENT_BYTES = 10_000;
const Resume = z.object({ cursor: z.nullable(z.string().check(z.maxLength(200))) });

/** Follows the journal and pushes to the sockets of the dealership that each entry belongs to. */
export function createRealtime(deps: RealtimeDeps): Realtime {
  const { store, logger, metrics } = deps;
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, Held>(deps.http, {
    serveClient: false,
    maxHttpBufferSize: MAX_CLIENT_BYTES,
    allowRequest: (request, answer) => {
      answer(null, isOwnOrigin(request.headers, deps.publicUrl));
    },
  });

  io.use((socket, next) => {
    const token = tokenIn(socket.request.headers.cookie, deps.cookie);
    (token === null ? Promise.resolve(null) : store.sessions.find(token)).then(
      (session) => {
        if (!session) return next(new Error('unauthenticated'));
        socket.data = {
          userId: session.user.id,
          dealershipId: session.user.dealershipId,
          sessionId: session.sessionId,
        };
        next();
      },
      () => {
        next(new Error('unavailable'));
      },
    );
  });
  io.on('connection', (socket) => {
    const { dealershipId, userId, sessionId } = socket.data;
    void socket.join([dealershipRoom(dealershipId), userRoom(userId), sessionRoom(sessionId)]);
    metrics.sockets.set(io.sockets.sockets.size);
    socket.once('disconnect', () => {
      metrics.sockets.set(io.sockets.sockets.size);
    });
    socket.on('resume', (request, answer) => {
      const parsed = z.safeParse(Resume, request);
      if (!parsed.success || typeof answer !== 'function') return;
      resume(store, socket, parsed.data.cursor).then(answer, (error: unknown) => {
        logger.warn({ err: error }, 'A browser could not resume; it connects again.');
        socket.disconnect(true);
      });
    });
  });

  const lane = createLane(async (entries) => {
    for (const [dealershipId, own] of Map.groupBy(entries, (entry) => entry.dealershipId)) {
      const room = dealershipRoom(dealershipId);
      if (!io.sockets.adapter.rooms.has(room)) continue;
      for (const change of await changesOf(store.inbox(dealershipId), own)) io.to(room).emit('change', change);
      metrics.pushDelay.observe(Math.max(Date.now() - own[0]!.committedAt.getTime(), 0) / 1000);
    }
  });
  let watching: ReturnType<Store['journal']['watch']> | null = null;
  const checking = setInterval(() => {
    void endDeadSessions(io, store).catch((error: unknown) => {
      logger.debug({ err: error }, 'Sessions could not be checked.');
    });
  }, SESSION_CHECK_MS);
  checking.unref();

  return {
    follow() {
      watching ??= store.journal.watch(
        (entries) => {
          lane.add(entries);
        },
        {
          onError: (error) => {
            logger.warn({ err: error }, 'The journal cannot be followed; trying again.');
          },
        },
      );
    },
    notifyRead(userId, change) {
      io.to(userRoom(userId)).emit('read', change);
    },
    endSession(sessionId) {
      io.in(sessionRoom(sessionId)).disconnectSockets(true);
    },
    async close() {
      clearInterval(checking);
      lane.stop();
      await watching?.close();
      await io.close();
    },
  };
}

const dealershipRoom = (id: string): string => `dealership:${id}`;
const userRoom = (id: string): string => `user:${id}`;
const sessionRoom = (id: string): string => `session:${id}`;

/** Sends what a client has missed, then says where it stands. */
async function resume(
  store: RealtimeDeps['store'],
  socket: AppSocket,
  cursor: string | null,
): Promise<{ cursor: string; reset: boolean }> {
  // Taken first: what is written while this reads comes by the room, or again by the next cursor's overlap.
  const now = journalCursorNow();
  if (cursor === null) return { cursor: now, reset: false };
  const { dealershipId } = socket.data;
  const missed = await store.journal.since(dealershipId, cursor, RESUME_LIMIT);
  if (!missed?.complete) return { cursor: now, reset: true };
  for (const change of await changesOf(store.inbox(dealershipId), missed.entries)) socket.emit('change', change);
  return { cursor: now, reset: false };
}

async function endDeadSessions(
  io: Server<ClientToServer, ServerToClient, Record<string, never>, Held>,
  store: RealtimeDeps['store'],
): Promise<void> {
  const sockets = [...io.sockets.sockets.values()];
  if (sockets.length === 0) return;
  const living = await store.sessions.living([...new Set(sockets.map((socket) => socket.data.sessionId))]);
  for (const socket of sockets) if (!living.has(socket.data.sessionId)) socket.disconnect(true);
}

/** Works on batches one after the other: what comes meanwhile is the next one. A batch that fails is tried again. */
function createLane(work: (entries: JournalEntry[]) => Promise<void>): {
  add(entries: JournalEntry[]): void;
  stop(): void;
} {
  let waiting: JournalEntry[] = [];
  let isWorking = false;
  let isStopped = false;
  async function run(): Promise<void> {
    isWorking = true;
    while (waiting.length > 0 && !isStopped) {
      const batch = waiting;
      waiting = [];
      await work(batch).catch(async () => {
        waiting = [...batch, ...waiting];
        await pause(RETRY_MS);
      });
    }
    isWorking = false;
  }
  return {
    add(entries) {
      waiting.push(...entries);
      if (!isWorking) void run();
    },
    stop() {
      isStopped = true;
    },
  };
}
