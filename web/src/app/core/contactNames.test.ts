import { describe, expect, it } from '@jest/globals';
import { contactTitle, firstName, initials, phoneText, shortName } from './contactNames.ts';

describe('names and numbers', () => {
  it('writes a number of North America in its usual form, and leaves others', () => {
    expect(phoneText('+18255559025')).toBe('+1 825 555 9025');
    expect(phoneText('+442071838750')).toBe('+442071838750');
  });

  it('calls a contact by the number until there is a name', () => {
    const contact = { name: '', address: '+18255559025' };
    expect(contactTitle(contact)).toBe('+1 825 555 9025');
    expect(firstName(contact)).toBe('+1 825 555 9025');
    expect(contactTitle({ ...contact, name: 'Jane Doe' })).toBe('Jane Doe');
    expect(firstName({ ...contact, name: 'Jane Doe' })).toBe('Jane');
  });

  it.each([
    ['Ana Maria Perez', 'Ana P.', 'AP'],
    ['Cher', 'Cher', 'C'],
    ['élodie roy', 'élodie r.', 'ÉR'],
  ])('shortens %s', (name, short, letters) => {
    expect(shortName(name)).toBe(short);
    expect(initials(name)).toBe(letters);
  });

  it('takes the country code of a number for its letters', () => {
    expect(initials('+1 825 555 9025')).toBe('+1');
  });
});
