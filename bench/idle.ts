import { readFile } from 'node:fs/promises';
import { figure, type Figure } from './figures.ts';
import { LONG_WINDOW, withLeadline, type FreshLeadline } from './freshLeadline.ts';
import { run } from './load.ts';

/** So many conversations sleep. */
const COUNT = Number(process.env['BENCH_IDLE'] ?? 20_000);

/** Memory of worker and Temporal server for conversations that wait for something. */
export async function idle(say: (line: string) => void): Promise<Figure[]> {
  return withLeadline(say, async (fresh) => {
    await fresh.leadline.setWindow(LONG_WINDOW);
    await fresh.leadline.stopSla();
    await run(fresh.leadline, 'warm', { conversations: 100, messagesEach: 1, concurrency: 32 });
    const before = await memory(fresh);
    say(`Starting ${COUNT} conversations…`);
    await run(fresh.leadline, 'idle', { conversations: COUNT, messagesEach: 1, concurrency: 32 });
    const after = await memory(fresh);
    const per1000 = (part: 'worker' | 'server'): number => ((after[part] - before[part]) * 1000) / COUNT;
    return [
      figure('idle', 'workerMiBPer1000', per1000('worker'), 'MiB'),
      figure('idle', 'serverMiBPer1000', per1000('server'), 'MiB'),
      figure('idle', 'workerMiB', after.worker, 'MiB'),
    ];
  });
}

async function memory({ product }: FreshLeadline): Promise<{ worker: number; server: number }> {
  const of = async (name: 'worker' | 'temporal'): Promise<number> => {
    const status = await readFile(`/proc/${product.parts.get(name)!.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  };
  const [worker, server] = await Promise.all([of('worker'), of('temporal')]);
  return { worker, server };
}
