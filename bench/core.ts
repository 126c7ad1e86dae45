import { DEFAULT_RULES } from '@leadline/contract/rules.ts';
import type { Input } from '@leadline/workflows/conversation/core/inputs.ts';
import { nextWakeAt, replyItemId } from '@leadline/workflows/conversation/core/agenda.ts';
import { decide } from '@leadline/workflows/conversation/core/decide.ts';
import { fold } from '@leadline/workflows/conversation/core/evolve.ts';
import { DEALERSHIP, draftResult, KEY, START, T0 } from '@leadline/workflows/conversation/core/scenario.ts';
import { emptyState, type State } from '@leadline/workflows/conversation/core/state.ts';
import { figure, type Figure } from './figures.ts';

const DECISIONS = 400_000;
const WARM_UP = 40_000;
/** After so many inputs a new conversation begins: its lists are as long as in life. */
const INPUTS_EACH = 200;

/** With the rules of a new dealership. */
const LIFELIKE = { ...START, dealership: { ...DEALERSHIP, rules: DEFAULT_RULES } };

/** Decisions of the pure core, with their fold, in one thread: texts, drafts, answers, and what people do between. */
export async function core(say: (line: string) => void): Promise<Figure[]> {
  say('Deciding…');
  play(WARM_UP);
  const startedAt = performance.now();
  play(DECISIONS);
  const perSecond = (DECISIONS * 1000) / (performance.now() - startedAt);
  return [figure('core', 'decisionsPerSecond', perSecond, '1/s', '>=100000')];
}

function play(decisions: number): void {
  let state: State = emptyState(KEY);
  let now = T0;
  for (let count = 0; count < decisions; count += 1) {
    if (count % INPUTS_EACH === 0) [state, now] = [emptyState(KEY), T0];
    const input =
      count % INPUTS_EACH === 0 ? { type: 'started' as const, start: LIFELIKE } : inputOf(state, count, now);
    now = Math.max(now + 1_000, input.type === 'draftReady' ? (state.reply?.dueAt ?? 0) : 0);
    state = fold(state, decide(state, input, now).events);
  }
}

function inputOf(state: State, count: number, now: number): Input {
  const person = { userId: 'leo', requestId: 'r' };
  switch (count % 8) {
    case 1:
    case 2:
    case 5:
      return inbound(count, now);
    case 3:
    case 6:
      return { type: 'tick', inHand: nextWakeAt(state, []) === null ? ['none'] : [] };
    case 4:
    case 7:
      return state.reply
        ? { type: 'draftReady', itemId: replyItemId(state.reply), result: draftResult({ text: `Answer ${count}` }) }
        : inbound(count, now);
    default:
      return { type: 'setStage', id: `u${count}`, args: { ...person, stage: count % 16 === 0 ? 'engaged' : 'new' } };
  }
}

function inbound(count: number, receivedAt: number): Input {
  const message = { providerMessageId: `SM${count}`, text: `text ${count}`, media: [], providerAt: null };
  return { type: 'inboundMessage', message: { ...message, receivedAt, late: false, requestId: 'r' } };
}
