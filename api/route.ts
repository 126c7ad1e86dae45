import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type * as z from 'zod/mini';
import { ROLES, type Role } from '@leadline/contract/names.ts';
import type { Inbox } from '@leadline/store/inbox.ts';
import type { UserIdentity } from '@leadline/store/people.ts';

type Schema = z.core.$ZodType;

/** What a route is given: parsed, and scoped to the user's dealership. There is no way from here to another's data. */
export interface Call<Body, Query> {
  params: Record<string, string>;
  body: Body;
  query: Query;
  user: UserIdentity;
  inbox: Inbox;
  sessionId: string;
  requestId: string;
  /** The client's `Idempotency-Key`, or a fresh one. */
  idempotencyKey: string;
  request: Request;
  response: Response;
}

/** One operation of the REST interface: what serves it and what OpenAPI says of it, in one place. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/api`, with `:name` for parameters. */
  path: string;
  tag: string;
  summary: string;
  body: Schema | null;
  query: Schema | null;
  answer: Schema | null;
  status: number;
  /** Weakest role that may; null: everybody who is signed in. */
  role: Role | null;
  /** How often a user may in a minute; null: as often as they like. */
  perMinute: number | null;
  handle(call: Call<unknown, unknown>): Promise<unknown>;
}

interface RouteDefinition<Body extends Schema, Query extends Schema> {
  tag: string;
  summary: string;
  body?: Body;
  query?: Query;
  /** Schema of the answer; none: 204 without a body. */
  answer?: Schema;
  /** Weakest role that may; none: everybody who is signed in. */
  role?: Role;
  /** How often a user may in a minute; none: as often as they like. */
  perMinute?: number;
  /** 200, or 204 where there is no answer. */
  status?: number;
  handle(call: Call<z.output<Body>, z.output<Query>>): Promise<unknown>;
}

/** Declares a route for signed-in users: `route('get /me', {...})`. */
export function route<Body extends Schema = z.ZodMiniUndefined, Query extends Schema = z.ZodMiniUndefined>(
  operation: `${Route['method']} /${string}`,
  definition: RouteDefinition<Body, Query>,
): Route {
  const [method, path] = operation.split(' ') as [Route['method'], string];
  const { tag, summary, body = null, query = null, answer = null, role = null, perMinute = null } = definition;
  const status = definition.status ?? (answer ? 200 : 204);
  // The caller parses body and query with these very schemas before it calls `handle`.
  return {
    method,
    path,
    tag,
    summary,
    body,
    query,
    answer,
    status,
    role,
    perMinute,
    handle: definition.handle as Route['handle'],
  };
}

/** Names what a call makes: the same key of the same user, for the same thing, makes it once. 32 hexadecimal digits. */
export function idOfCall({ user, idempotencyKey, request, body }: Call<unknown, unknown>): string {
  return createHash('sha256')
    .update(`${user.id}/${idempotencyKey}${request.path} ${JSON.stringify(body)}`)
    .digest('hex')
    .slice(0, 32);
}

/** Whether a role is at least another. */
export function mayDo(role: Role, weakest: Role | null): boolean {
  return weakest === null || ROLES.indexOf(role) >= ROLES.indexOf(weakest);
}
