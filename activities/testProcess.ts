import { ProcessDefinition } from '@leadline/contract/process.ts';

/** The process that the tests of drafts answer by. */
export const TEST_PROCESS = ProcessDefinition.parse({
  schema: 1,
  name: 'Internet lead',
  prompt: {
    persona: { name: 'Robin', role: 'sales assistant', tone: 'friendly' },
    instructions: 'Answer the question.',
    facts: ['The 2021 F-150 is on the lot.'],
    guardrails: { neverSay: ['guaranteed'], maxCharacters: 320 },
  },
  window: { quietMs: 1_000, minMs: 0, maxMs: 1_000, jitter: 0 },
  limits: { aiTurnsPerDay: 10 },
  followUps: {
    hours: null,
    stopStages: [],
    steps: [
      { afterMinutes: 60, body: { kind: 'template', text: 'Hi {{contact.firstName|there}}, still looking?' } },
      { afterMinutes: 60, body: { kind: 'ai', instruction: 'Offer a test drive.' } },
    ],
  },
});
