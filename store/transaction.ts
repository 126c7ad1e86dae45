import mongoose, { type ClientSession, type Connection } from 'mongoose';

const { MongoError, MongoNetworkError, MongoServerSelectionError, MongoNotConnectedError } = mongoose.mongo;

/** Runs `body` in one transaction, again when it fails transiently: `body` must bear repeating. */
export function inTransaction<T>(connection: Connection, body: (session: ClientSession) => Promise<T>): Promise<T> {
  return connection.getClient().withSession((session) => session.withTransaction(() => body(session)));
}

/** Whether an error says that a unique index holds such a document already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoError && error.code === 11000;
}

/** Whether an error says that the database cannot be reached, as opposed to one that it answered with. */
export function isStoreUnavailable(error: unknown): boolean {
  if (
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNetworkError ||
    error instanceof MongoNotConnectedError
  )
    return true;
  if (error instanceof MongoError)
    return error.name === 'MongoPoolClearedError' || error.name === 'MongoOperationTimeoutError';
  return error instanceof mongoose.Error && /initial connection|not connected|disconnected/i.test(error.message);
}
