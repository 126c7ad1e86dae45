import * as z from 'zod';

const Settings = z.object({
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(3100),
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
  const parsed = Settings.safeParse(env);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`These settings of the simulators are wrong or missing: ${wrong.join('; ')}.`);
}
