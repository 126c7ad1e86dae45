import * as z from 'zod/mini';

/**
 * Control interface of the simulators (`simulators/`), beside the providers' own interfaces that they speak.
 * Served under `/control` by the simulators, and by the API under `/api/simulator` while they are in use.
 */

export const SimulatedMessage = z.object({
  sid: z.string(),
  from: z.string(),
  to: z.string(),
  body: z.string(),
  /** From the customer's phone: inbound for the dealership. */
  direction: z.enum(['fromPhone', 'toPhone']),
  status: z.string(),
  at: z.iso.datetime(),
});
export type SimulatedMessage = z.infer<typeof SimulatedMessage>;

/** `POST /control/inbound`: a customer's phone sends a text. */
export const SendFromPhone = z.strictObject({
  from: z.string().check(z.regex(/^\+[1-9]\d{6,14}$/)),
  to: z.string().check(z.regex(/^\+[1-9]\d{6,14}$/)),
  body: z.string().check(z.minLength(1), z.maxLength(1600)),
});

/** `POST /control/inbound` answers with the webhook's fate; `GET /control/messages` lists, `GET /control/stream` (SSE) follows. */
export const SendFromPhoneResult = z.object({
  sid: z.string(),
  webhookStatuses: z.array(z.number()),
});

const rate = z.number().check(z.minimum(0), z.maximum(1));
const spanMs = z.number().check(z.minimum(-3_600_000), z.maximum(3_600_000));

/** Fault switches (`GET|PUT /control/faults`). Probabilities are 0 to 1, delays milliseconds. */
export const Faults = z.object({
  twilio: z.object({
    delayMs: z._default(spanMs, 0),
    /** 429 before anything is accepted. */
    rate429: z._default(rate, 0),
    /** 500 before the message is accepted. */
    rate500Before: z._default(rate, 0),
    /** 500 although the message was accepted. */
    rate500After: z._default(rate, 0),
    /** The connection drops after the message was accepted. */
    rateDropAfter: z._default(rate, 0),
    /** Accepted messages that never get a status callback. */
    rateNoCallback: z._default(rate, 0),
    /** Texts from phones that the provider takes, and of which no webhook tells. */
    rateNoWebhook: z._default(rate, 0),
    /** The request hangs, and the message is not taken. */
    rateHangBefore: z._default(rate, 0),
    /** The request hangs although the message was taken. */
    rateHangAfter: z._default(rate, 0),
    /** How many times each webhook (inbound and status) is sent. */
    webhookCopies: z._default(z.number().check(z.int(), z.minimum(0), z.maximum(100)), 1),
    /** Status callbacks leave in random order. */
    reorderCallbacks: z._default(z.boolean(), false),
    /** Accepted messages end as `undelivered` with this error code. */
    failWithCode: z._default(z.nullable(z.number()), null),
    /** Creation is refused with 400 and this code. */
    refuseWithCode: z._default(z.nullable(z.number()), null),
    /** The provider's clock is ahead by this much. */
    clockSkewMs: z._default(spanMs, 0),
    /** Time between a message's statuses. */
    statusDelayMs: z._default(spanMs, 300),
  }),
  openai: z.object({
    delayMs: z._default(spanMs, 400),
    rate429: z._default(rate, 0),
    rate500: z._default(rate, 0),
    rateDrop: z._default(rate, 0),
    /** What a successful answer holds. */
    answer: z._default(z.enum(['reply', 'handOff', 'nothing', 'refusal', 'empty', 'invalidJson', 'tooLong']), 'reply'),
  }),
});
export type Faults = z.infer<typeof Faults>;
