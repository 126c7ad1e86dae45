import { describe, expect, it } from '@jest/globals';
import { fold } from '@leadline/workflows/conversation/core/evolve.ts';
import { KEY } from '@leadline/workflows/conversation/core/scenario.ts';
import { emptyState } from '@leadline/workflows/conversation/core/state.ts';
import { simulate } from './run.ts';
import { stepsOf } from './steps.ts';
import { World } from './world.ts';

describe('the simulation', () => {
  it('holds its twelve invariants over 500 seeds', () => {
    const findings = Array.from({ length: 500 }, (_, index) => simulate(index + 1, 200)).filter((one) => one !== null);
    expect(findings).toEqual([]);
  }, 120_000);

  it('plays a seed the same way each time', () => {
    const journals = [1, 2].map(() => {
      const world = new World();
      for (const step of stepsOf(7, 200)) world.take(step);
      return world.store.journal;
    });
    expect(journals[0]).toEqual(journals[1]);
  });

  it('9: keeps the carried state below 64 KiB over 50,000 inputs', () => {
    const world = new World();
    for (const step of stepsOf(99, 50_000)) if (step.action !== 'delete') world.take(step);
    expect(JSON.stringify(world.state).length).toBeLessThan(64 * 1024);
    expect(fold(emptyState(KEY), world.store.journal).position).toBe(world.store.journal.length);
  }, 240_000);
});
