import { getHeapStatistics } from 'node:v8';
import * as z from 'zod';
import { readSettings } from '@leadline/contract/settings.ts';
import { payloadKeysSetting } from './codec/payloadKeys.ts';

const MIB = 2 ** 20;
/** Measured: docs/architecture.md. */
const CONVERSATION_BYTES = 0.5 * MIB;
const REST_BYTES = 400 * MIB;

/**
 * How many conversations a worker keeps in memory: what three quarters of the heap hold beside the program. One that is not
 * kept is replayed from its whole history when it wakes.
 */
export function cachedWorkflowsFor(heapLimitBytes: number): number {
  return Math.max(Math.floor((0.75 * (heapLimitBytes - REST_BYTES)) / CONVERSATION_BYTES), 100);
}

const Settings = z.object({
  MONGODB_URI: z.string().min(1),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  PAYLOAD_KEYS: payloadKeysSetting,
  PUBLIC_URL: z.string().default('http://localhost:3000'),
  TWILIO_API_BASE: z.string().optional(),
  OPENAI_API_KEY: z.string().default('none'),
  OPENAI_BASE_URL: z.string().optional(),
  OPENAI_MODEL: z.string().default('gpt-4.1-mini'),
  /** What a number hands over in a second. A long code in the US and Canada sends one: help.twilio.com, "Understanding Twilio Rate Limits and Message Queues". */
  SENDS_PER_SECOND: z.coerce.number().positive().default(1),
  /** Webhooks may go to http and to private addresses: for development and tests. The API reads it, too. */
  WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  MAX_CACHED_WORKFLOWS: z.coerce.number().int().min(1).default(cachedWorkflowsFor(getHeapStatistics().heap_size_limit)),
  /** Texts younger than this are left to their webhook: it is tried for 15 s, and two clocks may differ by 180 s. */
  RECONCILE_GRACE_MS: z.coerce.number().int().min(0).default(210_000),
});
export type WorkerConfig = z.infer<typeof Settings>;

/** The worker's settings; throws one sentence that names every setting that is wrong. */
export function readWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  return readSettings(Settings, env, 'the worker');
}
