import { figure, type Figure } from './figures.ts';
import { answerRounds, LONG_WINDOW, namesOf, SHORT_WINDOW, withLeadline } from './freshLeadline.ts';
import type { Cost } from './historyCost.ts';
import { run, type Load } from './load.ts';

const FIRST: Load = { conversations: 10, messagesEach: 1, concurrency: 10 };
const MORE: Load = { conversations: 10, messagesEach: 8, concurrency: 10 };
const ROUNDS = { conversations: 10, each: 4 };

/** History events and billable actions of a message and of an answered round, beyond what a conversation's start costs. */
export async function actions(say: (line: string) => void): Promise<Figure[]> {
  return withLeadline(say, async ({ leadline, costOf }) => {
    const growth = async (name: string, count: number, more: () => Promise<unknown>): Promise<Cost> => {
      const before = await costOf(namesOf(name, count));
      await more();
      const after = await costOf(namesOf(name, count));
      return { actions: after.actions - before.actions, events: after.events - before.events };
    };
    say('Counting messages…');
    await leadline.setWindow(LONG_WINDOW);
    await run(leadline, 'plain', FIRST);
    const messages = await growth('plain', MORE.conversations, () => run(leadline, 'plain', MORE));
    say('Counting answered rounds…');
    await leadline.setWindow(SHORT_WINDOW);
    // The second round may move the stage to Engaged, once in a conversation.
    await answerRounds(leadline, 'round', { ...ROUNDS, each: 2 });
    const rounds = await growth('round', ROUNDS.conversations, () => answerRounds(leadline, 'round', ROUNDS));
    const [texts, answers] = [MORE.conversations * MORE.messagesEach, ROUNDS.conversations * ROUNDS.each];
    return [
      figure('actions', 'actionsPerMessage', messages.actions / texts, '', '<=2'),
      figure('actions', 'eventsPerMessage', messages.events / texts, ''),
      figure('actions', 'actionsPerRound', rounds.actions / answers, '', '<=6'),
      figure('actions', 'eventsPerRound', rounds.events / answers, ''),
    ];
  });
}
