import * as z from 'zod/mini';
import { CHANNELS } from './names.ts';

/**
 * Automation rules: when something happens (trigger), and the conversation is so (conditions), do this (actions).
 * A rule is a dealership's own; conversations hold them compiled (`DealershipPolicy`).
 */

const Key = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be a key such as needs-a-call'));
const Minutes = z.number().check(z.int(), z.minimum(1), z.maximum(43_200));
const Id = z.string().check(z.minLength(1), z.maxLength(64));

export const Trigger = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal('messageReceived') }),
  z.strictObject({ on: z.literal('messageSent') }),
  /** Nobody has written for that long after our last message; at most once a silence. */
  z.strictObject({ on: z.literal('noReply'), afterMinutes: Minutes }),
  /** The customer's text holds one of these words or phrases. */
  z.strictObject({
    on: z.literal('keyword'),
    words: z.array(z.string().check(z.minLength(2), z.maxLength(60))).check(z.minLength(1), z.maxLength(40)),
  }),
  /** The model suggests this stage with at least this confidence; any stage where none is named. */
  z.strictObject({
    on: z.literal('stageSuggested'),
    stage: z.optional(Key),
    confidence: z.number().check(z.minimum(0), z.maximum(1)),
  }),
  /** What the model read out of the customer's words. */
  z.strictObject({ on: z.literal('intent'), intent: z.enum(['callRequested', 'wrongNumber']) }),
  z.strictObject({ on: z.literal('handedOff') }),
  z.strictObject({ on: z.literal('stageChanged'), to: z.optional(Key) }),
  z.strictObject({ on: z.literal('callEnded') }),
  z.strictObject({
    on: z.literal('deliveryFailed'),
    codes: z.optional(z.array(z.string().check(z.regex(/^\d{5}$/))).check(z.maxLength(20))),
  }),
  z.strictObject({ on: z.literal('optedOut') }),
  z.strictObject({ on: z.literal('assigned') }),
  z.strictObject({ on: z.literal('tagged'), tag: z.optional(Key) }),
]);
export type Trigger = z.infer<typeof Trigger>;

/** What a condition may look at: of the conversation, of its contact's card, and of the event that set the rule off. */
export const CONDITION_FIELDS = [
  'channel',
  'source',
  'consent',
  'timeZone',
  'stage',
  'status',
  'owned',
  'autopilot',
  'followUps',
  'optedOut',
  'tags',
  'priority',
  'inboundCount',
  'outboundCount',
  'text',
  'errorCode',
] as const;
export type ConditionField = (typeof CONDITION_FIELDS)[number];

const Value = z.union([z.string().check(z.maxLength(200)), z.number(), z.boolean()]);
const Test = z.strictObject({
  field: z.enum(CONDITION_FIELDS),
  is: z.enum(['equal', 'notEqual', 'atLeast', 'atMost', 'contains', 'notContains']),
  value: Value,
});
export type Test = z.infer<typeof Test>;
export type Condition = Test | { all: Condition[] } | { any: Condition[] };
/** Groups within groups, at most so deep: what nests without end would exhaust whoever reads it. */
const MAX_CONDITION_DEPTH = 4;
export const Condition = conditionOf(MAX_CONDITION_DEPTH);

function conditionOf(depth: number): z.ZodMiniType<Condition> {
  if (depth === 0) return Test;
  const inner = conditionOf(depth - 1);
  return z.union([
    Test,
    z.strictObject({ all: z.array(inner).check(z.maxLength(10)) }),
    z.strictObject({ any: z.array(inner).check(z.minLength(1), z.maxLength(10)) }),
  ]);
}

export const Action = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('setStage'), stage: Key }),
  /** To a person, or to nobody. */
  z.strictObject({ do: z.literal('assign'), userId: z.nullable(Id) }),
  z.strictObject({ do: z.literal('addTag'), tag: Key }),
  z.strictObject({ do: z.literal('removeTag'), tag: Key }),
  z.strictObject({ do: z.literal('setAutopilot'), on: z.boolean() }),
  z.strictObject({ do: z.literal('setFollowUps'), on: z.boolean() }),
  /** A message with the contact's fields, such as `Hi {{contact.firstName}}`. */
  z.strictObject({ do: z.literal('send'), text: z.string().check(z.minLength(1), z.maxLength(1600)) }),
  z.strictObject({
    do: z.literal('addReminder'),
    text: z.string().check(z.minLength(1), z.maxLength(300)),
    inMinutes: z.number().check(z.int(), z.minimum(0), z.maximum(43_200)),
  }),
  z.strictObject({ do: z.literal('notify'), text: z.string().check(z.minLength(1), z.maxLength(300)) }),
  z.strictObject({ do: z.literal('resolve') }),
  /** Tells a system of the dealership; see docs/webhooks.md. */
  z.strictObject({ do: z.literal('callWebhook'), endpointId: Id }),
]);
export type Action = z.infer<typeof Action>;

export const Rule = z.strictObject({
  id: Key,
  name: z.string().check(z.minLength(1), z.maxLength(80)),
  enabled: z.boolean(),
  /** All channels where none is named. */
  channels: z.optional(z.array(z.enum(CHANNELS)).check(z.minLength(1))),
  when: Trigger,
  only: z.optional(Condition),
  actions: z
    .array(Action)
    .check(z.minLength(1), z.maxLength(10), z.refine(callsEachOnce, { error: 'calls one webhook endpoint twice' })),
});
export type Rule = z.infer<typeof Rule>;

/** The event of a call is named after the run and the endpoint, so that a second call would be taken for a repetition. */
function callsEachOnce(actions: Action[]): boolean {
  const called = actions.flatMap((action) => (action.do === 'callWebhook' ? [action.endpointId] : []));
  return new Set(called).size === called.length;
}

const MAX_RULES_CHARACTERS = 24_000;

export const Rules = z.array(Rule).check(
  z.maxLength(50),
  z.refine((rules) => new Set(rules.map((rule) => rule.id)).size === rules.length, {
    error: 'has two rules of one id',
  }),
  z.refine((rules) => JSON.stringify(rules).length <= MAX_RULES_CHARACTERS, {
    error: `is too long in all: each conversation holds its rules, so they may have ${MAX_RULES_CHARACTERS} characters`,
  }),
);

/** A rule may be led to by another's doing; a chain of more than that many rules stops, and the thread says so. */
export const MAX_RULE_DEPTH = 5;

/** What a new dealership has: the original product's four automations. */
export const DEFAULT_RULES: Rule[] = [
  {
    id: 'engaged',
    name: 'Engaged',
    enabled: true,
    when: { on: 'messageReceived' },
    only: {
      all: [
        { field: 'outboundCount', is: 'atLeast', value: 1 },
        { field: 'stage', is: 'equal', value: 'new' },
        { field: 'optedOut', is: 'equal', value: false },
      ],
    },
    actions: [{ do: 'setStage', stage: 'engaged' }],
  },
  {
    id: 'needs-a-call',
    name: 'Needs a Call',
    enabled: true,
    when: { on: 'handedOff' },
    only: { field: 'optedOut', is: 'equal', value: false },
    actions: [{ do: 'setStage', stage: 'needs-a-call' }],
  },
  {
    id: 'call-requested',
    name: 'Needs a Call, on request',
    enabled: true,
    when: { on: 'intent', intent: 'callRequested' },
    actions: [{ do: 'setStage', stage: 'needs-a-call' }],
  },
  {
    id: 'dnc',
    name: 'DNC',
    enabled: true,
    when: { on: 'optedOut' },
    actions: [{ do: 'setStage', stage: 'dnc' }],
  },
  {
    id: 'dnc-by-hand',
    name: 'DNC silences what is automatic',
    enabled: true,
    when: { on: 'stageChanged', to: 'dnc' },
    actions: [
      { do: 'setAutopilot', on: false },
      { do: 'setFollowUps', on: false },
    ],
  },
  {
    id: 'wrong-number',
    name: 'Wrong Number',
    enabled: true,
    when: { on: 'deliveryFailed', codes: ['30005', '30006', '21211', '21614'] },
    actions: [{ do: 'setStage', stage: 'wrong-number' }],
  },
  {
    id: 'wrong-number-said',
    name: 'Wrong Number, as they say',
    enabled: true,
    when: { on: 'intent', intent: 'wrongNumber' },
    actions: [
      { do: 'setStage', stage: 'wrong-number' },
      { do: 'setAutopilot', on: false },
    ],
  },
  {
    id: 'unreachable',
    name: 'Unreachable by text',
    enabled: true,
    when: { on: 'deliveryFailed', codes: ['30003'] },
    only: { field: 'stage', is: 'notEqual', value: 'wrong-number' },
    actions: [{ do: 'setStage', stage: 'needs-a-call' }],
  },
];
