import { createHash, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Role } from '@leadline/contract/names.ts';
import { newId } from './ids.ts';
import type { Models } from './models/index.ts';
import type { UserDoc } from './models/dealership.ts';

/** A user as the rest of the server sees one. */
export interface UserIdentity {
  id: string;
  dealershipId: string;
  name: string;
  email: string;
  role: Role;
}

export interface UserRepository {
  create(user: Omit<UserIdentity, 'id'> & { password: string }): Promise<UserIdentity>;
  /** The user whom e-mail and password name; null otherwise. Takes as long for an unknown e-mail as for a wrong password. */
  authenticate(email: string, password: string): Promise<UserIdentity | null>;
  byEmail(email: string): Promise<UserIdentity | null>;
  /** Whether there is any user: before the first, the demo is not set up. */
  any(): Promise<boolean>;
}

// argon2id is the library's default; OWASP's minimum for it, as of 2026, is 19 MiB and two passes.
const ARGON = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export function createUsers(models: Models): UserRepository {
  let decoy: Promise<string> | null = null;
  return {
    async create({ password, ...user }) {
      const _id = newId();
      const passwordHash = await hash(password, ARGON);
      await models.users.create({
        ...user,
        email: normalEmail(user.email),
        _id,
        passwordHash,
        disabledAt: null,
        notificationsSeenAt: null,
        createdAt: new Date(),
      });
      return { ...user, email: normalEmail(user.email), id: _id };
    },
    async authenticate(email, password) {
      const user = await models.users
        .findOne({ email: normalEmail(email), disabledAt: null })
        .select('+passwordHash')
        .lean();
      decoy ??= hash(randomBytes(16).toString('hex'), ARGON);
      const matches = await verify(user?.passwordHash ?? (await decoy), password);
      return user && matches ? identityOf(user) : null;
    },
    async byEmail(email) {
      const user = await models.users.findOne({ email: normalEmail(email) }).lean();
      return user && identityOf(user);
    },
    any: async () => (await models.users.exists({})) !== null,
  };
}

export interface SessionRepository {
  /** Starts a session; the token goes to the browser and is stored as its hash only. */
  start(user: UserIdentity): Promise<{ token: string; expiresAt: Date }>;
  /** Who holds this token; null when the session has ended or the user is disabled. */
  find(token: string): Promise<{ sessionId: string; user: UserIdentity } | null>;
  /** Ends a session, on every process. */
  end(sessionId: string): Promise<void>;
  /** Those of these sessions that still live. */
  living(sessionIds: string[]): Promise<Set<string>>;
}

/** People sign in again after that long. */
export const SESSION_MS = 14 * 86_400_000;

export function createSessions(models: Models): SessionRepository {
  return {
    async start(user) {
      const token = randomBytes(32).toString('base64url');
      const createdAt = new Date();
      const expiresAt = new Date(createdAt.getTime() + SESSION_MS);
      await models.sessions.create({
        _id: sessionIdOf(token),
        userId: user.id,
        dealershipId: user.dealershipId,
        createdAt,
        expiresAt,
      });
      return { token, expiresAt };
    },
    async find(token) {
      // The TTL index deletes about a minute late, so the time is asked for as well.
      const session = await models.sessions.findOne({ _id: sessionIdOf(token), expiresAt: { $gt: new Date() } }).lean();
      const user =
        session &&
        (await models.users
          .findOne({ _id: session.userId, dealershipId: session.dealershipId, disabledAt: null })
          .lean());
      return user ? { sessionId: session._id, user: identityOf(user) } : null;
    },
    async end(sessionId) {
      await models.sessions.deleteOne({ _id: sessionId });
    },
    async living(sessionIds) {
      const sessions = await models.sessions
        .find({ _id: { $in: sessionIds }, expiresAt: { $gt: new Date() } }, { userId: 1 })
        .lean();
      const users = await models.users
        .find({ _id: { $in: sessions.map((session) => session.userId) }, disabledAt: null }, { _id: 1 })
        .lean();
      const enabled = new Set(users.map((user) => user._id));
      return new Set(sessions.filter((session) => enabled.has(session.userId)).map((session) => session._id));
    },
  };
}

/** The stored name of a session: a stolen database opens no session. */
export function sessionIdOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

function identityOf({ _id, dealershipId, name, email, role }: UserDoc): UserIdentity {
  return { id: _id, dealershipId, name, email, role };
}
