import * as z from 'zod/mini';

const durationMs = z.number().check(z.minimum(0), z.maximum(86_400_000), z.int());

/**
 * A process as its designer writes it: the agent that answers for the dealership. Spans are milliseconds.
 * A published version of it never changes.
 */
export const ProcessDefinition = z.strictObject({
  schema: z.literal(1),
  name: z.string().check(z.minLength(1), z.maxLength(80)),
  prompt: z.strictObject({
    persona: z.strictObject({
      name: z.string().check(z.maxLength(40)),
      role: z.string().check(z.maxLength(120)),
      tone: z.string().check(z.maxLength(200)),
    }),
    instructions: z.string().check(z.maxLength(8000)),
    /** What the agent may say as fact. */
    facts: z.array(z.string().check(z.maxLength(400))).check(z.maxLength(50)),
    guardrails: z.strictObject({
      /** Phrases that a reply must not contain, matched without regard to case. */
      neverSay: z.array(z.string().check(z.minLength(1), z.maxLength(80))).check(z.maxLength(100)),
      maxCharacters: z.number().check(z.int(), z.minimum(20), z.maximum(1600)),
    }),
  }),
  /** Response window: one answer to a whole burst of messages (design section 3). */
  window: z
    .strictObject({
      quietMs: durationMs,
      minMs: durationMs,
      maxMs: durationMs,
      jitter: z.number().check(z.minimum(0), z.maximum(0.5)),
    })
    .check(z.refine((w) => w.minMs <= w.maxMs, { error: 'minMs must not be larger than maxMs', path: ['minMs'] })),
  limits: z.strictObject({ aiTurnsPerDay: z.number().check(z.int(), z.minimum(1), z.maximum(50)) }),
});
export type ProcessDefinition = z.infer<typeof ProcessDefinition>;

/**
 * The part of a process version that a running conversation holds: what `decide` needs and nothing else.
 * The prompt stays in the database and is read by `draftReply` through `versionId`.
 */
export interface Policy {
  schema: 1;
  processId: string;
  processName: string;
  versionId: string;
  version: number;
  window: ProcessDefinition['window'];
  limits: ProcessDefinition['limits'];
}

/** Compiles a published version into what its conversations hold. */
export function compilePolicy(
  version: { processId: string; versionId: string; version: number },
  definition: ProcessDefinition,
): Policy {
  return {
    schema: 1,
    processId: version.processId,
    processName: definition.name,
    versionId: version.versionId,
    version: version.version,
    window: definition.window,
    limits: definition.limits,
  };
}
