import type { ProcessInput } from '@leadline/contract/process.ts';
import type { Role } from '@leadline/contract/names.ts';
import type { Stage } from '@leadline/contract/rest.ts';
import type { DemoUser } from './demoContacts.ts';

/** The dealership that a first start sets up. */
export const DEMO_DEALERSHIP = { slug: 'northside', name: 'Northside Motors', timeZone: 'America/Edmonton' };

export const DEMO_STAGES: Stage[] = [
  { key: 'new', name: 'New', color: 'teal' },
  { key: 'engaged', name: 'Engaged', color: 'teal' },
  { key: 'needs-a-call', name: 'Needs a Call', color: 'amber' },
  { key: 'appointment', name: 'Appointment', color: 'blue' },
  { key: 'application', name: 'Application', color: 'violet' },
  { key: 'financing', name: 'Financing', color: 'amber' },
  { key: 'sold', name: 'Sold', color: 'green' },
  { key: 'dnc', name: 'DNC', color: 'red' },
  { key: 'wrong-number', name: 'Wrong Number', color: 'gray' },
];

export const DEMO_USERS: { key: DemoUser; name: string; role: Role }[] = [
  { key: 'ana', name: 'Ana Perez', role: 'sales' },
  { key: 'leo', name: 'Leo Kim', role: 'sales' },
  { key: 'sam', name: 'Sam Osei', role: 'sales' },
  { key: 'maria', name: 'Maria Rossi', role: 'manager' },
];

const FACTS = [
  'The 2021 F-150 Lariat, blue, is on the lot. It has 48,200 km and one owner.',
  'A RAV4 Hybrid arrives this week and is not sold yet; it is available to reserve.',
  'We are open Monday to Saturday from 9 to 8 and Sunday from 11 to 5.',
  'Our address is 100 Northside Drive, Calgary.',
  'We take trade-ins of any make and value them on the spot, in about 20 minutes.',
  'Our finance team works with eight lenders; a credit application takes ten minutes online.',
  'Every used vehicle is priced on our website, and the price there is the price.',
];

function definition(name: string, role: string, instructions: string, windowMs: number): ProcessInput {
  return {
    schema: 1,
    name,
    prompt: {
      persona: { name: 'Robin', role, tone: 'friendly, brief, never pushy' },
      instructions,
      facts: FACTS,
      guardrails: { neverSay: ['guaranteed approval', 'best price in town', 'legally binding'], maxCharacters: 320 },
    },
    window: { quietMs: windowMs, minMs: windowMs / 2, maxMs: windowMs * 3, jitter: 0.1 },
    limits: { aiTurnsPerDay: 12 },
    followUps: {
      hours: { from: '09:00', to: '19:00' },
      stopStages: ['sold', 'dnc', 'wrong-number'],
      steps: [
        {
          afterMinutes: 24 * 60,
          body: {
            kind: 'template',
            text: 'Hi {{contact.firstName|there}}, do you still have questions about the vehicle?',
          },
        },
        {
          afterMinutes: 3 * 24 * 60,
          body: { kind: 'ai', instruction: 'Offer a test drive this week, in one sentence.' },
        },
        {
          afterMinutes: 7 * 24 * 60,
          body: {
            kind: 'template',
            text: 'Hi {{contact.firstName|there}}, shall I keep looking for you, or close this for now?',
          },
        },
      ],
    },
  };
}

/** The first is the default. Its window of 10 s is short on purpose: one can watch it. */
export const DEMO_PROCESSES: ProcessInput[] = [
  definition(
    'Internet lead',
    'sales assistant',
    'Answer the question first, then offer one next step: a visit, a test drive or a call.',
    10_000,
  ),
  definition(
    'Service follow-up',
    'service adviser',
    'Help service customers to book, and ask whether they would like a quote for their vehicle.',
    30_000,
  ),
];
