import { resolve } from 'node:path';
import * as z from 'zod';
import { readSettings } from '@leadline/contract/settings.ts';
import { payloadKeysSetting, type PayloadKeys } from '@leadline/temporal/codec/payloadKeys.ts';

const simulatedParts = z
  .string()
  .default('')
  .transform((list) =>
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  .pipe(z.array(z.enum(['twilio', 'messenger', 'openai'])));

const Settings = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: z.url().optional(),
  MONGODB_URI: z.string().min(1),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_UI_URL: z.url().optional(),
  PAYLOAD_KEYS: payloadKeysSetting,
  WEB_DIR: z.string().default('web/dist/browser'),
  SIMULATOR_URL: z.url().optional(),
  SIMULATED: simulatedParts,
  WEBHOOK_ALLOW_PRIVATE: z.stringbool().default(false),
  METRICS_TOKEN: z.string().min(16).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** The API's settings, ready to use. */
export interface ApiConfig {
  port: number;
  host: string;
  /** Where browsers and providers reach the API: webhooks are signed over it. No slash at the end. */
  publicUrl: string;
  mongodbUri: string;
  temporal: { address: string; namespace: string; uiUrl: string | null; payloadKeys: PayloadKeys };
  /** Folder of the built Angular app. */
  webDir: string;
  simulatorUrl: string | null;
  simulated: ('twilio' | 'messenger' | 'openai')[];
  /** Development and tests only: webhooks may go to http and to private addresses. */
  webhooksMayBePrivate: boolean;
  /** Who reads `/metrics` has to know it; null: everybody may. */
  metricsToken: string | null;
  logLevel: string;
}

/** Reads the settings, folders relative to `root`; throws one sentence that names every setting that is wrong. */
export function readApiConfig(env: NodeJS.ProcessEnv, root: string): ApiConfig {
  const settings = readSettings(Settings, env, 'the API');
  return {
    port: settings.PORT,
    host: settings.HOST,
    publicUrl: (settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`).replace(/\/+$/, ''),
    mongodbUri: settings.MONGODB_URI,
    temporal: {
      address: settings.TEMPORAL_ADDRESS,
      namespace: settings.TEMPORAL_NAMESPACE,
      uiUrl: settings.TEMPORAL_UI_URL ?? null,
      payloadKeys: settings.PAYLOAD_KEYS,
    },
    webDir: resolve(root, settings.WEB_DIR),
    simulatorUrl: settings.SIMULATOR_URL?.replace(/\/+$/, '') ?? null,
    simulated: settings.SIMULATED,
    webhooksMayBePrivate: settings.WEBHOOK_ALLOW_PRIVATE,
    metricsToken: settings.METRICS_TOKEN ?? null,
    logLevel: settings.LOG_LEVEL,
  };
}
