/**
 * What a provider's error code means for the conversation. Data, not logic: Twilio changes its codes and advises against
 * hard rules on them (changelog of 2024-07-10). Codes and meanings: twilio.com/docs/api/errors.
 */
export type DeliveryConsequence =
  /** The customer opted out at the provider: nothing more may be sent. */
  | 'optOut'
  /** The number cannot take texts: wrong, inactive, or a landline. */
  | 'badNumber'
  /** The handset could not be reached. */
  | 'unreachable'
  /** Our own account, number or registration may not send. */
  | 'accountProblem'
  /** Carriers filtered the text. */
  | 'filtered'
  | 'none';

const CONSEQUENCES: Readonly<Record<string, DeliveryConsequence>> = {
  '21610': 'optOut',
  '21211': 'badNumber',
  '21614': 'badNumber',
  '30005': 'badNumber',
  '30006': 'badNumber',
  '30003': 'unreachable',
  '30007': 'filtered',
  '21606': 'accountProblem',
  '21408': 'accountProblem',
  '21612': 'accountProblem',
  '30034': 'accountProblem',
};

/** The consequence of a code; `none` for one that the table does not know. */
export function consequenceOf(code: string): DeliveryConsequence {
  return CONSEQUENCES[code] ?? 'none';
}
