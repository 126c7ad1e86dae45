import { describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { normaliseAddress } from './phoneNumber.ts';
import { parseInboundWebhook } from './inboundWebhook.ts';
import { isSignedByTwilio } from './signature.ts';
import { parseStatusWebhook } from './statusWebhook.ts';

const url = 'https://leadline.example/webhooks/twilio/sms?x=1';
const direct = {
  MessageSid: 'SM1',
  AccountSid: 'AC1',
  From: '+18255559025',
  To: '+18255550100',
  Body: 'hi & bye',
  NumMedia: '0',
};
const byService = { ...direct, MessagingServiceSid: 'MG1', NewParameter: 'Twilio adds these without notice' };
const sign = (token: string, params: Record<string, string>): string =>
  twilio.getExpectedTwilioSignature(token, url, params);

describe('the signature of a webhook', () => {
  it('is never genuine by an empty token, such as an account without credentials has', () => {
    expect(isSignedByTwilio({ authTokens: [''], signature: sign('', direct), url, params: direct })).toBe(false);
  });

  it.each([direct, byService])('is genuine over the URL and all parameters', (params) => {
    expect(isSignedByTwilio({ authTokens: ['token'], signature: sign('token', params), url, params })).toBe(true);
    expect(
      isSignedByTwilio({
        authTokens: ['token'],
        signature: sign('token', params),
        url,
        params: { ...params, Body: 'other' },
      }),
    ).toBe(false);
    expect(isSignedByTwilio({ authTokens: ['token'], signature: sign('token', params), url: `${url}2`, params })).toBe(
      false,
    );
  });

  it('is taken with either token during a rotation, and never when it is missing', () => {
    expect(isSignedByTwilio({ authTokens: ['new', 'old'], signature: sign('old', direct), url, params: direct })).toBe(
      true,
    );
    expect(isSignedByTwilio({ authTokens: ['new'], signature: sign('old', direct), url, params: direct })).toBe(false);
    expect(isSignedByTwilio({ authTokens: ['new'], signature: undefined, url, params: direct })).toBe(false);
    expect(isSignedByTwilio({ authTokens: [], signature: sign('old', direct), url, params: direct })).toBe(false);
  });
});

describe('an inbound webhook', () => {
  it('is read in both shapes', () => {
    expect(parseInboundWebhook(direct)).toEqual({
      ok: true,
      message: {
        providerMessageId: 'SM1',
        accountSid: 'AC1',
        messagingServiceSid: null,
        from: '+18255559025',
        to: '+18255550100',
        text: 'hi & bye',
        media: [],
      },
    });
    expect(parseInboundWebhook(byService)).toMatchObject({ ok: true, message: { messagingServiceSid: 'MG1' } });
  });

  it('brings every medium', () => {
    const parsed = parseInboundWebhook({
      ...direct,
      Body: '',
      NumMedia: '2',
      MediaUrl0: 'https://a/0',
      MediaContentType0: 'image/png',
      MediaUrl1: 'https://a/1',
    });
    expect(parsed).toMatchObject({
      ok: true,
      message: { text: '', media: [{ url: 'https://a/0', contentType: 'image/png' }, { url: 'https://a/1' }] },
    });
  });

  it.each([{ MessageSid: 'x' }, { From: '' }, { To: undefined }, { NumMedia: '-1' }])(
    'that lacks something says what: %j',
    (wrong) => {
      const parsed = parseInboundWebhook({ ...direct, ...wrong });
      expect(parsed).toMatchObject({ ok: false, errors: [{ path: Object.keys(wrong)[0] }] });
    },
  );
});

describe('addresses', () => {
  it.each([
    ['(825) 555-9025', '+18255559025'],
    ['+18255559025', '+18255559025'],
    ['72345', '72345'],
    ['DEALER', 'DEALER'],
  ])('%s is %s', (address, normal) => {
    expect(normaliseAddress(address)).toBe(normal);
  });
});

describe('a status callback', () => {
  const message = '0123456789abcdef0123456789abcdef-7';

  it('carries our id in its URL', () => {
    expect(
      parseStatusWebhook(
        { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30003' },
        { message, attempt: '2' },
      ),
    ).toEqual({
      ok: true,
      status: { messageId: message, attempt: 2, providerMessageId: 'SM1', status: 'failed', errorCode: '30003' },
    });
  });

  it('with a status that is new to us is accepted', () => {
    expect(parseStatusWebhook({ MessageSid: 'SM1', MessageStatus: 'pondering' }, { message })).toMatchObject({
      ok: true,
      status: { status: null },
    });
  });

  it('without our id is malformed', () => {
    expect(parseStatusWebhook({ MessageSid: 'SM1', MessageStatus: 'sent' }, { message: 'x' })).toMatchObject({
      ok: false,
      errors: [{ path: 'message' }],
    });
  });
});
