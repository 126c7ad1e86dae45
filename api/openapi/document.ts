import * as z from 'zod/mini';
import { ERROR_STATUS } from '@leadline/contract/errors.ts';
import { Login, Me, Problem } from '@leadline/contract/rest.ts';
import type { Route } from '../route.ts';

type Json = Record<string, unknown>;

/** The description of the REST interface (OpenAPI 3.1), made from the very routes that serve it. */
export function openApiDocument(routes: readonly Route[], publicUrl: string): Json {
  const paths: Record<string, Json> = { '/api/session': { post: signInOperation() } };
  for (const one of routes) {
    const path = `/api${one.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [one.method]: operation(one) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Leadline',
      version: '1',
      description:
        'The REST interface of Leadline. Instants are ISO 8601 in UTC; lists are `{items, next}`; errors are problem details (RFC 9457).',
    },
    servers: [{ url: publicUrl }],
    security: [{ session: [] }],
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      responses: {
        Problem: {
          description: 'Refused or failed',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: publicUrl.startsWith('https:') ? '__Host-leadline' : 'leadline',
        },
      },
    },
  };
}

function operation(one: Route): Json {
  const isChange = one.method !== 'get';
  return {
    tags: [one.tag],
    summary: one.summary,
    operationId: operationId(one),
    parameters: [...pathParameters(one.path), ...queryParameters(one), ...(isChange ? CHANGE_HEADERS : [])],
    ...(one.body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(one.body, 'input') } } },
    }),
    responses: {
      [one.status]: success(one.answer),
      ...problems([
        ...(one.path.includes(':') ? NOT_FOUND : []),
        ...(isChange ? CHANGE_ERRORS : []),
        ...(one.perMinute === null ? [] : TOO_MANY),
        ...COMMON_ERRORS,
      ]),
    },
  };
}

const COMMON_ERRORS = [ERROR_STATUS.invalid, ERROR_STATUS.unauthenticated, ERROR_STATUS.unavailable];
const CHANGE_ERRORS = [ERROR_STATUS.forbidden, ERROR_STATUS.refused];
const NOT_FOUND = [ERROR_STATUS['not-found']];
const TOO_MANY = [ERROR_STATUS['too-many-requests']];
const CHANGE_HEADERS: Json[] = [
  {
    name: 'X-CSRF-Token',
    in: 'header',
    required: true,
    schema: { type: 'string' },
    description: 'From `GET /api/me`.',
  },
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    schema: { type: 'string', pattern: '^[\\w.:-]{1,100}$' },
    description: 'The same key is done once.',
  },
];

function signInOperation(): Json {
  return {
    tags: ['Session'],
    summary: 'Signs in: sets the session cookie.',
    operationId: 'postSession',
    security: [],
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(Login, 'input') } } },
    responses: {
      201: success(Me),
      ...problems([
        ERROR_STATUS.invalid,
        ERROR_STATUS.unauthenticated,
        ERROR_STATUS.forbidden,
        ERROR_STATUS['too-many-requests'],
        ERROR_STATUS.unavailable,
      ]),
    },
  };
}

function success(answer: Route['answer']): Json {
  return answer
    ? { description: 'Done', content: { 'application/json': { schema: schemaOf(answer, 'output') } } }
    : { description: 'Done' };
}

function problems(statuses: number[]): Json {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: '#/components/responses/Problem' }]));
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Route): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function operationId({ method, path }: Route): string {
  const words = path
    .split('/')
    .map((word) => word.replace(/^:/, 'by-').replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()));
  return method + words.join('');
}

function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}
