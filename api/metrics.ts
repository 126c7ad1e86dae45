import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What `/metrics` shows. */
export interface Metrics {
  registry: Registry;
  webhooks: Counter<'kind' | 'outcome'>;
  spooled: Gauge;
  sockets: Gauge;
  /** From the journal's write to the push, in seconds. */
  pushDelay: Histogram;
  measureRequests: RequestHandler;
}

/** Metrics with a registry of their own, so that several apps live in one process (tests). */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'leadline_http_request_seconds',
    help: 'Time to answer, by route',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
    registers,
  });
  return {
    registry,
    webhooks: new Counter({
      name: 'leadline_webhooks_total',
      help: 'Webhooks by outcome',
      labelNames: ['kind', 'outcome'] as const,
      registers,
    }),
    spooled: new Gauge({
      name: 'leadline_spooled_messages',
      help: 'Inbound messages that wait for Temporal',
      registers,
    }),
    sockets: new Gauge({ name: 'leadline_sockets', help: 'Connected browsers', registers }),
    pushDelay: new Histogram({
      name: 'leadline_push_delay_seconds',
      help: 'From commit to push',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
    measureRequests: (request, response, next) => {
      const end = requests.startTimer();
      response.once('finish', () => {
        const route = (request.route as { path?: string } | undefined)?.path ?? 'other';
        end({ method: request.method, route, status: String(response.statusCode) });
      });
      next();
    },
  };
}
