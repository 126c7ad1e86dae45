import { parsePhoneNumberFromString } from 'libphonenumber-js';

/** A sender's or receiver's address in one form: E.164 for a number; a short code or a name stays as it is. */
export function normaliseAddress(address: string): string {
  const trimmed = address.trim();
  const number = parsePhoneNumberFromString(trimmed, 'US');
  return number?.isPossible() && trimmed.replace(/\D/g, '').length > 6 ? number.number : trimmed;
}
