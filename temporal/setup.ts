import { openStore } from '@leadline/store/connect.ts';
import { seedDemo } from './seed.ts';

/** Fills an empty database, once, where no launcher does it (docker-compose.yml): `node temporal/setup.ts`. */
const uri = process.env['MONGODB_URI'];
try {
  if (!uri) throw new Error('Set MONGODB_URI: it says which database to set up.');
  const store = await openStore(uri);
  await seedDemo(store, process.env, (line) => console.log(line));
  await store.close();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
