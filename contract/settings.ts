import * as z from 'zod/mini';
import { mistakesText } from './mistakes.ts';

/**
 * A process's settings from its environment; an empty one counts as missing. Throws one sentence that names every setting
 * that is wrong. `part` is whose settings these are, for that sentence.
 */
export function readSettings<T>(schema: z.core.$ZodType<T>, env: Record<string, string | undefined>, part: string): T {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = z.safeParse(schema, given);
  if (parsed.success) return parsed.data;
  throw new Error(`These settings of ${part} are wrong or missing: ${mistakesText(parsed.error)}.`);
}
