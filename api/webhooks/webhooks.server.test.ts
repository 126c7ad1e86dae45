import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { messageIdAt } from '@leadline/contract/ids.ts';
import {
  addDealership,
  commitOf,
  outboundEvent,
  startTestMongo,
  TEST_AUTH_TOKEN,
  type TestDealership,
  type TestMongo,
} from '@leadline/store/testStore.ts';
import {
  call,
  postWebhook,
  signatureOf,
  startTestApi,
  TEST_PUBLIC_URL,
  textFrom,
  until,
  type TestApi,
} from '../testApi.ts';

let mongo: TestMongo;
let api: TestApi;
let dealer: TestDealership;
let other: TestDealership;
const SMS = '/webhooks/twilio/sms';

beforeAll(async () => {
  mongo = await startTestMongo({ own: true });
  api = await startTestApi(mongo, 'webhooks');
  dealer = await addDealership(api.store);
  other = await addDealership(api.store);
  await api.store.models.channelAccounts.updateOne(
    { _id: other.accountId },
    {
      $set: {
        credentials: { accountSid: `AC${'1'.repeat(32)}`, authToken: 'new-token', previousAuthToken: 'old-token' },
      },
    },
  );
  // The accounts came after the API: the first webhook for them finds them by itself.
  await until(async () => (await postWebhook(api, SMS, textFrom('+15875550000', dealer))).status === 200);
  api.engine.inbounds.length = 0;
}, 60_000);

afterEach(() => {
  api.engine.isDown = false;
  api.engine.inbounds.length = 0;
  api.engine.failures.length = 0;
});

afterAll(async () => {
  await api?.close();
  await mongo?.stop();
});

function stored(): Promise<number[]> {
  return Promise.all([api.store.spool.count(), api.store.deadLetters.count()]);
}

describe('inbound texts', () => {
  it('go to their conversation, whose id follows from what the webhook knows', async () => {
    const params = {
      ...textFrom('+15875550001', dealer, 'Is it there?'),
      NumMedia: '1',
      MediaUrl0: 'https://media.test/1',
      MediaContentType0: 'image/png',
    };
    expect(await postWebhook(api, SMS, params)).toMatchObject({
      status: 200,
      text: expect.stringContaining('<Response></Response>'),
      type: expect.stringContaining('text/xml'),
    });
    expect(api.engine.inbounds).toEqual([
      {
        key: dealer.key('+15875550001'),
        message: {
          providerMessageId: expect.stringMatching(/^SM/),
          text: 'Is it there?',
          media: [{ url: 'https://media.test/1', contentType: 'image/png' }],
          providerAt: null,
          receivedAt: expect.any(Number),
          late: false,
          requestId: expect.any(String),
        },
      },
    ]);
  });

  it('find their number by To, also behind a messaging service', async () => {
    const params = { ...textFrom('+15875550002', dealer), MessagingServiceSid: `MG${'0'.repeat(32)}` };
    expect((await postWebhook(api, SMS, params)).status).toBe(200);
    expect(api.engine.inbounds[0]?.key.channelAccountId).toBe(dealer.accountId);
  });

  it('are refused when forged, unsigned, changed or signed for another dealership, and leave nothing behind', async () => {
    const before = await stored();
    const params = textFrom('+15875550003', dealer);
    expect((await postWebhook(api, SMS, params, null)).status).toBe(403);
    expect((await postWebhook(api, SMS, params, 'guessed')).status).toBe(403);
    expect((await postWebhook(api, SMS, params, 'new-token')).status).toBe(403);
    expect((await postWebhook(api, SMS, {}, null)).status).toBe(403);
    expect((await postWebhook(api, SMS, { ...params, To: '+19999999999' }, 'guessed')).status).toBe(403);
    expect(api.engine.inbounds).toEqual([]);
    expect(await stored()).toEqual(before);
  });

  it('R27: count only as they were signed: for the public address, with every parameter, and by this account', async () => {
    const before = await stored();
    const params = textFrom('+15875550012', dealer);
    const sms = (body: string, headers: Record<string, string>, path = SMS): Promise<number> =>
      fetch(api.url + path, { method: 'POST', body, headers }).then(({ status }) => status);
    const form = new URLSearchParams(params).toString();
    const signed = (
      url: string,
      by = TEST_AUTH_TOKEN,
      its: Record<string, string> = params,
    ): Record<string, string> => ({
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': signatureOf(by, url, its),
    });
    const genuine = signed(TEST_PUBLIC_URL + SMS);
    const forged: [what: string, status: Promise<number>][] = [
      ['a parameter more', sms(`${form}&Extra=1`, genuine)],
      ['a parameter less', sms(form.replace('&NumMedia=0', ''), genuine)],
      ['a parameter twice', sms(`${form}&Body=other`, genuine)],
      ['another query', sms(form, genuine, `${SMS}?x=1`)],
      ['another path', sms(form, genuine, '/webhooks/twilio/status')],
      ['the address behind the proxy', sms(form, signed(api.url + SMS))],
      [
        'a host of the caller’s choice',
        sms(form, {
          ...signed(`http://evil.test${SMS}`),
          'X-Forwarded-Host': 'evil.test',
          Forwarded: 'host=evil.test',
        }),
      ],
      ['https for http', sms(form, signed(TEST_PUBLIC_URL.replace('http:', 'https:') + SMS))],
      ['an empty signature', sms(form, { ...genuine, 'X-Twilio-Signature': '' })],
      [
        'a signature cut short',
        sms(form, { ...genuine, 'X-Twilio-Signature': genuine['X-Twilio-Signature']!.slice(0, -4) }),
      ],
      ['no token', sms(form, signed(TEST_PUBLIC_URL + SMS, ''))],
      ['a body that is not a form', sms(JSON.stringify(params), { ...genuine, 'Content-Type': 'application/json' })],
      [
        'a body of JSON that a hash in the query vouches for',
        sms(
          JSON.stringify(params),
          { ...signed(`${TEST_PUBLIC_URL}${SMS}?bodySHA256=x`, 'guessed', {}), 'Content-Type': 'application/json' },
          `${SMS}?bodySHA256=x`,
        ),
      ],
    ];
    for (const [what, status] of forged) expect([what, await status]).toEqual([what, 403]);
    expect(api.engine.inbounds).toEqual([]);
    expect(await stored()).toEqual(before);
    // The genuine one is taken through any host, with parameters that are new to us, and in any order.
    expect(await sms(form, { ...genuine, 'X-Forwarded-Host': 'evil.test' })).toBe(200);
    const more = { ...params, MessageSid: `SM${'9'.repeat(32)}`, NewByTwilio: 'yes' };
    const reordered = new URLSearchParams(Object.entries(more).toReversed()).toString();
    expect(await sms(reordered, signed(TEST_PUBLIC_URL + SMS, TEST_AUTH_TOKEN, more))).toBe(200);
    expect(api.engine.inbounds).toHaveLength(2);
  });

  it('are taken with either token while one is rotated', async () => {
    for (const token of ['new-token', 'old-token'])
      expect((await postWebhook(api, SMS, textFrom('+15875550004', other), token)).status).toBe(200);
    expect(api.engine.inbounds.map(({ key }) => key.dealershipId)).toEqual([other.id, other.id]);
  });

  it('are kept as dead letters when they are genuine but malformed, or for a number of nobody', async () => {
    const [, before] = await stored();
    const { MessageSid: _sid, ...malformed } = textFrom('+15875550005', dealer);
    const bad = await postWebhook(api, SMS, malformed);
    expect([bad.status, bad.type]).toEqual([400, expect.stringContaining('application/problem+json')]);
    expect(JSON.parse(bad.text).errors).toEqual([{ path: 'MessageSid', message: expect.any(String) }]);
    expect((await postWebhook(api, SMS, { ...textFrom('+15875550005', dealer), To: '+19998887777' })).status).toBe(404);
    expect(await stored()).toEqual([0, before! + 2]);
    expect(api.engine.inbounds).toEqual([]);
  });

  it('wait in the spool while Temporal is away, and are delivered late, in order and once', async () => {
    api.engine.isDown = true;
    const texts = Array.from({ length: 5 }, (_, index) => textFrom('+15875550006', dealer, `text ${index}`));
    for (const params of [...texts, texts[0]!]) expect((await postWebhook(api, SMS, params)).status).toBe(200);
    expect(await api.store.spool.count()).toBe(5);
    expect(api.engine.inbounds).toEqual([]);
    api.engine.isDown = false;
    await until(async () => (await api.store.spool.count()) === 0);
    expect(api.engine.inbounds.map(({ message }) => message.text)).toEqual([
      'text 0',
      'text 1',
      'text 2',
      'text 3',
      'text 4',
    ]);
    expect(api.engine.inbounds.every(({ message }) => message.late)).toBe(true);
  });
});

describe('statuses', () => {
  const status = (messageId: string) => `/webhooks/twilio/status?message=${messageId}&attempt=1`;
  const report = (messageStatus: string, more: Record<string, string> = {}) => ({
    MessageSid: 'SM1',
    MessageStatus: messageStatus,
    AccountSid: `AC${'0'.repeat(32)}`,
    From: dealer.accountAddress,
    To: '+15875550007',
    ...more,
  });
  let customers = 0;

  async function sentMessage(): Promise<string> {
    const key = dealer.key(`+1587666${String(++customers).padStart(4, '0')}`);
    const { start } = await api.store.conversations.load(key);
    await api.store.conversations.commit(commitOf(key, start.contactId, [outboundEvent(key, 1, 'hello', Date.now())]));
    return messageIdAt(key.conversationId, 1);
  }

  it('raise the message, and only a failure tells the workflow', async () => {
    const messageId = await sentMessage();
    const sid = `SM-${messageId}`;
    expect((await postWebhook(api, status(messageId), report('sent', { MessageSid: sid }))).status).toBe(200);
    expect(api.engine.failures).toEqual([]);
    for (let copy = 0; copy < 3; copy++)
      expect(
        (await postWebhook(api, status(messageId), report('undelivered', { MessageSid: sid, ErrorCode: '30003' })))
          .status,
      ).toBe(200);
    expect(api.engine.failures).toEqual([
      {
        key: expect.objectContaining({ dealershipId: dealer.id }),
        report: { messageId, attempt: 1, code: '30003', requestId: expect.any(String) },
      },
    ]);
    expect(await api.store.models.messages.findById(messageId).lean()).toMatchObject({
      status: 'failed',
      error: { code: '30003', message: expect.stringContaining('could not be reached') },
    });
  });

  it("are refused when forged, and cannot touch another dealership's message", async () => {
    const messageId = await sentMessage();
    expect((await postWebhook(api, status(messageId), report('delivered'), 'guessed')).status).toBe(403);
    expect(
      (await postWebhook(api, status(messageId), report('delivered', { From: other.accountAddress }), 'new-token'))
        .status,
    ).toBe(200);
    expect((await postWebhook(api, '/webhooks/twilio/status?message=x', report('delivered'))).status).toBe(400);
    expect(await api.store.models.messages.findById(messageId).lean()).toMatchObject({ status: 'queued' });
  });
});

describe('with parts away', () => {
  it('takes texts without the database, says so on /readyz, and answers 503 at once when both are gone', async () => {
    await mongo.kill();
    expect((await postWebhook(api, SMS, textFrom('+15875550008', dealer))).status).toBe(200);
    expect(api.engine.inbounds).toHaveLength(1);
    expect((await call(api, 'GET', '/readyz')).body).toEqual({ status: 'waiting', waitingFor: ['mongodb'] });
    let from = Date.now();
    expect(await call(api, 'GET', '/api/me', undefined, { Cookie: `leadline=${'a'.repeat(43)}` })).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('database') },
    });
    expect(Date.now() - from).toBeLessThan(3_000);
    api.engine.isDown = true;
    from = Date.now();
    expect((await postWebhook(api, SMS, textFrom('+15875550009', dealer))).status).toBe(503);
    expect(
      (
        await postWebhook(api, '/webhooks/twilio/status?message=' + messageIdAt('0'.repeat(32), 1), {
          MessageSid: 'SM1',
          MessageStatus: 'sent',
          From: dealer.accountAddress,
        })
      ).status,
    ).toBe(503);
    expect(Date.now() - from).toBeLessThan(2_500);
    await mongo.restart();
    await until(async () => (await call(api, 'GET', '/readyz')).body.waitingFor.includes('mongodb') === false);
    await until(async () => (await postWebhook(api, SMS, textFrom('+15875550010', dealer))).status === 200);
  }, 60_000);

  it('starts without the database and finds it when it comes', async () => {
    await mongo.kill();
    const early = await startTestApi(mongo, 'webhooks', { waitForStore: false });
    try {
      expect((await call(early, 'GET', '/readyz')).body.waitingFor).toEqual(['mongodb']);
      expect((await call(early, 'GET', '/api/me', undefined, { Cookie: `leadline=${'a'.repeat(43)}` })).status).toBe(
        503,
      );
      expect((await postWebhook(early, SMS, textFrom('+15875550011', dealer))).status).toBe(503);
      await mongo.restart();
      await early.running.ready;
      expect((await postWebhook(early, SMS, textFrom('+15875550011', dealer))).status).toBe(200);
      expect((await call(early, 'GET', '/readyz')).status).toBe(200);
    } finally {
      await early.close();
    }
  }, 60_000);
});
