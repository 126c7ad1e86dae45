import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '@leadline/contract/names.ts';

/** `IndexedValueType` of temporal.api.enums.v1; the package of its types has no names that Node can import. */
const TYPES = { keyword: 2, bool: 5 } as const;
/** gRPC status of an attribute that stands already. */
const ALREADY_EXISTS = 6;

/** Registers the search attributes that conversations set, where the namespace lacks them: without them no task completes. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES)) {
    await connection.operatorService
      .addSearchAttributes({ namespace, searchAttributes: { [name]: TYPES[type] } })
      .catch(ignoreExisting);
  }
}

function ignoreExisting(error: unknown): void {
  if (!isGrpcServiceError(error) || (error.code as number) !== ALREADY_EXISTS) throw error;
}
