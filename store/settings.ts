import { mistakesText } from '@leadline/contract/mistakes.ts';
import { zoneTable, type ZoneTable } from '@leadline/contract/hours.ts';
import type { ContactZone } from '@leadline/contract/conversation.ts';
import {
  compileDealershipPolicy,
  DealershipSettings,
  defaultSettings,
  type DealershipPolicy,
} from '@leadline/contract/process.ts';
import { DEFAULT_RULES } from '@leadline/contract/rules.ts';
import { zonesOfNumber } from './areaCodes.ts';
import type { ContactDoc } from './models/contact.ts';
import type { DealershipDoc } from './models/dealership.ts';

/** Zone tables begin a little before now: what is being shown may be from yesterday. */
const BEFORE_MS = 86_400_000;
/** A table is good for two years; made anew each day, so that a conversation that starts late has two years, too. */
const tables = new Map<string, ZoneTable | null>();

/** The zone's table from about now on; null for a name that is no zone. */
export function zoneTableFromNow(zone: string): ZoneTable | null {
  const from = Math.floor((Date.now() - BEFORE_MS) / 86_400_000) * 86_400_000;
  const key = `${zone}@${from}`;
  if (!tables.has(key)) tables.set(key, zoneTable(zone, from));
  return tables.get(key) ?? null;
}

/** A dealership's settings as they were saved; what cannot be understood any more is replaced by the default, and said. */
export function settingsOf({ settings, timeZone }: Pick<DealershipDoc, 'settings' | 'timeZone'>): {
  settings: DealershipSettings;
  problem: string | null;
} {
  if (settings === null) return { settings: defaultSettings(timeZone, DEFAULT_RULES), problem: null };
  const parsed = DealershipSettings.safeParse(settings);
  if (parsed.success) return { settings: parsed.data, problem: null };
  const problem = mistakesText(parsed.error);
  return { settings: defaultSettings(timeZone, []), problem: problem.slice(0, 300) };
}

/** What a dealership's conversations hold of its settings, and what an admin is to be told; `otherProblem` may be of the process. */
export function dealershipPolicy(
  dealership: Pick<DealershipDoc, 'settings' | 'timeZone' | 'settingsVersion'>,
  otherProblem: string | null = null,
): DealershipPolicy {
  const { settings, problem } = settingsOf(dealership);
  const own = problem && `Settings of the dealership cannot be understood and are left out: ${problem}`;
  const zone = dealershipZone(settings.timeZone);
  return compileDealershipPolicy(dealership.settingsVersion, settings, zone, own ?? otherProblem);
}

function dealershipZone(timeZone: string): ZoneTable {
  return zoneTableFromNow(timeZone) ?? { zone: 'UTC', changes: [{ at: 0, offsetMs: 0 }] };
}

/** Where the contact lives, as far as we know: as the card says, else by the number's area code, else where the dealership is. */
export function contactZone(contact: Pick<ContactDoc, 'timeZone' | 'phone'>, policy: DealershipPolicy): ContactZone {
  const own = contact.timeZone === null ? null : zoneTableFromNow(contact.timeZone);
  if (own) return { table: own, source: 'contact' };
  const zones = contact.phone === null ? [] : zonesOfNumber(contact.phone);
  const zone = zones.includes(policy.zone.zone) ? policy.zone.zone : zones[0];
  const byNumber = zone === undefined ? null : zoneTableFromNow(zone);
  return byNumber ? { table: byNumber, source: 'number' } : { table: policy.zone, source: 'dealership' };
}
