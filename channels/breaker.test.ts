import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PAUSE_MS, withBreaker } from './breaker.ts';
import type { Channel, OutboundMessage, SendOutcome } from './channel.ts';

const MESSAGE: OutboundMessage = {
  messageId: 'm',
  attempt: 1,
  from: '+18255550100',
  to: '+18255559025',
  text: 'hi',
  validityMs: 60_000,
};
const ACCEPTED: SendOutcome = { outcome: 'accepted', providerMessageId: 'SM1' };
const REFUSED: SendOutcome = { outcome: 'refused', code: '21610', message: 'no' };
const NOT_SENT: SendOutcome = { outcome: 'notSent', reason: 'Too many requests' };
const IN_DOUBT: SendOutcome = { outcome: 'ambiguous', reason: 'timeout' };

/** A provider that answers as it is told, and counts how often it was asked. */
function provider() {
  const asked = { answer: ACCEPTED as SendOutcome | Promise<SendOutcome>, calls: 0, changes: [] as boolean[] };
  const send = async (): Promise<SendOutcome> => {
    asked.calls += 1;
    return asked.answer;
  };
  const channel = withBreaker({ send } as unknown as Channel, (holdsBack) => asked.changes.push(holdsBack));
  const sendMany = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += 1) await channel.send(MESSAGE);
  };
  return { asked, channel, sendMany };
}

describe('the breaker of a channel', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it.each([NOT_SENT, IN_DOUBT])('holds back after 5 in a row that came to nothing: $outcome', async (answer) => {
    const { asked, channel, sendMany } = provider();
    asked.answer = answer;
    await sendMany(4);
    expect(asked.changes).toEqual([]);
    expect(await channel.send(MESSAGE)).toEqual(answer);
    expect(await channel.send(MESSAGE)).toEqual({ outcome: 'notSent', reason: expect.stringContaining('waits until') });
    expect(asked).toMatchObject({ calls: 5, changes: [true] });
  });

  it('takes a refusal for an answer, and counts only what fails in a row', async () => {
    const { asked, sendMany } = provider();
    for (const answer of [NOT_SENT, REFUSED, IN_DOUBT, ACCEPTED, NOT_SENT]) {
      asked.answer = answer;
      await sendMany(4);
    }
    expect(asked).toMatchObject({ calls: 20, changes: [] });
  });

  it('lets one try after the pause, holds the others back meanwhile, and opens when it went through', async () => {
    const { asked, channel, sendMany } = provider();
    asked.answer = NOT_SENT;
    await sendMany(5);
    jest.advanceTimersByTime(PAUSE_MS - 1);
    await sendMany(3);
    expect(asked.calls).toBe(5);
    jest.advanceTimersByTime(1);
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    asked.answer = promise;
    const first = channel.send(MESSAGE);
    await sendMany(3);
    expect(asked.calls).toBe(6);
    resolve(ACCEPTED);
    expect(await first).toEqual(ACCEPTED);
    await sendMany(3);
    expect(asked).toMatchObject({ calls: 9, changes: [true, false] });
  });

  it('holds back again when the one that tried came to nothing', async () => {
    const { asked, sendMany } = provider();
    asked.answer = IN_DOUBT;
    await sendMany(5);
    jest.advanceTimersByTime(PAUSE_MS);
    await sendMany(3);
    expect(asked).toMatchObject({ calls: 6, changes: [true] });
  });
});
