import { describe, expect, it } from '@jest/globals';
import { renderTemplate } from './templates.ts';

describe('a template', () => {
  it.each([
    ['Hi {{contact.firstName}}!', { 'contact.firstName': 'Dana' }, 'Hi Dana!', []],
    ['Hi {{ contact.firstName | there }}, it is us.', {}, 'Hi there, it is us.', []],
    ['Hi {{contact.firstName}}, it is us.', {}, 'Hi, it is us.', ['contact.firstName']],
    ['{{nonsense}} ok', {}, 'ok', ['nonsense']],
    ['{{contact.firstName}}', { 'contact.firstName': '{{user.name}}' }, '{{user.name}}', []],
    ['{{ }} {a} {{', {}, '{{ }} {a} {{', []],
  ])('%j is filled in', (template, values, text, missing) => {
    expect(renderTemplate(template, values)).toEqual({ text, missing });
  });
});
