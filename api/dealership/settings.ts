import * as z from 'zod/mini';
import { AppError } from '@leadline/contract/errors.ts';
import { SaveSettings, SettingsView } from '@leadline/contract/rest.ts';
import type { Store } from '@leadline/store/connect.ts';
import type { Engine } from '../engine.ts';
import { route, type Route } from '../route.ts';

/** Hours, quiet hours, targets and rules of the dealership, as one document. */
export function settingsRoutes(store: Store, engine: Pick<Engine, 'rollOut'>): Route[] {
  return [
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
