import { describe, expect, it } from '@jest/globals';
import { readPayloadKeys } from './payloadKeys.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64');

describe('PAYLOAD_KEYS', () => {
  it('is no key at all where it is not set', () => {
    expect(readPayloadKeys({})).toEqual([]);
    expect(readPayloadKeys({ PAYLOAD_KEYS: '' })).toEqual([]);
  });

  it('is a list of keys by id, the first of which encrypts', () => {
    const keys = readPayloadKeys({ PAYLOAD_KEYS: `2026-11:${SECRET}, 2026-05:${SECRET}` });
    expect(keys.map(({ id }) => id)).toEqual(['2026-11', '2026-05']);
    expect(JSON.stringify(keys)).not.toContain(SECRET);
  });

  it.each([
    ['without an id', SECRET, 'entry 1 must be id:key'],
    ['of another length', `a:${Buffer.alloc(16).toString('base64')}`, 'the key "a" must be 32 random bytes in base64'],
    ['that is not base64', `a:${SECRET.replace(/^../, '!!')}`, 'the key "a" must be 32 random bytes in base64'],
    ['of an id that stands twice', `a:${SECRET},a:${SECRET}`, 'the id "a" stands twice'],
    ['after a comma too many', `a:${SECRET},`, 'entry 2 must be id:key'],
  ])('refuses a key %s in one sentence that does not hold it', (_what, text, sentence) => {
    const read = (): unknown => readPayloadKeys({ PAYLOAD_KEYS: text });
    expect(read).toThrow(`These settings of the payload codec are wrong or missing: PAYLOAD_KEYS: ${sentence}`);
    expect(read).not.toThrow(SECRET.slice(2, 20));
  });
});
