import { createSecretKey, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { readSettings } from '@leadline/contract/settings.ts';

/** A key of payloads, and the name under which each payload says that it was encrypted with it. */
export interface PayloadKey {
  id: string;
  secret: KeyObject;
}

/** The first encrypts, all decrypt; with none, payloads stay as they are. */
export type PayloadKeys = readonly PayloadKey[];

const KEY_BYTES = 32;
const KEY_ID = /^[\w.-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** `PAYLOAD_KEYS` as a part of a settings schema: `id:base64,olderId:base64`. What is wrong is said without the key. */
export const payloadKeysSetting = z
  .string()
  .default('')
  .transform((text, context): PayloadKeys => {
    const keys: PayloadKey[] = [];
    const entries = text.trim() === '' ? [] : text.split(',').map((entry) => entry.trim());
    for (const [index, entry] of entries.entries()) {
      const key = parseKey(entry, index, keys);
      if (typeof key !== 'string') keys.push(key);
      else context.issues.push({ code: 'custom', message: key, input: undefined });
    }
    return keys;
  });

/** The keys alone, for a part that has no settings schema; throws one sentence where they are wrong. */
export function readPayloadKeys(env: Record<string, string | undefined>): PayloadKeys {
  const Settings = z.object({ PAYLOAD_KEYS: payloadKeysSetting });
  return readSettings(Settings, env, 'the payload codec').PAYLOAD_KEYS;
}

/** The key, or what is wrong with it. */
function parseKey(entry: string, index: number, earlier: PayloadKeys): PayloadKey | string {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(colon, 0));
  if (!KEY_ID.test(id))
    return `entry ${index + 1} must be id:key, with an id of 1 to 32 letters, digits, dots, dashes or underscores`;
  if (earlier.some((key) => key.id === id)) return `the id "${id}" stands twice`;
  const text = entry.slice(colon + 1);
  const bytes = Buffer.from(text, 'base64');
  if (!BASE64.test(text) || bytes.length !== KEY_BYTES)
    return `the key "${id}" must be ${KEY_BYTES} random bytes in base64, as \`openssl rand -base64 ${KEY_BYTES}\` prints them`;
  return { id, secret: createSecretKey(bytes) };
}
