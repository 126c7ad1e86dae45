import type { ErrorRequestHandler, Request, Response } from 'express';
import * as z from 'zod/mini';
import { AppError, ERROR_STATUS, type ErrorCode } from '@leadline/contract/errors.ts';
import { mistakesOf } from '@leadline/contract/mistakes.ts';
import type { Problem } from '@leadline/contract/rest.ts';
import { isStoreUnavailable } from '@leadline/store/transaction.ts';

const TITLES: Record<ErrorCode, string> = {
  invalid: 'The request is not valid',
  unauthenticated: 'Sign in first',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  conflict: 'Conflict',
  refused: 'Refused',
  'too-many-requests': 'Too many requests',
  unavailable: 'Not available now',
  internal: 'Internal error',
};

/** Answers with problem details (RFC 9457). */
export function sendProblem(response: Response, error: AppError, status: number = ERROR_STATUS[error.code]): void {
  const problem: Problem = {
    type: `urn:leadline:problem:${error.details.refusal ?? error.code}`,
    title: TITLES[error.code],
    status,
    detail: error.message,
    code: error.details.refusal ?? error.code,
    requestId: requestIdOf(response.req),
    ...(error.details.errors && { errors: error.details.errors }),
  };
  if (status === 503) response.setHeader('Retry-After', '2');
  response.status(status).type('application/problem+json').send(JSON.stringify(problem));
}

/** The id that goes through logs, workflows and answers; see `log.ts`. */
export function requestIdOf(request: Request): string {
  return typeof request.id === 'object' ? JSON.stringify(request.id) : String(request.id);
}

/** The last handler: whatever was thrown becomes problem details, and what nobody foresaw is logged. */
export const handleErrors: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const known = asAppError(error);
  if (known.code === 'internal') request.log.error({ err: error }, 'A request failed.');
  if (known.code === 'unavailable') request.log.warn({ reason: describe(error) }, 'A request could not be served now.');
  sendProblem(response, known, httpStatusOf(error) ?? ERROR_STATUS[known.code]);
};

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isStoreUnavailable(error))
    return new AppError('unavailable', 'The database cannot be reached. Leadline keeps trying; try again in a moment.');
  const status = httpStatusOf(error);
  if (status === 413) return new AppError('invalid', 'The request is too large.');
  if (status !== null)
    return new AppError('invalid', 'The request could not be read: its body is not what its content type says.');
  return new AppError('internal', 'Something went wrong on our side. The request id finds it in the logs.');
}

/** The status of an error of Express itself (body too large, malformed JSON, bad path); null for anything else. */
function httpStatusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('status' in error)) return null;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** Parses what came in; throws `invalid` with every field that is wrong. */
export function parseWith<Schema extends z.core.$ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const errors = mistakesOf(parsed.error).map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new AppError('invalid', 'Some fields are missing or wrong.', { errors });
}
