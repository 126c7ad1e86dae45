import { compilePolicy, ProcessDefinition, type Policy, type ProcessInput } from '@leadline/contract/process.ts';
import type { ProcessVersionView } from '@leadline/contract/rest.ts';
import { newId } from './ids.ts';
import type { Models } from './models/index.ts';
import type { ProcessVersionDoc } from './models/process.ts';

/** Processes and their published versions. */
export interface ProcessRepository {
  /** What conversations hold of a process's published version; null where there is none in this dealership. */
  policy(dealershipId: string, processId: string): Promise<Policy | null>;
  /** A process with its published definition; null for one that the dealership does not have. */
  published(dealershipId: string, processId: string): Promise<ProcessVersionView | null>;
  /** A published version, with the prompt; null for an unknown id. */
  version(versionId: string): Promise<ProcessVersionDoc | null>;
  /** Publishes a definition: as the next version of a process, or as the first of a new one. */
  publish(
    dealershipId: string,
    definition: ProcessInput,
    processId?: string,
  ): Promise<{ processId: string; versionId: string; version: number }>;
}

export function createProcesses(models: Models): ProcessRepository {
  return {
    policy: (dealershipId, processId) => publishedPolicy(models, dealershipId, processId),
    async published(dealershipId, processId) {
      const process = await models.processes.findOne({ _id: processId, dealershipId }).lean();
      const versionId = process?.publishedVersionId ?? null;
      const version = versionId && (await models.processVersions.findOne({ _id: versionId, dealershipId }).lean());
      if (!version) return null;
      const definition = ProcessDefinition.parse(version.definition);
      return { id: processId, versionId: version._id, version: version.version, definition };
    },
    version: (versionId) => models.processVersions.findById(versionId).lean(),
    publish: (dealershipId, definition, processId) =>
      publish(models, dealershipId, ProcessDefinition.parse(definition), processId ?? newId()),
  };
}

/** See `ProcessRepository.policy`. */
export async function publishedPolicy(models: Models, dealershipId: string, processId: string): Promise<Policy | null> {
  const process = await models.processes.findOne({ _id: processId, dealershipId }).lean();
  if (!process?.publishedVersionId) return null;
  const version = await models.processVersions.findOne({ _id: process.publishedVersionId, dealershipId }).lean();
  // A version of an older schema has the defaults for what it lacks; one that cannot be read leaves the conversation without a process.
  const definition = ProcessDefinition.safeParse(version?.definition);
  if (!version || !definition.success) return null;
  return compilePolicy({ processId, versionId: version._id, version: version.version }, definition.data);
}

async function publish(models: Models, dealershipId: string, definition: ProcessDefinition, processId: string) {
  const last = await models.processVersions.findOne({ processId, dealershipId }).sort({ version: -1 }).lean();
  const version = {
    _id: newId(),
    dealershipId,
    processId,
    version: (last?.version ?? 0) + 1,
    definition,
    publishedAt: new Date(),
  };
  await models.processVersions.create(version);
  await models.processes.updateOne(
    { _id: processId, dealershipId },
    {
      $set: { name: definition.name, publishedVersionId: version._id },
      $setOnInsert: { createdAt: version.publishedAt },
    },
    { upsert: true },
  );
  return { processId, versionId: version._id, version: version.version };
}
