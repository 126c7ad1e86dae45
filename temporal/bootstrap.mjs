/**
 * First step of `npm start` and `npm test`: runs on whatever Node the machine has, before anything is installed. Installs
 * the packages when they are missing or the lock file has changed, then goes on in the packaged Node 24.
 *
 *   node temporal/bootstrap.mjs <entry.ts> [arguments…]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const node24 = path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const stamp = path.join(root, 'node_modules', '.leadline-installed');

function stop(sentence) {
  console.error(`\n  ${sentence}\n`);
  process.exit(1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    stop(`Node ${process.versions.node} is too old: Leadline needs Node 20.19 or newer.`);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
}

function install() {
  const hash = lockHash();
  if (existsSync(node24) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  console.log('  Installing packages (about a minute, once)…');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.error) stop('npm was not found: install it together with Node.');
  if (result.status !== 0) stop('The packages could not be installed. Is the network up? npm says why above.');
  if (!existsSync(node24))
    stop(
      'The packaged Node 24 is missing after the installation: npm has not run install scripts. Allow them, and try again.',
    );
  writeFileSync(stamp, hash);
}

checkNode();
install();
const [entry, ...rest] = process.argv.slice(2);
const child = spawn(node24, ['--disable-warning=ExperimentalWarning', path.join(root, entry), ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${path.dirname(node24)}${path.delimiter}${process.env.PATH}` },
});
// The terminal sends Ctrl-C to the child as well: it decides when all is stopped.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
