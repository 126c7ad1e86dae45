import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pino, type Logger } from 'pino';
import { pinoHttp } from 'pino-http';

const SANE_REQUEST_ID = /^[\w.:-]{8,100}$/;

/** JSON lines on stdout. */
export function createLogger(level: string): Logger {
  return pino({ level, base: { part: 'api' }, timestamp: pino.stdTimeFunctions.isoTime });
}

/**
 * Logs each request with an id that goes on into the workflow. Headers, queries and bodies are left out: they hold
 * cookies, numbers and texts.
 */
export function logRequests(logger: Logger) {
  return pinoHttp({
    logger,
    genReqId: (request: IncomingMessage, response: ServerResponse) => {
      const given = request.headers['x-request-id'];
      const id = typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
      response.setHeader('X-Request-Id', id);
      return id;
    },
    quietReqLogger: true,
    customAttributeKeys: { reqId: 'requestId' },
    serializers: {
      req: (request: { method: string; url: string }) => ({ method: request.method, path: request.url.split('?')[0] }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customLogLevel: (request: IncomingMessage, response: ServerResponse) =>
      isProbe(request) || response.statusCode < 400 ? 'debug' : 'info',
  });
}

function isProbe(request: IncomingMessage): boolean {
  return /^\/(healthz|readyz|metrics)/.test(request.url ?? '');
}
