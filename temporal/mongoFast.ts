import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { FAST_MONGO, toolFolder } from './toolCache.ts';

/** `npm run mongo:fast`: builds the Rust build of the embedded database (about 8 minutes) into the tool cache, where the launcher finds it. */
const { crate, version } = FAST_MONGO;
const root = toolFolder();
await mkdir(root, { recursive: true });
const source = [crate, '--version', version, '--locked', '--ignore-rust-version'];
const result = spawnSync('cargo', ['install', ...source, '--root', root], { stdio: 'inherit' });
if (result.error || result.status !== 0) {
  console.error(
    result.error
      ? '\n  cargo was not found: install Rust 1.95 or newer (https://rustup.rs), then try again.\n'
      : '\n  The database could not be built; cargo says why above.\n',
  );
  process.exit(1);
}
console.log(`\n  Built into ${root}/bin: the next start uses it.\n`);
