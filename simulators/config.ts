import * as z from 'zod';
import { readSettings } from '@leadline/contract/settings.ts';

const Settings = z.object({
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(3100),
  /** Loopback, unless they run in a container of their own. */
  SIMULATOR_HOST: z.string().default('127.0.0.1'),
  /** Where webhooks are sent. */
  WEBHOOK_BASE_URL: z.url().default('http://127.0.0.1:3000'),
  /** What webhooks are signed for: the address by which the provider would know us. */
  PUBLIC_URL: z.url().default('http://localhost:3000'),
  TWILIO_ACCOUNT_SID: z.string().min(1),
  TWILIO_AUTH_TOKEN: z.string().min(1),
});
export type SimulatorConfig = z.infer<typeof Settings>;

/** The simulators' settings; throws one sentence that names every setting that is wrong. */
export function readSimulatorConfig(env: NodeJS.ProcessEnv): SimulatorConfig {
  return readSettings(Settings, env, 'the simulators');
}
