import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { UnreadablePayloadError } from '../codec/encryptionCodec.ts';

/** A refusal of the codec server, as a sentence that whoever called can act on. */
export class CodecServerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Answers every error as problem details (RFC 9457); nothing of a payload is in them, nor in the log. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const { status, detail } = problemOf(error);
    if (status >= 500) logger.error({ err: error }, 'A request failed.');
    else logger.warn({ status, detail }, 'A request was refused.');
    response
      .status(status)
      .type('application/problem+json')
      .send({ type: 'about:blank', status, title: detail, detail });
  };
}

function problemOf(error: unknown): { status: number; detail: string } {
  if (error instanceof CodecServerError) return { status: error.status, detail: error.message };
  if (error instanceof UnreadablePayloadError) return { status: 422, detail: error.message };
  // Of the parser of bodies.
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') return { status: 413, detail: 'The body is larger than 8 MB: send fewer payloads.' };
  if (type === 'entity.parse.failed') return { status: 400, detail: 'The body is not JSON.' };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, detail: 'The body is not what its headers say.' };
  return { status: 500, detail: 'The payloads could not be read, and the log says why.' };
}
