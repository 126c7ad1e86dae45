import { stepsOf, type Step } from './steps.ts';
import { World } from './world.ts';

/** A conversation that broke an invariant: why, and the fewest of its steps that break it. */
export interface Finding {
  seed: number;
  why: string;
  steps: Step[];
}

/** Plays the steps of a seed; null when everything held. */
export function simulate(seed: number, count: number): Finding | null {
  const steps = stepsOf(seed, count);
  const why = broken(steps);
  return why === null ? null : { seed, why, steps: shortest(steps, why) };
}

/** What the steps break; null: nothing. */
export function broken(steps: readonly Step[]): string | null {
  try {
    const world = new World();
    for (const step of steps) world.take(step);
    world.rest();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Leaves out what is not needed to break the same invariant, in ever smaller pieces. */
function shortest(steps: Step[], why: string): Step[] {
  const rule = why.split(':')[0];
  let kept = steps;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length;) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (broken(without)?.split(':')[0] === rule) kept = without;
      else from += size;
    }
  }
  return kept;
}
