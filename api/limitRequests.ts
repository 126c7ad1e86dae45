import type { Request, RequestHandler, Response } from 'express';
import { rateLimit, type Options } from 'express-rate-limit';
import { AppError } from '@leadline/contract/errors.ts';
import { sendProblem } from './problems.ts';

/** Refuses with `sentence` what comes more often than the limit allows, counted by the key of each request. */
export function limitRequests(
  options: Pick<Options, 'windowMs' | 'limit'> & Partial<Pick<Options, 'skipSuccessfulRequests'>>,
  keyGenerator: (request: Request) => string,
  sentence: string,
): RequestHandler {
  return rateLimit({
    ...options,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator,
    handler: (_request: Request, response: Response) => {
      sendProblem(response, new AppError('too-many-requests', sentence));
    },
  });
}
