import { consequenceOf, type DeliveryConsequence } from '@leadline/contract/deliveryCodes.ts';

const SENTENCES: Readonly<Record<DeliveryConsequence, string>> = {
  optOut: 'The customer has opted out. They can text START to hear from you again.',
  badNumber: 'This number cannot take texts: it is wrong, inactive or a landline. Call, or check the number.',
  unreachable: 'The phone could not be reached. Try later, or call.',
  accountProblem: 'Our number may not send this message. An admin must check the channel at Twilio.',
  filtered: 'The carrier filtered this message as spam. Change the text before sending it again.',
  none: 'The message was not delivered.',
};

/** A provider's error as a sentence that a salesperson can act on. */
export function describeDeliveryError(code: string | null): string {
  return SENTENCES[code === null ? 'none' : consequenceOf(code)];
}
