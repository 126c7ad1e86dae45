import * as z from 'zod';
import { readSettings } from '@leadline/contract/settings.ts';
import { payloadKeysSetting } from '../codec/payloadKeys.ts';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const Settings = z
  .object({
    PAYLOAD_KEYS: payloadKeysSetting.refine((keys) => keys.length > 0, 'it is missing, and there is nothing to decode'),
    CODEC_SERVER_PORT: z.coerce.number().int().min(0).max(65_535).default(8234),
    CODEC_SERVER_HOST: z.string().default('127.0.0.1'),
    /** Long enough that nobody guesses it. */
    CODEC_SERVER_TOKEN: z.string().min(16).optional(),
    CODEC_SERVER_AUTH: z.enum(['origin', 'token']).optional(),
    TEMPORAL_UI_URL: z.url().default('http://localhost:8233'),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .transform((settings) => ({
    keys: settings.PAYLOAD_KEYS,
    port: settings.CODEC_SERVER_PORT,
    host: settings.CODEC_SERVER_HOST,
    logLevel: settings.LOG_LEVEL,
    access: {
      uiOrigin: new URL(settings.TEMPORAL_UI_URL).origin,
      token: settings.CODEC_SERVER_TOKEN ?? null,
      // A page cannot lie about its origin, but a program can: alone it is enough only where other machines cannot call.
      originSuffices: (settings.CODEC_SERVER_AUTH ?? byHost(settings.CODEC_SERVER_HOST)) === 'origin',
    },
  }))
  .refine(({ access }) => access.originSuffices || access.token !== null, {
    path: ['CODEC_SERVER_TOKEN'],
    error: 'it is needed where other machines can call, because an Origin can be forged',
  });
export type CodecServerConfig = z.infer<typeof Settings>;

/** The codec server's settings; throws one sentence that names every setting that is wrong. */
export function readCodecServerConfig(env: NodeJS.ProcessEnv): CodecServerConfig {
  return readSettings(Settings, env, 'the codec server');
}

function byHost(host: string): 'origin' | 'token' {
  return LOOPBACK.includes(host) ? 'origin' : 'token';
}
