import { describe, expect, it } from '@jest/globals';
import { linkify } from './linkify.ts';

describe('linkify', () => {
  it('finds addresses and leaves the punctuation after them', () => {
    expect(linkify('See https://a.example/x?y=1, or (http://b.example).')).toEqual([
      { text: 'See ', href: null },
      { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
      { text: ', or (', href: null },
      { text: 'http://b.example', href: 'http://b.example' },
      { text: ').', href: null },
    ]);
  });

  it.each(['javascript:alert(1)', '<a href="x">', 'data:text/html,x', 'plain', 'https://'])(
    'makes no link of %s',
    (text) => {
      expect(linkify(text)).toEqual([{ text, href: null }]);
    },
  );

  it('is empty for an empty text', () => {
    expect(linkify('')).toEqual([]);
  });
});
