import { mistakesText } from '@leadline/contract/mistakes.ts';
import { compilePolicy, ProcessDefinition, type Policy, type ProcessInput } from '@leadline/contract/process.ts';
import type { ProcessVersionView } from '@leadline/contract/rest.ts';
import { newId } from './ids.ts';
import type { Models } from './models/index.ts';
import type { ProcessVersionDoc } from './models/process.ts';
import { isDuplicateKey } from './transaction.ts';

const TRIES = 10;

/** Processes and their published versions. */
export interface ProcessRepository {
  /** What conversations hold of a process's published version; null where there is none in this dealership. */
  policy(dealershipId: string, processId: string): Promise<Policy | null>;
  /** A process with its published definition; null for one that the dealership does not have. */
  published(dealershipId: string, processId: string): Promise<ProcessVersionView | null>;
  /** A published version, with the prompt; null for an unknown id. */
  version(versionId: string): Promise<ProcessVersionDoc | null>;
  /**
   * Publishes a definition: as the next version of a process, or as the first of a new one. With an id of its own for the
   * version, a repeat publishes nothing more.
   */
  publish(
    dealershipId: string,
    definition: ProcessInput,
    ids?: { processId?: string; versionId?: string },
  ): Promise<{ processId: string; versionId: string; version: number }>;
}

export function createProcesses(models: Models): ProcessRepository {
  return {
    policy: async (dealershipId, processId) => (await publishedPolicy(models, dealershipId, processId)).policy,
    async published(dealershipId, processId) {
      const process = await models.processes.findOne({ _id: processId, dealershipId }).lean();
      const versionId = process?.publishedVersionId ?? null;
      const version = versionId && (await models.processVersions.findOne({ _id: versionId, dealershipId }).lean());
      if (!version) return null;
      const definition = ProcessDefinition.parse(version.definition);
      return { id: processId, versionId: version._id, version: version.version, definition };
    },
    version: (versionId) => models.processVersions.findById(versionId).lean(),
    publish: (dealershipId, definition, { processId = newId(), versionId = newId() } = {}) =>
      publish(models, dealershipId, ProcessDefinition.parse(definition), processId, versionId),
  };
}

/**
 * What conversations hold of a process's published version. One that cannot be understood any more leaves them without a
 * process: then `problem` is a sentence for an admin. A version of an older schema has the defaults for what it lacks.
 */
export async function publishedPolicy(
  models: Models,
  dealershipId: string,
  processId: string,
): Promise<{ policy: Policy | null; problem: string | null }> {
  const process = await models.processes.findOne({ _id: processId, dealershipId }).lean();
  if (!process?.publishedVersionId) return { policy: null, problem: null };
  const known = compiled.get(process.publishedVersionId);
  if (known) return { policy: known, problem: null };
  const version = await models.processVersions.findOne({ _id: process.publishedVersionId, dealershipId }).lean();
  const definition = ProcessDefinition.safeParse(version?.definition);
  if (!version || !definition.success) {
    const issues = definition.error && mistakesText(definition.error);
    const problem = `The process “${process.name}” cannot be understood and is left out (${issues}): publish it anew.`;
    return { policy: null, problem: problem.slice(0, 300) };
  }
  const { _id: versionId } = version;
  const policy = compilePolicy({ processId, versionId, version: version.version }, definition.data);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(versionId, policy);
  return { policy, problem: null };
}

/** What published versions say, by their id: a version never changes, and each conversation that begins asks for one. */
const compiled = new Map<string, Policy>();
const MOST_COMPILED = 1_000;

/** Two that publish at the same moment get a version each. */
async function publish(
  models: Models,
  dealershipId: string,
  definition: ProcessDefinition,
  processId: string,
  versionId: string,
) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await publishNext(models, dealershipId, definition, processId, versionId);
    } catch (error) {
      if (!isDuplicateKey(error) || attempt === TRIES) throw error;
    }
  }
}

async function publishNext(
  models: Models,
  dealershipId: string,
  definition: ProcessDefinition,
  processId: string,
  versionId: string,
) {
  const last = await models.processVersions.findOne({ processId, dealershipId }).sort({ version: -1 }).lean();
  const repeated = await models.processVersions.findOne({ _id: versionId, dealershipId }).lean();
  // A repeat ends what the first may have left half done, unless a later version stands.
  if (repeated && repeated.version !== last?.version) return { processId, versionId, version: repeated.version };
  const version = repeated ?? {
    _id: versionId,
    dealershipId,
    processId,
    version: (last?.version ?? 0) + 1,
    definition,
    publishedAt: new Date(),
  };
  if (!repeated) await models.processVersions.create(version);
  await models.processes.updateOne(
    { _id: processId, dealershipId },
    {
      $set: { name: definition.name, publishedVersionId: version._id },
      $setOnInsert: { createdAt: version.publishedAt },
    },
    { upsert: true },
  );
  return { processId, versionId, version: version.version };
}
