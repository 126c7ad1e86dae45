import { setTimeout as pause } from 'node:timers/promises';

/** Something that takes messages of conversations. */
export interface Target {
  /** Sends one message of the conversation with this name; resolves once it has arrived at the other end. */
  send(conversation: string): Promise<void>;
  stop(): Promise<void>;
}

export interface Load {
  conversations: number;
  messagesEach: number;
  /** So many messages are under way at any time, as a rule each of another conversation. */
  concurrency: number;
  /** Between a message's arrival and the next one. */
  pauseMs?: number;
}

/** How long the messages of a load took, in milliseconds, and all of them together. */
export interface Timings {
  latenciesMs: number[];
  tookMs: number;
}

const LOST_AFTER_MS = 60_000;

/** Sends a load, one message of each conversation after the other, and waits for the last; throws when a message is lost. */
export async function run(target: Target, name: string, load: Load): Promise<Timings> {
  const { conversations, messagesEach, concurrency, pauseMs } = load;
  const total = conversations * messagesEach;
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < total) {
      const index = next++;
      const sentAt = performance.now();
      await arrives(target.send(`${name}-${index % conversations}`));
      latenciesMs.push(performance.now() - sentAt);
      if (pauseMs !== undefined) await pause(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, conversations) }, sender));
  return { latenciesMs, tookMs: performance.now() - startedAt };
}

async function arrives(message: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`A message has not arrived within ${LOST_AFTER_MS / 1000} s.`)),
      LOST_AFTER_MS,
    );
  });
  await Promise.race([message, lost]).finally(() => clearTimeout(timer));
}

/** Several timings as one. */
export function together(timings: readonly Timings[]): Timings {
  return {
    latenciesMs: timings.flatMap((one) => one.latenciesMs),
    tookMs: timings.reduce((sum, one) => sum + one.tookMs, 0),
  };
}

export function perSecond({ latenciesMs, tookMs }: Timings): number {
  return (latenciesMs.length * 1_000) / tookMs;
}

/** The nearest-rank percentile; `share` is between 0 and 1. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('There is no percentile of nothing.');
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(share * sorted.length), 1) - 1]!;
}
