import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts the message and stack trace of a failure into a payload, so that they are encrypted as all others are. Temporal's
 * SDK loads this file by its path (`dataConverter.ts`), in clients, workers and the workflow bundle.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
