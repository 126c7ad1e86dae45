/** What a template may name, as `{{contact.firstName}}`, or `{{contact.firstName|there}}` with what stands in for it. */
export const TEMPLATE_FIELDS = [
  'contact.firstName',
  'contact.name',
  'contact.phone',
  'user.firstName',
  'user.name',
  'dealership.name',
] as const;
export type TemplateField = (typeof TEMPLATE_FIELDS)[number];
export type TemplateValues = Partial<Record<TemplateField, string>>;

const PLACEHOLDER = /\{\{\s*([\w.]+)\s*(?:\|([^{}]*))?\}\}/g;

/** Fills a template in; `missing` names the fields without a value and without a stand-in, which are left out. */
export function renderTemplate(template: string, values: TemplateValues): { text: string; missing: string[] } {
  const missing: string[] = [];
  const text = template.replace(PLACEHOLDER, (_whole, name: string, standIn: string | undefined) => {
    const value = values[name as TemplateField] || standIn?.trim();
    if (!value) missing.push(name);
    return value ?? '';
  });
  return {
    text: text
      .replace(/ +([,.!?])/g, '$1')
      .replace(/ {2,}/g, ' ')
      .trim(),
    missing,
  };
}

/** Values of a contact's name. */
export function nameValues(name: string): Pick<TemplateValues, 'contact.name' | 'contact.firstName'> {
  return { 'contact.name': name, 'contact.firstName': name.split(' ')[0] ?? '' };
}
