import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { exists, StartupError } from './toolCache.ts';

const run = promisify(execFile);

/** What the Angular app is built from. */
const SOURCES = ['web/src/**/*', 'web/public/**/*', 'web/*.json', 'contract/*.ts', 'package-lock.json'];

/** Builds the Angular app where a source has changed since the last build. */
export async function buildWeb(root: string, say: (line: string) => void): Promise<void> {
  const stamp = path.join(root, 'web', 'dist', '.sources');
  const hash = await hashOf(root);
  if ((await exists(stamp)) && (await readFile(stamp, 'utf8')) === hash) return;
  say('Building the web app (half a minute, when it has changed)…');
  try {
    await run(process.execPath, [path.join(root, 'node_modules/@angular/cli/bin/ng.js'), 'build'], {
      cwd: path.join(root, 'web'),
      env: { ...process.env, NG_CLI_ANALYTICS: 'false' },
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new StartupError(`The web app could not be built:\n${stdout ?? ''}${stderr ?? String(error)}`);
  }
  await writeFile(stamp, hash);
}

async function hashOf(root: string): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(SOURCES, { cwd: root, withFileTypes: true }))
    if (entry.isFile()) files.push(path.join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(path.relative(root, file)).update(await readFile(file));
  return hash.digest('hex');
}
