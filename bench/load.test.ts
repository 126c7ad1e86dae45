import { describe, expect, it } from '@jest/globals';
import { percentile, perSecond, run, type Target } from './load.ts';

describe('a load', () => {
  it('sends every message of every conversation, never two of one conversation at once', async () => {
    const counts = new Map<string, number>();
    const underWay = new Set<string>();
    let most = 0;
    const target: Target = {
      async send(conversation) {
        expect(underWay.has(conversation)).toBe(false);
        underWay.add(conversation);
        most = Math.max(most, underWay.size);
        counts.set(conversation, (counts.get(conversation) ?? 0) + 1);
        await new Promise((resolve) => setImmediate(resolve));
        underWay.delete(conversation);
      },
      stop: async () => undefined,
    };
    const timings = await run(target, 'a', { conversations: 8, messagesEach: 5, concurrency: 4 });
    expect([...counts]).toEqual(Array.from({ length: 8 }, (_, index) => [`a-${index}`, 5]));
    expect(most).toBe(4);
    expect(timings.latenciesMs).toHaveLength(40);
  });
});

it('figures are nearest ranks and rates', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.5, 0.95, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 95, 99, 100]);
  expect(perSecond({ latenciesMs: values, tookMs: 500 })).toBe(200);
});
