import { Router } from 'express';
import type { Metrics } from './metrics.ts';

/** Parts that the API cannot do its work without; each `ping` rejects while its part is away. */
export type Parts = Record<string, { ping(): Promise<void> }>;

const PING_MS = 2_000;

/** `/healthz` (alive), `/readyz` (which part is waited for), `/metrics`. */
export function healthRoutes(parts: Parts, metrics: Metrics): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const names = Object.keys(parts);
    const reachable = await Promise.all(names.map((name) => isReachable(parts[name]!)));
    const waitingFor = names.filter((_, index) => !reachable[index]);
    response
      .status(waitingFor.length === 0 ? 200 : 503)
      .json({ status: waitingFor.length === 0 ? 'ready' : 'waiting', waitingFor });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
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
