import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { readWorkerConfig } from '@leadline/temporal/config.ts';
import { CONVERSATION_LIMITS } from '@leadline/temporal/worker.ts';

/**
 * The worker of the bare workflow, a process of its own as Leadline's is. Sends `'ready'`, then each message's number once
 * its activity has run. Arguments: Temporal's address and the task queue.
 */
const [address, taskQueue] = process.argv.slice(2);
if (!address || !taskQueue || !process.send) throw new Error('This worker is started by the benchmark.');
const report = process.send.bind(process);

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: ['SIGTERM'] });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('workflow.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  }),
  activities: { note: async (id: number) => void report(id) },
  maxCachedWorkflows: readWorkerConfig({ ...process.env, MONGODB_URI: 'none' }).MAX_CACHED_WORKFLOWS,
  ...CONVERSATION_LIMITS,
});
report('ready');
await worker.run();
process.exit(0);
