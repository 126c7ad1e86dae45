import * as z from 'zod/mini';
import { BusinessHours, DailyHours, type ZoneTable } from './hours.ts';
import { Rules, type Rule } from './rules.ts';

const durationMs = z.number().check(z.minimum(0), z.maximum(86_400_000), z.int());

/** One message of a sequence: a text with the contact's fields, or what the model is to write. */
export const FollowUpStep = z.strictObject({
  afterMinutes: z.number().check(z.int(), z.minimum(1), z.maximum(129_600)),
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('template'), text: z.string().check(z.minLength(1), z.maxLength(1600)) }),
    z.strictObject({ kind: z.literal('ai'), instruction: z.string().check(z.minLength(1), z.maxLength(2000)) }),
  ]),
});

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
      /** When Auto Pilot answers: at any time, or only outside or inside the dealership's business hours. */
      hours: z._default(z.enum(['always', 'outside', 'inside']), 'always'),
      /** Whether an answer to a fresh message may leave in the contact's quiet hours. */
      quietHoursExempt: z._default(z.boolean(), true),
    })
    .check(z.refine((w) => w.minMs <= w.maxMs, { error: 'minMs must not be larger than maxMs', path: ['minMs'] })),
  limits: z.strictObject({
    aiTurnsPerDay: z.number().check(z.int(), z.minimum(1), z.maximum(50)),
    /** So many exchanges of the same words, and a person takes over: two machines may be talking. */
    identicalExchanges: z._default(z.number().check(z.int(), z.minimum(1), z.maximum(10)), 3),
  }),
  /** What is sent when the customer falls silent after our message; each step waits from the message before it. */
  followUps: z._default(
    z.strictObject({
      hours: z.nullable(DailyHours),
      stopStages: z.array(z.string().check(z.maxLength(60))).check(z.maxLength(20)),
      steps: z.array(FollowUpStep).check(z.maxLength(20)),
    }),
    { hours: null, stopStages: [], steps: [] },
  ),
});
export type ProcessDefinition = z.infer<typeof ProcessDefinition>;

export type ProcessInput = z.input<typeof ProcessDefinition>;

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
  followUps: {
    hours: DailyHours | null;
    stopStages: string[];
    /** Waits of the steps; their texts stay with the version. */
    afterMs: number[];
  };
}

/** Compiles a published version into what its conversations hold. */
export function compilePolicy(
  version: { processId: string; versionId: string; version: number },
  definition: ProcessDefinition,
): Policy {
  const { hours, stopStages, steps } = definition.followUps;
  return {
    schema: 1,
    processId: version.processId,
    processName: definition.name,
    versionId: version.versionId,
    version: version.version,
    window: definition.window,
    limits: definition.limits,
    followUps: { hours, stopStages, afterMs: steps.map((step) => step.afterMinutes * 60_000) },
  };
}

/** What a dealership has decided for all its conversations; edited as JSON on the settings page. */
export const DealershipSettings = z.strictObject({
  timeZone: z.string().check(z.refine(isZone, { error: 'must be a time zone such as America/Edmonton' })),
  businessHours: BusinessHours,
  /** No follow-up, schedule or automation leaves then, in the contact's zone. Null: none. */
  quietHours: z.nullable(DailyHours),
  sla: z.nullable(
    z.strictObject({
      firstResponseMinutes: z.number().check(z.int(), z.minimum(1), z.maximum(10_080)),
      nextResponseMinutes: z.number().check(z.int(), z.minimum(1), z.maximum(10_080)),
      /** Who takes over what is breached; null: it stays where it is. */
      reassignTo: z.nullable(z.string().check(z.maxLength(64))),
    }),
  ),
  rules: Rules,
});
export type DealershipSettings = z.infer<typeof DealershipSettings>;

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return name.includes('/') || name === 'UTC';
  } catch {
    return false;
  }
}

/** What a running conversation holds of its dealership's settings. */
export interface DealershipPolicy {
  schema: 1;
  /** Grows with each change. */
  version: number;
  zone: ZoneTable;
  businessHours: BusinessHours;
  quietHours: DailyHours | null;
  sla: { firstResponseMs: number; nextResponseMs: number; reassignTo: string | null } | null;
  /** Enabled rules only. */
  rules: Rule[];
  /** What could not be understood and is left out: an admin is told. */
  problem: string | null;
}

/** Compiles settings into what conversations hold. */
export function compileDealershipPolicy(
  version: number,
  settings: DealershipSettings,
  zone: ZoneTable,
  problem: string | null = null,
): DealershipPolicy {
  const { businessHours, quietHours, sla, rules } = settings;
  return {
    schema: 1,
    version,
    zone,
    businessHours,
    quietHours,
    sla: sla && {
      firstResponseMs: sla.firstResponseMinutes * 60_000,
      nextResponseMs: sla.nextResponseMinutes * 60_000,
      reassignTo: sla.reassignTo,
    },
    rules: rules.filter((rule) => rule.enabled),
    problem,
  };
}

const WEEKDAY = [{ from: '09:00', to: '20:00' }];

/** What a new dealership begins with. Quiet hours: 9 pm to 8 am, as the TCPA has it (47 CFR 64.1200(c)(1)). */
export function defaultSettings(timeZone: string, rules: Rule[]): DealershipSettings {
  return {
    timeZone,
    businessHours: {
      days: {
        mon: WEEKDAY,
        tue: WEEKDAY,
        wed: WEEKDAY,
        thu: WEEKDAY,
        fri: WEEKDAY,
        sat: WEEKDAY,
        sun: [{ from: '11:00', to: '17:00' }],
      },
      holidays: [],
    },
    quietHours: { from: '21:00', to: '08:00' },
    sla: { firstResponseMinutes: 15, nextResponseMinutes: 60, reassignTo: null },
    rules,
  };
}
