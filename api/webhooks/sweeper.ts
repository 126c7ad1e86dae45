import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { LeaseRepository, SpooledMessage, SpoolRepository } from '@leadline/store/intake.ts';
import type { Engine } from '../engine.ts';

export interface SweeperDeps {
  engine: Pick<Engine, 'inbound'>;
  spool: Pick<SpoolRepository, 'oldest' | 'remove' | 'count'>;
  leases: LeaseRepository;
  logger: Logger;
  onCount?: (spooled: number) => void;
  intervalMs?: number;
}

const INTERVAL_MS = 1_000;
const LEASE_MS = 15_000;
const AT_ONCE = 500;
const LANES = 16;

/**
 * Delivers spooled messages once Temporal is back: in order within a conversation, and marked as late so that no stale
 * answer of Auto Pilot follows. One process at a time does it; should two ever overlap, the conversation drops doubles.
 */
export function startSweeper(deps: SweeperDeps): { stop(): Promise<void> } {
  const holder = randomUUID();
  const stopped = new AbortController();
  let wake: () => void = () => undefined;

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      const hasMore = await sweepOnce(deps, holder).catch((error: unknown) => {
        deps.logger.debug({ err: error }, 'The spool could not be swept.');
        return false;
      });
      if (!hasMore && !stopped.signal.aborted) await pause();
    }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deps.intervalMs ?? INTERVAL_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const running = run();
  return {
    async stop() {
      stopped.abort();
      wake();
      await running;
    },
  };
}

/** One round; true when there is more to do at once. */
async function sweepOnce(deps: SweeperDeps, holder: string): Promise<boolean> {
  if (!(await deps.leases.take('spool', holder, LEASE_MS))) return false;
  const spooled = await deps.spool.oldest(AT_ONCE);
  deps.onCount?.(spooled.length < AT_ONCE ? spooled.length : await deps.spool.count());
  if (spooled.length === 0) return false;
  const delivered = await deliver(deps, spooled);
  if (delivered > 0) deps.logger.info({ delivered }, 'Spooled messages were delivered.');
  return delivered === spooled.length;
}

/** Answers how many were delivered. After the first failure nothing new is tried: Temporal is still away. */
async function deliver(deps: SweeperDeps, spooled: SpooledMessage[]): Promise<number> {
  const conversations = [...Map.groupBy(spooled, (one) => one.key.conversationId).values()];
  const until = Date.now() + LEASE_MS / 2;
  let delivered = 0;
  let failed = false;
  async function lane(): Promise<void> {
    for (let next = conversations.shift(); next && !failed && Date.now() < until; next = conversations.shift()) {
      for (const { id, key, message } of next) {
        try {
          await deps.engine.inbound(key, { ...message, late: true });
        } catch {
          failed = true;
          return;
        }
        await deps.spool.remove(id);
        delivered += 1;
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  return delivered;
}
