import { BrokenCircuitError, CircuitState, circuitBreaker, ConsecutiveBreaker, handleWhenResult } from 'cockatiel';
import type { Channel, SendOutcome } from './channel.ts';

/** After so many sends in a row that came to nothing, sends wait. */
const FAILURES = 5;
/** So long; then one send tries whether the provider is back. */
export const PAUSE_MS = 10_000;

/**
 * Spares a provider in trouble the sends, and these the trouble: each that runs into a time-out is in doubt for minutes,
 * while one that was held back may leave as soon as the provider is back. Says when it begins to hold back, and when it ends.
 */
export function withBreaker(channel: Channel, onChange: (holdsBack: boolean) => void): Channel {
  const breaker = circuitBreaker(
    handleWhenResult((result) => cameToNothing(result as SendOutcome)),
    { halfOpenAfter: PAUSE_MS, breaker: new ConsecutiveBreaker(FAILURES) },
  );
  let holdsBack = false;
  const change = (next: boolean): void => {
    // The library says it again with each try that fails.
    if (next !== holdsBack) onChange(next);
    holdsBack = next;
  };
  breaker.onBreak(() => change(true));
  breaker.onReset(() => change(false));
  return {
    ...channel,
    async send(message) {
      // The library has others wait for the one that tries: too long for an activity that may still have to call.
      if (breaker.state === CircuitState.HalfOpen) return heldBack();
      try {
        return await breaker.execute(() => channel.send(message));
      } catch (error) {
        if (error instanceof BrokenCircuitError) return heldBack();
        throw error;
      }
    },
  };
}

function cameToNothing({ outcome }: SendOutcome): boolean {
  return outcome === 'notSent' || outcome === 'ambiguous';
}

function heldBack(): SendOutcome {
  const reason = `the last ${FAILURES} sends came to nothing, so this one waits until the provider is back.`;
  return { outcome: 'notSent', reason };
}
