import type { Payload, PayloadCodec } from '@temporalio/common';
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import * as z from 'zod';
import { allowOrigin, requireAccess, type Access } from './access.ts';
import { answerErrors, CodecServerError } from './errors.ts';

export interface CodecServerDependencies {
  codec: PayloadCodec;
  access: Access;
  logger: Logger;
}

/** Four times what Temporal takes as one payload, in base64; its UI sends the payloads of an event together. */
const BODY_LIMIT = '8mb';

/** `Payloads` of temporal.api.common.v1 in proto JSON: bytes are base64. */
const Body = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).nullish(), data: z.base64().nullish() })),
});
type JsonPayload = z.infer<typeof Body>['payloads'][number];

/** Temporal's remote codec protocol: its UI and CLI have payloads encoded and decoded here, so they need no key. */
export function buildCodecServer({ codec, access, logger }: CodecServerDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.use(allowOrigin(access));
  app.use(requireAccess(access));
  app.use(express.json({ limit: BODY_LIMIT }));
  app.post(
    '/encode',
    answer((payloads) => codec.encode(payloads)),
  );
  app.post(
    '/decode',
    answer((payloads) => codec.decode(payloads)),
  );
  app.use(() => {
    throw new CodecServerError(404, 'There is only POST /encode and POST /decode here.');
  });
  app.use(answerErrors(logger));
  return app;
}

function answer(convert: (payloads: Payload[]) => Promise<Payload[]>): RequestHandler {
  return async (request, response) => {
    const body = Body.safeParse(request.body);
    if (!body.success)
      throw new CodecServerError(400, 'The body must be {"payloads": […]} as application/json, with bytes in base64.');
    const converted = await convert(body.data.payloads.map(fromJson));
    response.set('Cache-Control', 'no-store').json({ payloads: converted.map(toJson) });
  };
}

function fromJson({ metadata, data }: JsonPayload): Payload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
  return { metadata: Object.fromEntries(entries), data: Buffer.from(data ?? '', 'base64') };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)] as const);
  return { metadata: Object.fromEntries(entries), data: base64(data ?? new Uint8Array()) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
