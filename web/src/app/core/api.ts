import { Service } from '@angular/core';
import { Problem } from '@leadline/contract/rest.ts';
import * as z from 'zod/mini';

/** A refusal or failure of the API; the message is a sentence for the person. */
export class ApiError extends Error {
  /** HTTP status; 0 when the server could not be reached. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }

  /** Whether the same request may succeed later without a change. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** What to tell the person about any error. */
export function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : 'Something went wrong in this page. Reload it and try again.';
}

type Query = Record<string, string | number | boolean | null | undefined>;
type Method = 'POST' | 'PUT' | 'DELETE' | 'PATCH';

/** Schema of a list answer. */
export function pageOf<Item extends z.core.$ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.nullable(z.string()) });
}

/** The REST interface: parses every answer, sends the CSRF token with every change, and reports the end of the session. */
@Service()
export class Api {
  private csrfToken = '';
  private onUnauthenticated: () => void = () => undefined;

  /** Connects the session: its CSRF token, and what to do when the server knows it no more. */
  useSession(csrfToken: string, onUnauthenticated: () => void): void {
    this.csrfToken = csrfToken;
    this.onUnauthenticated = onUnauthenticated;
  }

  /** Reads; throws `ApiError`. */
  async get<Schema extends z.core.$ZodType>(
    path: string,
    schema: Schema,
    query: Query = {},
  ): Promise<z.output<Schema>> {
    return z.parse(schema, await this.request('GET', path + queryString(query)));
  }

  /** Changes something. A repeat with the same `idempotencyKey` changes nothing more. */
  async send<Schema extends z.core.$ZodType>(
    method: Method,
    path: string,
    body: unknown,
    schema: Schema,
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<z.output<Schema>> {
    return z.parse(schema, await this.request(method, path, body, idempotencyKey));
  }

  private async request(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<unknown> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (method !== 'GET') headers['x-csrf-token'] = this.csrfToken;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    const response = await fetch(`/api${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new ApiError(0, 'offline', 'Leadline cannot be reached. Check the connection and try again.');
    });
    if (response.ok) return response.status === 204 ? undefined : await response.json();
    const error = await problemOf(response);
    if (error.status === 401 && path !== '/session') this.onUnauthenticated();
    throw error;
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const problem = z.safeParse(Problem, await response.json().catch(() => null));
  if (!problem.success)
    return new ApiError(response.status, 'unknown', `Leadline answered with an error (${response.status}). Try again.`);
  const { code = 'unknown', detail, title, errors = [] } = problem.data;
  // What is wrong with a field is the sentence that helps.
  const fields = errors.map(({ path, message }) => `The field ${path} ${message}.`).join(' ');
  return new ApiError(response.status, code, fields || (detail ?? `${title}.`));
}

function queryString(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`;
}
