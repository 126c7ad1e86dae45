import twilio from 'twilio';

/** A webhook as its signature covers it: the public URL with its query, and every POST parameter. */
export interface SignedRequest {
  url: string;
  params: Record<string, string>;
}

/**
 * Whether Twilio signed this webhook with one of the account's tokens (two while a token is rotated), by the SDK's own
 * validator (twilio.com/docs/usage/security). A missing signature is a wrong one.
 */
export function isSignedByTwilio(
  request: SignedRequest & { authTokens: string[]; signature: string | undefined },
): boolean {
  const { authTokens, signature, url, params } = request;
  if (!signature) return false;
  return authTokens.some((token) => token !== '' && twilio.validateRequest(token, signature, url, params));
}
