import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTools, findChromium, StartupError } from '@leadline/temporal/toolCache.ts';
import { buildWeb } from '@leadline/temporal/webBuild.ts';

/** `npm test`: installs what the tests need beside npm's packages, then runs jest with the arguments given. */

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const say = (line: string): void => console.log(`  ${line}`);

try {
  const tools = await ensureTools(say);
  const chromium = await findChromium(say);
  await buildWeb(root, say);
  const env = {
    ...process.env,
    SECANTUSD: tools.mongo,
    TEMPORAL_CLI: tools.temporal,
    TEMPORAL_TEST_SERVER: tools.temporalTestServer,
    CHROMIUM: chromium,
  };
  const jest = path.join(root, 'node_modules/jest/bin/jest.js');
  const result = spawnSync(process.execPath, [jest, '--maxWorkers=2', '--silent', ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  process.exit(result.status ?? 1);
} catch (error) {
  console.error(`\n  ${error instanceof StartupError ? error.message : String(error)}\n`);
  process.exit(1);
}
