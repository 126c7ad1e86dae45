import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { AppError } from '@leadline/contract/errors.ts';

/** `/api/simulator/…`: the simulated phones' control interface, for signed-in users, while simulators are in use. */
export function simulatorProxy(simulatorUrl: string): Router {
  const router = Router();
  router.use(async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    const answer = await fetch(`${simulatorUrl}/control${request.url}`, {
      method: request.method,
      signal: gone.signal,
      redirect: 'manual',
      ...(hasBody && { body: JSON.stringify(request.body ?? {}), headers: { 'Content-Type': 'application/json' } }),
    }).catch(() => {
      throw new AppError('unavailable', 'The simulator cannot be reached.');
    });
    response.status(answer.status).type(answer.headers.get('Content-Type') ?? 'application/json');
    response.setHeader('Cache-Control', 'no-store');
    response.flushHeaders();
    if (!answer.body) {
      response.end();
      return;
    }
    // The browser may leave a stream at any time: that is its end, not an error.
    await pipeline(Readable.fromWeb(answer.body), response).catch(() => undefined);
  });
  return router;
}
