import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { bundleWorkflows } from '@leadline/temporal/worker.ts';

/** Golden histories: what conversations have done out there, replayed by the code of now (docs/changing-workflows.md). */
describe('R10: the code of now replays', () => {
  const root = path.join(process.cwd(), 'workflows');
  const files = globSync('histories/**/*.json', { cwd: root });
  let workflowBundle: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    workflowBundle = await bundleWorkflows(path.join(root, 'index.ts'));
  }, 60_000);

  it('at least a conversation of each kind', () => {
    expect(files.length).toBeGreaterThanOrEqual(16);
  });

  it.each(files)('%s', async (file) => {
    const history = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as unknown;
    await expect(Worker.runReplayHistory({ workflowBundle }, history, 'golden')).resolves.toBeUndefined();
  });
});
