import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import fc from 'fast-check';
import { EncryptionCodec } from './encryptionCodec.ts';
import { readPayloadKeys } from './payloadKeys.ts';

const key = (id: string, byte: number): string => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const codecOf = (...keys: string[]): EncryptionCodec =>
  new EncryptionCodec(readPayloadKeys({ PAYLOAD_KEYS: keys.join() }));
const [older, newer] = [key('older', 1), key('newer', 2)];
const clear = defaultPayloadConverter.toPayload({ text: 'call me at 825-555-9025' });
const encryptOne = async (codec: EncryptionCodec): Promise<Payload> => (await codec.encode([clear]))[0]!;
const valueOf = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload!);
const metadataOf = (payload: Payload): Record<string, string> =>
  Object.fromEntries(Object.entries(payload.metadata!).map(([name, value]) => [name, Buffer.from(value).toString()]));

describe('the payload codec', () => {
  it('brings back every payload as it was, with its metadata', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const payloads = fc.array(fc.record({ metadata: fc.dictionary(fc.string(), bytes), data: bytes }), {
      maxLength: 4,
    });
    const plain = ({ metadata, data }: Payload): unknown => ({
      metadata: Object.entries(metadata ?? {}).map(([name, value]) => [name, [...value]]),
      data: [...(data ?? [])],
    });
    const codec = codecOf(newer, older);
    await fc.assert(
      fc.asyncProperty(payloads, async (given) => {
        const back = await codec.decode(await codec.encode(given));
        expect(back.map(plain)).toEqual(given.map(plain));
      }),
    );
  });

  it('says of each payload with which key it is encrypted, and nothing of what is in it', async () => {
    const encrypted = await encryptOne(codecOf(newer, older));
    expect(metadataOf(encrypted)).toEqual({ encoding: 'binary/encrypted', 'encryption-key-id': 'newer' });
    expect(Buffer.from(encrypted.data!).toString('latin1')).not.toMatch(/825|text|json/);
  });

  it('never uses a nonce twice', async () => {
    const nonces = (await codecOf(newer).encode(Array.from({ length: 500 }, () => clear))).map(({ data }) =>
      Buffer.from(data!.subarray(0, 12)).toString('hex'),
    );
    expect(new Set(nonces).size).toBe(500);
  });

  it('reads after a rotation what the key before it encrypted, and says which key is missing when that is gone', async () => {
    const encrypted = await encryptOne(codecOf(older));
    expect(valueOf((await codecOf(newer, older).decode([encrypted]))[0])).toEqual(valueOf(clear));
    await expect(codecOf(newer).decode([encrypted])).rejects.toThrow('encrypted with the key "older"');
    await expect(codecOf().decode([encrypted])).rejects.toThrow('which PAYLOAD_KEYS does not hold');
  });

  it('leaves what is in clear as it is, with and without a key', async () => {
    expect(await codecOf(newer).decode([clear])).toEqual([clear]);
    expect(await codecOf().decode(await codecOf().encode([clear]))).toEqual([clear]);
  });

  it('refuses a payload of which any bit was changed, or that was cut off', async () => {
    const codec = codecOf(newer);
    const encrypted = await encryptOne(codec);
    const { length } = encrypted.data!;
    await fc.assert(
      fc.asyncProperty(fc.nat(length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const data = Uint8Array.from(encrypted.data!, (byte, index) => (index === at ? byte ^ flip : byte));
        await expect(codec.decode([{ ...encrypted, data }])).rejects.toThrow('was changed since');
      }),
    );
    for (const end of [0, 1, 12, 20, 28, length - 1])
      await expect(codec.decode([{ ...encrypted, data: encrypted.data!.subarray(0, end) }])).rejects.toThrow(
        'was changed since',
      );
  });

  it('keeps the longest summary of a timer or activity below the 400 bytes that the server takes', async () => {
    const summary = defaultPayloadConverter.toPayload('x'.repeat(203));
    const [encrypted] = await codecOf(key('k'.repeat(32), 1)).encode([summary]);
    expect(proto.temporal.api.common.v1.Payload.encode(encrypted!).finish().length).toBeLessThan(400);
  });

  it('refuses a payload that was given the name of another key, even where the key is the same', async () => {
    const codec = codecOf(key('a', 1), key('b', 1));
    const encrypted = await encryptOne(codec);
    const renamed = { ...encrypted, metadata: { ...encrypted.metadata, 'encryption-key-id': Buffer.from('b') } };
    await expect(codec.decode([renamed])).rejects.toThrow('names the key "b"');
  });
});
