import type { Product } from '@leadline/temporal/product.ts';
import { startBare } from './bareTarget.ts';
import { figure, type Figure } from './figures.ts';
import { answerRounds, LONG_WINDOW, namesOf, SHORT_WINDOW, withLeadline } from './freshLeadline.ts';
import type { Cost } from './historyCost.ts';
import type { LeadlineTarget } from './leadlineTarget.ts';
import { percentile, perSecond, run, together, type Load, type Timings } from './load.ts';

const LOAD: Load = { conversations: 64, messagesEach: 8, concurrency: 32 };
/** The two loads take turns, so that whatever else the machine does falls on both. */
const TURNS = 3;
/** Long enough for the compilers of both: what is measured is a worker that has run for a while. */
const WARM_UP: Load = { conversations: 32, messagesEach: 12, concurrency: 32 };
const IDLE: Load = { conversations: 20, messagesEach: 6, concurrency: 1, pauseMs: 50 };
const ROUNDS = { conversations: 12, each: 3 };

/**
 * From a customer's text to the screen: signed webhook over HTTP, workflow, MongoDB, socket event at a connected client;
 * against the floor that Temporal sets on the same machine, in the same run.
 */
export async function inbound(say: (line: string) => void): Promise<Figure[]> {
  return withLeadline(say, async ({ product, leadline, costOf }) => {
    await leadline.setWindow(LONG_WINDOW);
    const loads = await takeTurns(product, leadline, say);
    say('Measuring Leadline at idle…');
    const idle = await run(leadline, 'idle', IDLE);
    say('Measuring answered rounds…');
    await leadline.setWindow(SHORT_WINDOW);
    await answerRounds(leadline, 'round', ROUNDS);
    const loaded = await costOf(namesOf('load0', LOAD.conversations));
    const rounds = await costOf(namesOf('round', ROUNDS.conversations));
    return figuresOf(loads, idle, loaded, rounds);
  });
}

interface Loads {
  bare: Timings;
  leadline: Timings;
}

async function takeTurns(product: Product, leadline: LeadlineTarget, say: (line: string) => void): Promise<Loads> {
  const bare = await startBare(product.temporalAddress);
  const results: { bare: Timings[]; leadline: Timings[] } = { bare: [], leadline: [] };
  try {
    say('Warming up…');
    await run(bare, 'warm', WARM_UP);
    await run(leadline, 'warm', WARM_UP);
    for (let turn = 0; turn < TURNS; turn += 1) {
      say(`Measuring bare Temporal and Leadline, ${turn + 1} of ${TURNS}…`);
      results.bare.push(await run(bare, `load${turn}`, LOAD));
      results.leadline.push(await run(leadline, `load${turn}`, LOAD));
    }
  } finally {
    await bare.stop();
  }
  return { bare: together(results.bare), leadline: together(results.leadline) };
}

function figuresOf({ bare, leadline }: Loads, idle: Timings, loaded: Cost, rounds: Cost): Figure[] {
  const messages = LOAD.conversations * LOAD.messagesEach;
  const answered = ROUNDS.conversations * ROUNDS.each;
  const of = (metric: string, value: number, unit: string, target?: string): Figure =>
    figure('inbound', metric, value, unit, target);
  return [
    of('ratio', perSecond(leadline) / perSecond(bare), '', '>=0.6'),
    of('messagesPerSecond', perSecond(leadline), '1/s'),
    of('bareMessagesPerSecond', perSecond(bare), '1/s'),
    of('p50Ms', percentile(leadline.latenciesMs, 0.5), 'ms'),
    of('p95Ms', percentile(leadline.latenciesMs, 0.95), 'ms'),
    of('p99Ms', percentile(leadline.latenciesMs, 0.99), 'ms'),
    of('idleP50Ms', percentile(idle.latenciesMs, 0.5), 'ms'),
    of('idleP95Ms', percentile(idle.latenciesMs, 0.95), 'ms', '<=250'),
    of('actionsPerMessage', loaded.actions / messages, ''),
    of('eventsPerMessage', loaded.events / messages, ''),
    of('actionsPerRound', rounds.actions / answered, '', '<=7'),
    of('eventsPerRound', rounds.events / answered, ''),
  ];
}
