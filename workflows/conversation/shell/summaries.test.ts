import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConversationEvent } from '@leadline/contract/conversation.ts';
import { commitSummary, deliverySummary, shortSummary } from './summaries.ts';

describe('summaries for the Temporal UI', () => {
  it('never have more bytes than the server takes, and stay as they are while they fit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const summary = shortSummary(text);
        expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(203);
        expect(summary === text || (summary.endsWith('…') && text.startsWith(summary.slice(0, -1)))).toBe(true);
      }),
    );
    expect(shortSummary('Rule “Nachfassen”, wenn sie schweigen')).toBe('Rule “Nachfassen”, wenn sie schweigen');
  });

  it('say what a commit writes, and what was decided', () => {
    const events = [
      { type: 'messageReceived', position: 3, data: { text: 'secret' } },
      { type: 'decisionMade', position: 4, data: { outcome: 'held', reason: 'autopilot-off', explanation: 'secret' } },
    ] as unknown as ConversationEvent[];
    expect(commitSummary(events)).toBe('held, autopilot-off; from event 3: messageReceived, decisionMade');
    expect(commitSummary([])).toBe('Store the state');
  });

  it('name a message by its event', () => {
    expect(deliverySummary(`${'0'.repeat(32)}-17`, 2)).toBe('Send the message of event 17, attempt 2');
  });
});
