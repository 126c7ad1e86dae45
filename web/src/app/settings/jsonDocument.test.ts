import { DealershipSettings, defaultSettings } from '@leadline/contract/process.ts';
import { DEFAULT_RULES } from '@leadline/contract/rules.ts';
import { readDocument } from './jsonDocument.ts';

const settings = defaultSettings('America/Denver', DEFAULT_RULES);
const text = (value: unknown): string => JSON.stringify(value, null, 2);

describe('a document of settings', () => {
  it('is read when it is right', () => {
    expect(readDocument(text(settings), DealershipSettings)).toEqual({ value: settings });
  });

  it('shows each mistake with its path and line', () => {
    const wrong = {
      ...settings,
      quietHours: { from: '9pm', to: '08:00' },
      rules: [...DEFAULT_RULES.slice(0, 2), { ...DEFAULT_RULES[2], name: '' }],
    };
    const document = text(wrong);
    const read = readDocument(document, DealershipSettings);
    if (!('mistakes' in read)) throw new Error('It was taken for right.');
    expect(read.mistakes.map(({ path }) => path)).toEqual(['quietHours.from', 'rules.2.name']);
    const lines = document.split('\n');
    expect(read.mistakes.map(({ line }) => lines[(line ?? 0) - 1]?.trim())).toEqual(['"from": "9pm",', '"name": "",']);
  });

  it('says what was expected', () => {
    const wrong = { ...settings, rules: [{ ...DEFAULT_RULES[0], when: { on: 'fullMoon' } }], sla: 15 };
    const read = readDocument(text(wrong), DealershipSettings);
    if (!('mistakes' in read)) throw new Error('It was taken for right.');
    expect(read.mistakes.map(({ path, message }) => [path, message])).toEqual([
      ['sla', 'expected object, received number'],
      ['rules.0.when.on', expect.stringContaining('expected one of "messageReceived", ')],
    ]);
  });

  it('says where JSON ends to be JSON', () => {
    expect(readDocument('{\n  "a": 1,\n  b\n}', DealershipSettings)).toMatchObject({ mistakes: [{ line: 3 }] });
  });
});
