import { keywordOf, type Keyword } from '@leadline/contract/keywords.ts';
import type { InboundMessage } from '@leadline/contract/conversation.ts';
import type { DecisionReason } from '@leadline/contract/decision.ts';
import { armReply } from './pendingReply.ts';
import { recordDecision } from './decisions.ts';
import { FRESH_MS } from './gates.ts';
import { optIn, optOut } from './optOut.ts';
import { asksForSilence } from './plainOptOut.ts';
import { BY_SYSTEM, type Recorder } from './recorder.ts';
import { cancelOnReply } from './schedules.ts';
import { MAX_UNDECIDED } from './state.ts';
import { hashOfWords } from './textHash.ts';

/** A customer's message: recorded once, and the reason of what follows it is recorded with it. */
export function onInbound(rec: Recorder, message: InboundMessage): void {
  if (rec.state.recentProviderIds.includes(message.providerMessageId)) return;
  decideFlood(rec);
  const from = rec.state.status;
  const position = record(rec, message);
  if (from === 'resolved' || from === 'snoozed')
    rec.emit('conversationReopened', { from, reason: 'message' }, { kind: 'customer' });
  cancelOnReply(rec);
  const keyword = keywordOf(message.text, rec.state.key.channel, rec.state.optedOut);
  const writtenAt = message.providerAt ?? message.receivedAt;
  if (keyword) onKeyword(rec, keyword, position, writtenAt);
  else if (!rec.state.optedOut && asksForSilence(message.text)) onPlainOptOut(rec, writtenAt);
  else whatNow(rec, message, position);
}

/** No carrier has answered this one, and nothing of ours may: the owner is told, so that somebody knows. */
function onPlainOptOut(rec: Recorder, writtenAt: number): void {
  optOut(rec, 'words', { kind: 'customer' }, writtenAt);
  recordDecision(
    rec,
    'suppressed',
    'opt-out-request',
    'The customer asked in their own words not to be written to. Nothing more is sent.',
  );
  const text = 'A customer asked in their own words not to be written to. They can text START to hear from us again.';
  rec.emit('userNotified', { forUserId: rec.state.ownerId, text }, BY_SYSTEM);
}

function record(rec: Recorder, message: InboundMessage): number {
  return rec.emit(
    'messageReceived',
    {
      messageId: rec.nextMessageId,
      providerMessageId: message.providerMessageId,
      text: message.text,
      textHash: hashOfWords(message.text),
      media: message.media,
      providerAt: message.providerAt ?? message.receivedAt,
      receivedAt: message.receivedAt,
      late: message.late,
    },
    { kind: 'customer' },
  );
}

/** Keeps the list of undecided messages bounded: of more than that many, the oldest is closed with a reason. */
function decideFlood(rec: Recorder): void {
  const { undecided } = rec.state;
  if (undecided.length < MAX_UNDECIDED) return;
  recordDecision(
    rec,
    'suppressed',
    'flood',
    `More than ${MAX_UNDECIDED} messages are waiting: the oldest is not answered on its own.`,
    {
      inbounds: undecided.slice(0, 1),
    },
  );
}

function whatNow(rec: Recorder, message: InboundMessage, position: number): void {
  const { state } = rec;
  const hold = (reason: DecisionReason, explanation: string): void =>
    recordDecision(rec, 'held', reason, explanation, { inbounds: [position] });
  if (state.optedOut) return hold('opted-out', 'The customer has opted out: nothing may be sent.');
  if (message.late || rec.now - message.receivedAt > FRESH_MS)
    return hold('late', 'The message reached us late, so Auto Pilot leaves it to a person.');
  if (!state.autopilot) return hold('autopilot-off', 'Auto Pilot is off: a person answers.');
  if (!state.policy) return hold('no-process', 'No process is selected, so Auto Pilot cannot answer.');
  armReply(rec);
}

function onKeyword(rec: Recorder, keyword: Keyword, position: number, writtenAt: number): void {
  switch (keyword) {
    case 'optOut':
      optOut(rec, 'keyword', { kind: 'customer' }, writtenAt);
      return recordDecision(
        rec,
        'suppressed',
        'opt-out-request',
        'The customer opted out. Nothing more is sent; the carrier has confirmed it.',
      );
    case 'optIn':
      optIn(rec, { kind: 'customer' }, writtenAt);
      return recordDecision(
        rec,
        'suppressed',
        'opt-in-request',
        'The customer asked to hear from us; the carrier has answered it.',
        { inbounds: [position] },
      );
    case 'help':
      return recordDecision(rec, 'suppressed', 'help-request', 'The carrier has answered the request for help.', {
        inbounds: [position],
      });
  }
}
