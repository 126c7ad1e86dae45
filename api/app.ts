import { randomUUID } from 'node:crypto';
import express, { Router, type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { AppError } from '@leadline/contract/errors.ts';
import type { ReadChange } from '@leadline/contract/realtime.ts';
import type { Store } from '@leadline/store/connect.ts';
import { bulkRoutes } from './bulk/routes.ts';
import type { ApiConfig } from './config.ts';
import { actionRoutes } from './conversations/actions.ts';
import { agendaRoutes } from './conversations/agenda.ts';
import { conversationRoutes } from './conversations/routes.ts';
import { workRoutes } from './conversations/work.ts';
import { dealershipRoutes } from './dealership/routes.ts';
import { settingsRoutes } from './dealership/settings.ts';
import type { Engine } from './engine.ts';
import { healthRoutes } from './health.ts';
import { limitRequests } from './limitRequests.ts';
import { logRequests } from './log.ts';
import type { Metrics } from './metrics.ts';
import { docsPage } from './openapi/page.ts';
import { openApiDocument } from './openapi/document.ts';
import { handleErrors, parseWith, requestIdOf } from './problems.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { processRoutes } from './processes/routes.ts';
import { reminderRoutes } from './reminders/routes.ts';
import { mayDo, type Route } from './route.ts';
import { authenticate, refuseForeignOrigins, signedOf } from './session/authenticate.ts';
import type { SessionCookie } from './session/cookie.ts';
import { sessionRoutes, signIn } from './session/routes.ts';
import { simulatorProxy } from './simulator/proxy.ts';
import { userRoutes } from './users/routes.ts';
import { webhookEndpointRoutes } from './webhookEndpoints/routes.ts';
import { securityHeaders, webApp } from './webApp.ts';
import type { AccountDirectory } from './webhooks/accountDirectory.ts';
import { twilioWebhooks } from './webhooks/twilio.ts';

/** All that the HTTP interface needs from elsewhere. */
export interface AppDeps {
  config: Pick<
    ApiConfig,
    'publicUrl' | 'webDir' | 'simulatorUrl' | 'simulated' | 'temporal' | 'webhooksMayBePrivate' | 'metricsToken'
  >;
  store: Store;
  engine: Engine;
  directory: AccountDirectory;
  cookie: SessionCookie;
  logger: Logger;
  metrics: Metrics;
  onRead: (userId: string, change: ReadChange) => void;
  onSessionEnded: (sessionId: string) => void;
}

/** The HTTP interface: webhooks, REST, the app's files, health. */
export function buildApp(deps: AppDeps): Express {
  const { config, store, engine, logger, metrics } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', 'loopback');
  app.use(logRequests(logger), metrics.measureRequests, securityHeaders(config.publicUrl));
  app.use(healthRoutes({ mongodb: store, temporal: engine }, metrics, config.metricsToken));
  app.use(
    '/webhooks/twilio',
    twilioWebhooks({ engine, store, directory: deps.directory, publicUrl: config.publicUrl, logger, metrics }),
  );
  app.use('/api', api(deps));
  app.use(webApp(config.webDir));
  app.use((request, _response, next) => {
    next(new AppError('not-found', `Nothing answers ${request.method} ${request.path}.`));
  });
  app.use(handleErrors);
  return app;
}

/** The routes of the REST interface, as they are served and described. */
export function restRoutes(deps: AppDeps): Route[] {
  return [
    ...sessionRoutes(sessionDeps(deps)),
    ...conversationRoutes(deps),
    ...actionRoutes(deps.engine),
    ...agendaRoutes(deps.engine),
    ...workRoutes(deps.engine),
    ...bulkRoutes(deps.engine),
    ...processRoutes(deps.store, deps.engine),
    ...settingsRoutes(deps.store, deps.engine),
    ...webhookEndpointRoutes(deps.config.webhooksMayBePrivate),
    ...userRoutes,
    ...dealershipRoutes,
    ...reminderRoutes,
    ...notificationRoutes,
  ];
}

function sessionDeps({ store, cookie, config, onSessionEnded }: AppDeps) {
  return { store, cookie, simulated: config.simulated, temporalUiUrl: config.temporal.uiUrl, onEnded: onSessionEnded };
}

function api(deps: AppDeps): Router {
  const { config, store, cookie } = deps;
  const routes = restRoutes(deps);
  const document = JSON.stringify(openApiDocument(routes, config.publicUrl));
  const page = docsPage(routes);
  const router = Router();
  router.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  router.get('/openapi.json', (_request, response) => {
    response.type('application/json').send(document);
  });
  router.get('/docs', (_request, response) => {
    response.type('html').send(page);
  });
  router.use(refuseForeignOrigins(config.publicUrl), express.json({ limit: '64kb' }));
  router.use(signIn(sessionDeps(deps)));
  router.use(authenticate(store, cookie));
  for (const one of routes) serve(router, one, store);
  if (config.simulatorUrl !== null)
    router.use(
      '/simulator',
      simulatorProxy({
        simulatorUrl: config.simulatorUrl,
        numbersOf: (dealershipId) => numbersOf(deps.directory, dealershipId),
        isLiving: async (sessionId) => (await store.sessions.living([sessionId])).has(sessionId),
      }),
    );
  return router;
}

/** The dealership's own numbers; a new one is looked for where none is known. */
async function numbersOf(directory: AccountDirectory, dealershipId: string): Promise<Set<string>> {
  const own = () => (directory.all() ?? []).filter((one) => one.dealershipId === dealershipId && one.channel === 'sms');
  if (own().length === 0) await directory.refresh().catch(() => undefined);
  return new Set(own().map((one) => one.address));
}

function serve(router: Router, one: Route, store: Store): void {
  const limits = one.perMinute === null ? [] : [limitUsers(one.perMinute)];
  router[one.method](one.path, ...limits, async (request, response) => {
    const { user, sessionId } = signedOf(request);
    if (!mayDo(user.role, one.role))
      throw new AppError('forbidden', `This needs the role ${one.role}: ask an admin of your dealership.`);
    const answer = await one.handle({
      params: request.params as Record<string, string>,
      body: one.body && parseWith(one.body, request.body ?? {}),
      query: one.query && parseWith(one.query, request.query),
      user,
      inbox: store.inbox(user.dealershipId),
      sessionId,
      requestId: requestIdOf(request),
      idempotencyKey: idempotencyKey(request.get('Idempotency-Key')),
      request,
      response,
    });
    if (one.answer) response.status(one.status).json(answer);
    else response.status(one.status).end();
  });
}

function limitUsers(perMinute: number): RequestHandler {
  return limitRequests(
    { windowMs: 60_000, limit: perMinute },
    (request) => signedOf(request).user.id,
    `This may be done ${perMinute} times a minute: wait a little.`,
  );
}

const IDEMPOTENCY_KEY = /^[\w.:-]{1,100}$/;

function idempotencyKey(given: string | undefined): string {
  if (given === undefined) return randomUUID();
  if (IDEMPOTENCY_KEY.test(given)) return given;
  throw new AppError('invalid', 'The Idempotency-Key must have 1 to 100 letters, digits or any of ._:-');
}
