import { Router } from 'express';
import { AppError } from '@leadline/contract/errors.ts';
import { isSameSecret } from '@leadline/temporal/codec/sameSecret.ts';
import type { Metrics } from './metrics.ts';

/** Parts that the API cannot do its work without; each `ping` rejects while its part is away. */
export type Parts = Record<string, { ping(): Promise<void> }>;

const PING_MS = 2_000;

/** `/healthz` (alive), `/readyz` (which part is waited for), `/metrics`. */
export function healthRoutes(parts: Parts, metrics: Metrics, metricsToken: string | null): Router {
  const router = Router();
  let looking: Promise<string[]> | null = null;
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    // However many ask, the parts are asked once at a time.
    looking ??= missing(parts).finally(() => (looking = null));
    const waitingFor = await looking;
    response
      .status(waitingFor.length === 0 ? 200 : 503)
      .json({ status: waitingFor.length === 0 ? 'ready' : 'waiting', waitingFor });
  });
  router.get('/metrics', async (request, response) => {
    if (metricsToken !== null && !isSameSecret(request.get('Authorization') ?? '', `Bearer ${metricsToken}`))
      throw new AppError('unauthenticated', 'The figures need the header Authorization: Bearer with METRICS_TOKEN.');
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

async function missing(parts: Parts): Promise<string[]> {
  const names = Object.keys(parts);
  const reachable = await Promise.all(names.map((name) => isReachable(parts[name]!)));
  return names.filter((_, index) => !reachable[index]);
}

async function isReachable(part: { ping(): Promise<void> }): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, PING_MS);
  });
  const answered = part.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, tooLate]).finally(() => {
    clearTimeout(timer);
  });
}
