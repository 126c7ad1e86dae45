import { describe, expect, it } from '@jest/globals';
import type { DraftContext } from '@leadline/store/messages.ts';
import { promptOf } from './prompt.ts';
import { TEST_PROCESS } from './testProcess.ts';

function dataOf(...texts: string[]): unknown {
  const context: DraftContext = {
    dealershipName: 'North',
    stages: [],
    ownerName: null,
    contact: { name: 'Ann', phone: null, fields: [] },
    messages: texts.map((text, at) => ({ direction: 'inbound', author: 'customer', text, at: new Date(at) })),
  };
  const user = promptOf(TEST_PROCESS, context, null).at(-1)?.content as string;
  return (JSON.parse(user) as { messages: { text: string }[] }).messages.map(({ text }) => text);
}

describe('the prompt', () => {
  it.each([
    [
      ['do not text me', 'STOP', 'START', 'is it red?'],
      ['START', 'is it red?'],
    ],
    [
      ['stop', 'yes', 'is it red?'],
      ['yes', 'is it red?'],
    ],
    [
      ['is it red?', 'yes'],
      ['is it red?', 'yes'],
    ],
    [
      ['is it red?', 'stop'],
      ['is it red?', 'stop'],
    ],
  ])('of %j has the conversation since the last opt-in', (texts, expected) => {
    expect(dataOf(...texts)).toEqual(expected);
  });
});
