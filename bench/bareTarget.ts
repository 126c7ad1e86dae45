import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { BARE_SIGNAL } from './bare/workflow.ts';
import type { Target } from './load.ts';

const TASK_QUEUE = 'bench-bare';

/** Bare workflows that sleep. */
export interface BareSleepers {
  /** Has one sleep until an instant; `firedAt` resolves with the time at which it said that it woke. */
  sleep(id: number, at: number): Promise<{ firedAt: Promise<number> }>;
  stop(): Promise<void>;
}

export async function startBareSleepers(address: string): Promise<BareSleepers> {
  const bare = await startWorker(address);
  return {
    async sleep(id, at) {
      const firedAt = bare.noted(id).then(() => Date.now());
      await bare.client.workflow.start('bareSleeper', {
        workflowId: `bench/sleeper/${id}`,
        taskQueue: TASK_QUEUE,
        args: [id, at],
      });
      return { firedAt };
    },
    stop: bare.stop,
  };
}

/** The bare workflow behind the interface of a load: a message is done once its no-op activity has run. */
export async function startBare(address: string): Promise<Target> {
  const bare = await startWorker(address);
  let ids = 0;
  return {
    async send(conversation) {
      const id = ++ids;
      const done = bare.noted(id);
      await bare.client.workflow.signalWithStart('bare', {
        workflowId: `bench/bare/${conversation}`,
        taskQueue: TASK_QUEUE,
        signal: BARE_SIGNAL,
        signalArgs: [id],
      });
      await done;
    },
    stop: bare.stop,
  };
}

/** The worker's process, a client, and what its no-op activity reports. */
async function startWorker(address: string) {
  const child = fork(fileURLToPath(new URL('bare/main.ts', import.meta.url)), [address, TASK_QUEUE], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await once(child, 'message');
  const connection = await Connection.connect({ address });
  const waiting = new Map<number, () => void>();
  child.on('message', (id: number) => {
    waiting.get(id)?.();
    waiting.delete(id);
  });
  return {
    client: new Client({ connection }),
    noted: (id: number) => new Promise<void>((resolve) => waiting.set(id, resolve)),
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await connection.close();
    },
  };
}
