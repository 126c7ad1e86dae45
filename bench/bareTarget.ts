import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { BARE_SIGNAL } from './bare/workflow.ts';
import type { Target } from './load.ts';

const TASK_QUEUE = 'bench-bare';

/** The bare workflow behind the interface of a load: a message is done once its no-op activity has run. */
export async function startBare(address: string): Promise<Target> {
  const child = fork(fileURLToPath(new URL('bare/main.ts', import.meta.url)), [address, TASK_QUEUE], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await once(child, 'message');
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const waiting = new Map<number, () => void>();
  child.on('message', (id: number) => {
    waiting.get(id)?.();
    waiting.delete(id);
  });
  let ids = 0;
  return {
    async send(conversation) {
      const id = ++ids;
      const done = new Promise<void>((resolve) => waiting.set(id, resolve));
      await client.workflow.signalWithStart('bare', {
        workflowId: `bench/bare/${conversation}`,
        taskQueue: TASK_QUEUE,
        signal: BARE_SIGNAL,
        signalArgs: [id],
      });
      await done;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await connection.close();
    },
  };
}
