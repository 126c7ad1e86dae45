import { randomBytes } from 'node:crypto';
import { AppError } from '@leadline/contract/errors.ts';
import type { DealershipPolicy, DealershipSettings } from '@leadline/contract/process.ts';
import { newId } from './ids.ts';
import type { ContactDoc } from './models/contact.ts';
import type { DealershipDoc } from './models/dealership.ts';
import type { Models } from './models/index.ts';
import { contactTokens } from './searchTokens.ts';
import { dealershipPolicy, settingsOf } from './settings.ts';

/** Dealerships. */
export interface DealershipRepository {
  create(
    dealership: Pick<DealershipDoc, 'slug' | 'name' | 'timeZone' | 'stages'> & {
      defaultAutopilot?: boolean;
      defaultFollowUps?: boolean;
    },
  ): Promise<{ id: string; idKey: string }>;
  /** With the secret that keys its conversation ids; null for an unknown slug. */
  bySlug(slug: string): Promise<{ id: string; idKey: string } | null>;
  /** What a new conversation starts with. */
  setDefaults(
    id: string,
    defaults: Partial<Pick<DealershipDoc, 'defaultProcessId' | 'defaultAutopilot' | 'defaultFollowUps'>>,
  ): Promise<void>;
  /** What the dealership's conversations hold of its settings; throws `not-found`. */
  policy(id: string): Promise<DealershipPolicy>;
  settings(id: string): Promise<{ settings: DealershipSettings; version: number; problem: string | null }>;
  /** Saves settings as the next version; null when somebody has saved others since `version`. */
  saveSettings(id: string, settings: DealershipSettings, version: number): Promise<number | null>;
}

export function createDealerships(models: Models): DealershipRepository {
  async function one(id: string): Promise<DealershipDoc> {
    const dealership = await models.dealerships.findById(id).lean();
    if (!dealership) throw new AppError('not-found', `There is no dealership ${id}.`);
    return dealership;
  }
  return {
    async create(dealership) {
      const _id = newId();
      const idKey = randomBytes(32).toString('hex');
      await models.dealerships.create({
        defaultProcessId: null,
        defaultAutopilot: false,
        defaultFollowUps: false,
        settings: null,
        settingsVersion: 1,
        ...dealership,
        _id,
        idKey,
        createdAt: new Date(),
      });
      return { id: _id, idKey };
    },
    async bySlug(slug) {
      const dealership = await models.dealerships.findOne({ slug }).select('+idKey').lean();
      return dealership && { id: dealership._id, idKey: dealership.idKey };
    },
    policy: async (id) => dealershipPolicy(await one(id)),
    async settings(id) {
      const dealership = await one(id);
      return { ...settingsOf(dealership), version: dealership.settingsVersion };
    },
    async saveSettings(id, settings, version) {
      const change = { $set: { settings, timeZone: settings.timeZone, settingsVersion: version + 1 } };
      const saved = await models.dealerships.updateOne({ _id: id, settingsVersion: version }, change);
      return saved.matchedCount > 0 ? version + 1 : null;
    },
    async setDefaults(id, defaults) {
      await models.dealerships.updateOne({ _id: id }, { $set: defaults });
    },
  };
}

/** Contacts. */
export interface ContactRepository {
  create(contact: Omit<ContactDoc, '_id' | 'createdAt' | 'consent'> & { createdAt?: Date }): Promise<string>;
  /** Gives a contact a name, on its card and on the rows of its conversations. */
  rename(dealershipId: string, contactId: string, name: string): Promise<void>;
}

export function createContacts(models: Models): ContactRepository {
  return {
    async create(contact) {
      const _id = newId();
      await models.contacts.create({ createdAt: new Date(), consent: 'none', ...contact, _id });
      return _id;
    },
    async rename(dealershipId, contactId, name) {
      await models.contacts.updateOne({ _id: contactId, dealershipId }, { $set: { name } });
      for (const row of await models.conversations
        .find({ dealershipId, 'contact.id': contactId }, { digits: 1 })
        .lean()) {
        await models.conversations.updateOne(
          { _id: row._id },
          { $set: { 'contact.name': name, searchTokens: contactTokens(name, row.digits) } },
        );
      }
    },
  };
}
