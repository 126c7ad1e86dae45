import { randomBytes } from 'node:crypto';
import { newId } from './ids.ts';
import type { ContactDoc } from './models/contact.ts';
import type { DealershipDoc } from './models/dealership.ts';
import type { Models } from './models/index.ts';
import { contactTokens } from './searchTokens.ts';

/** Dealerships. */
export interface DealershipRepository {
  create(
    dealership: Pick<DealershipDoc, 'slug' | 'name' | 'timeZone' | 'stages'> & { defaultAutopilot?: boolean },
  ): Promise<{ id: string; idKey: string }>;
  /** With the secret that keys its conversation ids; null for an unknown slug. */
  bySlug(slug: string): Promise<{ id: string; idKey: string } | null>;
  /** What a new conversation starts with. */
  setDefaults(
    id: string,
    defaults: Partial<Pick<DealershipDoc, 'defaultProcessId' | 'defaultAutopilot'>>,
  ): Promise<void>;
}

export function createDealerships(models: Models): DealershipRepository {
  return {
    async create(dealership) {
      const _id = newId();
      const idKey = randomBytes(32).toString('hex');
      await models.dealerships.create({
        defaultProcessId: null,
        defaultAutopilot: false,
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
    async setDefaults(id, defaults) {
      await models.dealerships.updateOne({ _id: id }, { $set: defaults });
    },
  };
}

/** Contacts. */
export interface ContactRepository {
  create(contact: Omit<ContactDoc, '_id' | 'createdAt'> & { createdAt?: Date }): Promise<string>;
  /** Gives a contact a name, on its card and on the rows of its conversations. */
  rename(dealershipId: string, contactId: string, name: string): Promise<void>;
}

export function createContacts(models: Models): ContactRepository {
  return {
    async create(contact) {
      const _id = newId();
      await models.contacts.create({ createdAt: new Date(), ...contact, _id });
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
