import type { ProcessDefinition } from '@leadline/contract/process.ts';
import { collectionSchema, REQUIRED_INSTANT, REQUIRED_TEXT, TEXT_OR_NULL } from './schema.ts';

/** A process: the agent that answers for the dealership. */
export interface ProcessDoc {
  _id: string;
  dealershipId: string;
  name: string;
  /** The version that conversations take; null before the first is published. */
  publishedVersionId: string | null;
  createdAt: Date;
}

export const processSchema = collectionSchema<ProcessDoc>({
  dealershipId: REQUIRED_TEXT,
  name: REQUIRED_TEXT,
  publishedVersionId: TEXT_OR_NULL,
  createdAt: REQUIRED_INSTANT,
});
processSchema.index({ dealershipId: 1, name: 1 });

/** A published version of a process; never changes. */
export interface ProcessVersionDoc {
  _id: string;
  dealershipId: string;
  processId: string;
  version: number;
  definition: ProcessDefinition;
  publishedAt: Date;
}

export const processVersionSchema = collectionSchema<ProcessVersionDoc>({
  dealershipId: REQUIRED_TEXT,
  processId: REQUIRED_TEXT,
  version: { type: Number, required: true },
  definition: { type: Object, required: true },
  publishedAt: REQUIRED_INSTANT,
});
processVersionSchema.index({ processId: 1, version: 1 }, { unique: true });
