import * as z from 'zod/mini';
import { AppError } from '@leadline/contract/errors.ts';
import { RolloutView, SaveSettings, SettingsView } from '@leadline/contract/rest.ts';
import type { Rule } from '@leadline/contract/rules.ts';
import type { Store } from '@leadline/store/connect.ts';
import type { Inbox } from '@leadline/store/inbox.ts';
import type { Engine } from '../engine.ts';
import { route, type Route } from '../route.ts';

/** Hours, quiet hours, targets and rules of the dealership, as one document. */
export function settingsRoutes(store: Store, engine: Pick<Engine, 'rollOut' | 'rolloutProgress'>): Route[] {
  return [
    route('get /rollouts/:subject/:version', {
      tag: 'Settings',
      summary: 'How far a saved version has come: the subject is `settings`, or the id of a process.',
      answer: RolloutView,
      role: 'manager',
      async handle({ inbox, params }) {
        const slug = (await inbox.dealership())?.slug ?? '';
        const processId = params['subject'] === 'settings' ? null : params['subject']!;
        const progress = await engine.rolloutProgress(slug, processId, Number(params['version']));
        if (!progress) throw new AppError('not-found', 'There is no such rollout.');
        return progress;
      },
    }),
    route('get /settings', {
      tag: 'Settings',
      summary: 'Hours, quiet hours, response targets and automation rules.',
      answer: SettingsView,
      role: 'manager',
      handle: ({ user }) => store.dealerships.settings(user.dealershipId),
    }),
    route('put /settings', {
      tag: 'Settings',
      summary: 'Saves them; running conversations take them over within minutes.',
      body: SaveSettings,
      answer: z.object({ version: z.number() }),
      role: 'manager',
      async handle({ user, inbox, body, requestId }) {
        await refuseUnknownEndpoints(inbox, body.settings.rules);
        const version = await store.dealerships.saveSettings(user.dealershipId, body.settings, body.version);
        if (version === null)
          throw new AppError('conflict', 'Somebody else has saved these settings meanwhile: read them again first.');
        const dealership = await inbox.dealership();
        const { dealershipId } = user;
        await engine.rollOut({ dealershipId, dealershipSlug: dealership!.slug, processId: null, version, requestId });
        return { version };
      },
    }),
  ];
}

/** Only the database knows which endpoints there are, so the schema of the rules cannot say it. */
async function refuseUnknownEndpoints(inbox: Inbox, rules: readonly Rule[]): Promise<void> {
  const calls = rules.flatMap((rule, ruleIndex) =>
    rule.actions.flatMap((action, actionIndex) =>
      action.do === 'callWebhook'
        ? [{ endpointId: action.endpointId, path: `settings.rules.${ruleIndex}.actions.${actionIndex}.endpointId` }]
        : [],
    ),
  );
  if (calls.length === 0) return;
  const known = new Set((await inbox.webhooks.list()).map((endpoint) => endpoint.id));
  const errors = calls
    .filter((call) => !known.has(call.endpointId))
    .map(({ path }) => ({ path, message: 'There is no such webhook endpoint.' }));
  if (errors.length > 0) throw new AppError('invalid', 'Some fields are missing or wrong.', { errors });
}
