import { describe, expect, it } from '@jest/globals';
import { contactTokens, messageTokens, searchTerms, wordsOf } from './searchTokens.ts';

describe('search tokens', () => {
  it('takes words apart without regard to case, accents and punctuation', () => {
    expect(wordsOf("José O'Brien-Smith, 2021 F-150!")).toEqual(['jose', 'o', 'brien', 'smith', '2021', 'f', '150']);
    expect(wordsOf('李雷 Ñandú')).toEqual(['李雷', 'nandu']);
  });

  it('stores prefixes of names and runs of three digits', () => {
    expect(contactTokens('Jo', '+1 825')).toEqual(['j', 'jo', '182', '825']);
    expect(contactTokens('', '12')).toEqual([]);
  });

  it('leaves common words out of messages and of the search for them', () => {
    expect(messageTokens('Is the truck still there? The TRUCK!')).toEqual(['truck', 'still']);
    expect(searchTerms('is the').text).toEqual([]);
  });

  it('takes a search for a number in any format as one run of digits', () => {
    expect(searchTerms('(825)-555-9025').phone).toEqual({ digits: '8255559025', token: '025' });
    expect(searchTerms('+1 825').phone).toEqual({ digits: '1825', token: '825' });
    for (const query of ['82', 'F-150', 'jane 825', '']) expect(searchTerms(query).phone).toBeNull();
  });

  it('bounds what a hostile text or search costs', () => {
    const longest = 'x'.repeat(70_000);
    expect(messageTokens(Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(' '))).toHaveLength(200);
    expect(contactTokens(longest, '')).toHaveLength(20);
    expect(searchTerms(longest).name[0]).toHaveLength(20);
  });
});
