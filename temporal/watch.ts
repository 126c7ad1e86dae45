import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import path from 'node:path';
import type { PartName, Product } from './product.ts';

/** Which parts run a folder's code. */
const FOLDERS: Record<string, PartName[]> = {
  contract: ['worker', 'api', 'simulators'],
  workflows: ['worker'],
  activities: ['worker'],
  channels: ['worker', 'api'],
  store: ['worker', 'api'],
  api: ['api'],
  temporal: ['worker', 'codecServer'],
  simulators: ['simulators'],
};
const QUIET_MS = 300;

/** `npm run dev`: starts the parts again whose code has changed, and builds the web app as it changes. Answers how to stop it. */
export function watchSources(root: string, product: Product, say: (line: string) => void): () => void {
  const waiting = new Set<PartName>();
  let timer: NodeJS.Timeout | undefined;
  let work = Promise.resolve();
  const restart = (): void => {
    const names = [...waiting];
    waiting.clear();
    work = work.then(async () => {
      for (const name of names) await restartPart(product, name, say);
    });
  };
  const watchers = Object.entries(FOLDERS).map(([folder, names]) =>
    watch(path.join(root, folder), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts') || file.endsWith('.test.ts') || file.includes('node_modules')) return;
      for (const name of names) waiting.add(name);
      clearTimeout(timer);
      timer = setTimeout(restart, QUIET_MS);
    }),
  );
  const build = [
    path.join(root, 'node_modules/@angular/cli/bin/ng.js'),
    'build',
    '--watch',
    '--configuration=development',
  ];
  const env = { ...process.env, NG_CLI_ANALYTICS: 'false' };
  const web = spawn(process.execPath, build, {
    cwd: path.join(root, 'web'),
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    web.kill();
  };
}

async function restartPart(product: Product, name: PartName, say: (line: string) => void): Promise<void> {
  const part = product.parts.get(name);
  if (!part) return;
  say(`Starting ${name} again, because its code has changed…`);
  try {
    await part.stop();
    await part.start();
    say(`${name} runs the new code.`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
