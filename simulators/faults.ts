import { Faults } from '@leadline/contract/simulator.ts';

/** The fault switches of both simulators; all off at first. */
export class FaultSwitches {
  current: Faults = defaults();

  set(faults: Faults): void {
    this.current = faults;
  }

  reset(): void {
    this.current = defaults();
  }
}

/** Whether a fault of this probability happens now. */
export function happens(probability: number): boolean {
  return probability > 0 && Math.random() < probability;
}

function defaults(): Faults {
  return Faults.parse({ twilio: {}, openai: {} });
}
