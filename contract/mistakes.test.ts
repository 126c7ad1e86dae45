import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { mistakesOf } from './mistakes.ts';
import { Rule } from './rules.ts';

const RULE = {
  id: 'engaged',
  name: 'Engaged',
  enabled: true,
  when: { on: 'messageReceived' },
  actions: [{ do: 'setStage', stage: 'engaged' }],
};

function mistakesIn(changed: object): [string, string][] {
  const parsed = z.safeParse(Rule, { ...RULE, ...changed });
  return parsed.success ? [] : mistakesOf(parsed.error).map(({ path, message }) => [path.join('.'), message]);
}

describe('mistakes', () => {
  it('say what was expected', () => {
    expect(mistakesIn({})).toEqual([]);
    expect(mistakesIn({ enabled: 'yes' })).toEqual([['enabled', 'expected boolean, received string']]);
    expect(mistakesIn({ colour: 'red' })).toEqual([['', 'Unrecognized key: "colour"']]);
  });

  it('name the kinds that there are', () => {
    const [[path, message] = ['', '']] = mistakesIn({ actions: [{ do: 'fly' }] });
    expect(path).toBe('actions.0.do');
    expect(message).toMatch(/^expected one of "setStage", "assign", .*"callWebhook"$/);
  });

  it('of alternatives are those of the one that was meant, at their place', () => {
    const test = { field: 'stage', is: 'equals', value: 'new' };
    expect(mistakesIn({ only: { all: [{ any: [test] }] } })).toEqual([
      ['only.all.0.any.0.is', expect.stringContaining('expected one of "equal"|"notEqual"')],
    ]);
    expect(mistakesIn({ only: { field: 'stage', is: 'equal', value: null } })).toEqual([
      ['only.value', 'expected string or number or boolean'],
    ]);
    expect(mistakesIn({ only: { all: 'x' } })).toEqual([['only.all', 'expected array, received string']]);
  });
});
