/** What can happen in a simulated conversation; `at` (0 to 1) chooses whatever the step has to choose. */
export interface Step {
  action: Action;
  at: number;
}

/** Weights: how often each happens beside the others. */
const WEIGHTS = {
  inbound: 14,
  repeatedInbound: 3,
  lateInbound: 2,
  stop: 1,
  start: 1,
  personSends: 5,
  personRepeats: 1,
  takeOver: 2,
  autopilot: 4,
  followUps: 4,
  process: 2,
  stage: 2,
  tags: 2,
  schedule: 3,
  changeSchedule: 1,
  remind: 2,
  snooze: 2,
  resolve: 2,
  reopen: 1,
  actNow: 3,
  cancelItem: 2,
  moveItem: 1,
  retry: 1,
  sparkle: 1,
  wake: 22,
  draft: 14,
  draftFails: 2,
  oldDraft: 2,
  deliver: 12,
  reconcile: 4,
  webhook: 6,
  failureReport: 2,
  contactChanged: 2,
  settings: 1,
  call: 1,
  pass: 6,
  jump: 2,
  taskFails: 5,
  deadAttempt: 3,
  continueAsNew: 3,
  sleep: 2,
  delete: 0.3,
  restore: 0.3,
} as const;
export type Action = keyof typeof WEIGHTS;

const ACTIONS = Object.keys(WEIGHTS) as Action[];
const TOTAL = Object.values(WEIGHTS).reduce<number>((sum, weight) => sum + weight, 0);

/** The steps of a seed: always the same. */
export function stepsOf(seed: number, count: number): Step[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => ({ action: pick(random()), at: random() }));
}

function pick(at: number): Action {
  let left = at * TOTAL;
  return ACTIONS.find((action) => (left -= WEIGHTS[action]) < 0) ?? 'wake';
}

/** Numbers in [0, 1) that a seed determines (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
