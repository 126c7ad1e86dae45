import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { simulate, type Finding } from './run.ts';

/** `npm run simulate -- --seeds N --steps M --from S`: plays seeds S to S+N-1 on all cores, and prints what breaks an invariant. */

interface Share {
  from: number;
  seeds: number;
  steps: number;
}

function play({ from, seeds, steps }: Share): Finding[] {
  return Array.from({ length: seeds }, (_, index) => simulate(from + index, steps)).filter((one) => one !== null);
}

function playApart(share: Share): Promise<Finding[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string' }, steps: { type: 'string' }, from: { type: 'string' } },
  });
  const seeds = Number(values.seeds ?? 1_000);
  const steps = Number(values.steps ?? 200);
  const from = Number(values.from ?? 1);
  if (![seeds, steps, from].every((one) => Number.isInteger(one) && one >= 0)) {
    console.error('\n  Usage: npm run simulate -- [--seeds N] [--steps M] [--from S]\n');
    process.exit(1);
  }
  const startedAt = performance.now();
  const cores = Math.min(availableParallelism(), Math.max(seeds, 1));
  const share = Math.ceil(seeds / cores);
  const shares = Array.from({ length: cores }, (_, core) => ({
    from: from + core * share,
    seeds: Math.max(Math.min(share, seeds - core * share), 0),
    steps,
  }));
  const findings = (await Promise.all(shares.map(playApart))).flat();
  const tookS = (performance.now() - startedAt) / 1000;
  for (const { seed, why, steps: shortest } of findings.slice(0, 5)) {
    console.log(`\n  Seed ${seed}: ${why}`);
    for (const { action, at } of shortest) console.log(`    ${action} ${at.toFixed(4)}`);
  }
  console.log(
    `\n  ${seeds} seeds of ${steps} steps in ${tookS.toFixed(1)} s: ${(seeds / tookS).toFixed(0)} seeds per second, ${findings.length} failed.\n`,
  );
  process.exit(findings.length > 0 ? 1 : 0);
}

if (isMainThread) await main();
else parentPort!.postMessage(play(workerData as Share));
