import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, table, type Figure } from './figures.ts';
import { actions } from './actions.ts';
import { core } from './core.ts';
import { idle } from './idle.ts';
import { inbound } from './inbound.ts';
import { timers } from './timers.ts';

/**
 * `npm run bench -- NAME… [--json] [--save RELEASE]`: measures on fresh, separate servers. Exit code 1 when a figure misses
 * its target. `--save` keeps the figures, with the machine's description, in bench/results/.
 */
const BENCHES: Record<string, (say: (line: string) => void) => Promise<Figure[]>> = {
  inbound,
  actions,
  timers,
  idle,
  core,
};

function fail(sentence: string): never {
  console.error(`\n  ${sentence}\n`);
  process.exit(1);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, save: { type: 'string' } },
});
const unknown = positionals.find((name) => !(name in BENCHES));
if (positionals.length === 0 || unknown !== undefined)
  fail(`Usage: npm run bench -- NAME… [--json] [--save RELEASE]; the names are ${Object.keys(BENCHES).join(', ')}.`);

const say = (line: string): void => console.error(`  ${line}`);
const figures: Figure[] = [];
for (const name of positionals) {
  const measured = await BENCHES[name]!(say).catch((error: unknown) =>
    fail(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  figures.push(...measured);
  if (values.json) for (const one of measured) console.log(JSON.stringify(one));
  else console.log(`\n  ${name}, on ${machine()}\n\n${table(measured)}\n`);
}
if (values.save !== undefined) {
  const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'results');
  await mkdir(folder, { recursive: true });
  const text = JSON.stringify({ machine: machine(), at: new Date().toISOString(), figures }, null, 2);
  await writeFile(path.join(folder, `${values.save}.json`), `${text}\n`);
}
process.exit(figures.some((one) => one.pass === false) ? 1 : 0);
