import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { json as readJson } from 'node:stream/consumers';
import { Router, type Request, type Response } from 'express';
import { AppError } from '@leadline/contract/errors.ts';
import type { Role } from '@leadline/contract/names.ts';
import type { SimulatedMessage } from '@leadline/contract/simulator.ts';
import { mayDo } from '../route.ts';
import { signedOf } from '../session/authenticate.ts';

export interface SimulatorDeps {
  simulatorUrl: string;
  /** The dealership's own numbers: of the one simulated provider, its users see and use these only. */
  numbersOf(dealershipId: string): Promise<ReadonlySet<string>>;
  /** Whether a session still lives: a stream must not outlast it. */
  isLiving(sessionId: string): Promise<boolean>;
}

/** What of the simulators' control interface is open, and to whom; anything else is not found. */
const OPEN: Record<string, Role | null> = {
  'GET /phones': null,
  'GET /messages': null,
  'GET /stream': null,
  'POST /inbound': null,
  'GET /faults': null,
  'PUT /faults': 'manager',
  'DELETE /': 'manager',
};
const SESSION_CHECK_MS = 3_000;

/** `/api/simulator/…`: the simulated phones' control interface, for signed-in users, while simulators are in use. */
export function simulatorProxy(deps: SimulatorDeps): Router {
  const router = Router();
  router.use(async (request, response) => {
    const operation = `${request.method} ${request.path}`;
    const { user, sessionId } = signedOf(request);
    const role = OPEN[operation];
    if (role === undefined) throw new AppError('not-found', `The simulators have no ${operation}.`);
    if (!mayDo(user.role, role)) throw new AppError('forbidden', `This needs the role ${role}.`);
    const numbers = await deps.numbersOf(user.dealershipId);
    if (operation === 'POST /inbound') requireOwn((request.body as { to?: unknown } | undefined)?.to, numbers);
    const answer = await ask(deps.simulatorUrl, request, response);
    response.status(answer.status).type(answer.headers.get('Content-Type') ?? 'application/json');
    response.setHeader('Cache-Control', 'no-store');
    if (operation === 'GET /stream') return follow(answer, response, numbers, () => deps.isLiving(sessionId));
    if (operation === 'GET /phones' || operation === 'GET /messages') return list(answer, response, numbers);
    // The browser may leave at any time: that is its end, not an error.
    if (answer.body) await pipeline(Readable.fromWeb(answer.body), response).catch(() => undefined);
    else response.end();
  });
  return router;
}

async function ask(simulatorUrl: string, request: Request, response: Response): Promise<globalThis.Response> {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  return fetch(`${simulatorUrl}/control${request.url}`, {
    method: request.method,
    signal: gone.signal,
    redirect: 'manual',
    ...(hasBody && { body: JSON.stringify(request.body ?? {}), headers: { 'Content-Type': 'application/json' } }),
  }).catch(() => {
    throw new AppError('unavailable', 'The simulator cannot be reached.');
  });
}

function requireOwn(number: unknown, numbers: ReadonlySet<string>): void {
  if (typeof number !== 'string' || !numbers.has(number))
    throw new AppError('forbidden', 'That is not a number of your dealership.');
}

function isOwn({ from, to }: Pick<SimulatedMessage, 'from' | 'to'>, numbers: ReadonlySet<string>): boolean {
  return numbers.has(from) || numbers.has(to);
}

async function list(answer: globalThis.Response, response: Response, numbers: ReadonlySet<string>): Promise<void> {
  // Our own simulators' answer, by contract/simulator.ts.
  const { items } = (await readJson(Readable.fromWeb(answer.body!))) as {
    items: (SimulatedMessage | { last: SimulatedMessage })[];
  };
  response.json({ items: items.filter((item) => isOwn('last' in item ? item.last : item, numbers)) });
}

/** Server-sent events, a line each: those of other dealerships' numbers are left out. */
async function follow(
  answer: globalThis.Response,
  response: Response,
  numbers: ReadonlySet<string>,
  isLiving: () => Promise<boolean>,
): Promise<void> {
  response.flushHeaders();
  const timer = setInterval(() => {
    void isLiving()
      .catch(() => true)
      .then((lives) => (lives ? undefined : response.destroy()));
  }, SESSION_CHECK_MS);
  await pipeline(Readable.fromWeb(answer.body!), ownEvents(numbers), response).catch(() => undefined);
  clearInterval(timer);
}

function ownEvents(numbers: ReadonlySet<string>): Transform {
  let rest = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const events = (rest + chunk.toString()).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const message = event.startsWith('data: ') ? (JSON.parse(event.slice(6)) as SimulatedMessage) : null;
        if (message === null || isOwn(message, numbers)) this.push(`${event}\n\n`);
      }
      done();
    },
  });
}
