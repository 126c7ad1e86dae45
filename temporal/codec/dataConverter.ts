import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { EncryptionCodec } from './encryptionCodec.ts';
import type { PayloadKeys } from './payloadKeys.ts';

/**
 * What every client, worker and workflow bundle is given. Without a key it encrypts nothing, and still says of an
 * encrypted payload which key is missing.
 */
export function dataConverterOf(keys: PayloadKeys): DataConverter {
  const payloadCodecs = [new EncryptionCodec(keys)];
  if (keys.length === 0) return { payloadCodecs };
  return { payloadCodecs, failureConverterPath: fileURLToPath(new URL('failureConverter.ts', import.meta.url)) };
}
