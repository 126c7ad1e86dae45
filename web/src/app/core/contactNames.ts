/** How people and numbers are written. */

/** A North American number in its usual form, any other as it stands: "+1 825 555 9025". */
export function phoneText(address: string): string {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(address);
  return match ? `+1 ${match[1]} ${match[2]} ${match[3]}` : address;
}

/** The contact's name, or the address while there is none. */
export function contactTitle(contact: { name: string; address: string }): string {
  return contact.name === '' ? phoneText(contact.address) : contact.name;
}

/** How one would speak to them: "Jane". */
export function firstName(contact: { name: string; address: string }): string {
  return contact.name.split(' ')[0] || phoneText(contact.address);
}

/** "Ana P.": short enough for a row. */
export function shortName(name: string): string {
  const [first = '', ...rest] = name.split(' ');
  const last = rest.at(-1);
  return last ? `${first} ${last[0]}.` : first;
}

/** Letters of an avatar: "JD"; the country code of a number without a name. */
export function initials(name: string): string {
  if (/^\+?\d/.test(name)) return /^\+?\d{1,2}/.exec(name)![0].slice(0, 3);
  const words = name.trim().split(/\s+/);
  const first = words[0]?.[0] ?? '?';
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : '';
  return (first + last).toUpperCase();
}

const TONES = ['teal', 'amber', 'violet', 'blue', 'green', 'red', 'gray'] as const;
/** One of the theme's colours. */
export type Tone = (typeof TONES)[number];

/** A colour that stays with an id. */
export function toneOf(id: string): Tone {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return TONES[hash % TONES.length]!;
}
