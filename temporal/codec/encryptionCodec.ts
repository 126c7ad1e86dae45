import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { PayloadKey, PayloadKeys } from './payloadKeys.ts';

/** Metadata `encoding` of an encrypted payload, as Temporal's samples in every language name it. */
export const ENCRYPTED = 'binary/encrypted';
const KEY_ID_METADATA = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** A payload that cannot be read; the message says why, and names the key's id but never the key. */
export class UnreadablePayloadError extends Error {
  override readonly name = 'UnreadablePayloadError';
}

/**
 * Encrypts what goes to Temporal and decrypts what comes back. Each payload is encrypted whole, with its metadata, under
 * AES-256-GCM and a nonce of its own: nonce, ciphertext, tag. The key's id stands beside it in clear and is
 * authenticated with it. A payload in clear is read as it is, so running conversations outlive the day on which
 * encryption is turned on.
 */
export class EncryptionCodec implements PayloadCodec {
  private readonly keys: PayloadKeys;

  constructor(keys: PayloadKeys) {
    this.keys = keys;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const [key] = this.keys;
    return key ? payloads.map((payload) => encrypt(payload, key)) : payloads;
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (textOf(payload, 'encoding') === ENCRYPTED ? this.decrypt(payload) : payload));
  }

  private decrypt(payload: Payload): Payload {
    const id = textOf(payload, KEY_ID_METADATA);
    const key = this.keys.find((one) => one.id === id);
    if (!key)
      throw new UnreadablePayloadError(
        `A payload was encrypted with the key ${JSON.stringify(id.slice(0, 64))}, which PAYLOAD_KEYS does not hold: add it there, after the first.`,
      );
    return decrypt(payload.data ?? new Uint8Array(), key);
  }
}

function encrypt(payload: Payload, key: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const id = Buffer.from(key.id);
  const cipher = createCipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES }).setAAD(id);
  const plain = PayloadMessage.encode(payload).finish();
  return {
    metadata: { encoding: Buffer.from(ENCRYPTED), [KEY_ID_METADATA]: id },
    data: Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

function decrypt(data: Uint8Array, key: PayloadKey): Payload {
  try {
    const nonce = data.subarray(0, NONCE_BYTES);
    const cipher = createDecipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(key.id)).setAuthTag(data.subarray(-TAG_BYTES));
    const plain = Buffer.concat([cipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), cipher.final()]);
    return PayloadMessage.decode(plain);
  } catch {
    throw new UnreadablePayloadError(
      `A payload that names the key "${key.id}" was encrypted with another key of that name, or was changed since.`,
    );
  }
}

function textOf(payload: Payload, name: string): string {
  return Buffer.from(payload.metadata?.[name] ?? []).toString('utf8');
}
