import type { Store } from '@leadline/store/connect.ts';
import { figure, type Figure } from './figures.ts';
import { answerRounds, LONG_WINDOW, namesOf, SHORT_WINDOW, withLeadline } from './freshLeadline.ts';
import type { Cost } from './historyCost.ts';
import { run, type Load } from './load.ts';

const FIRST: Load = { conversations: 10, messagesEach: 1, concurrency: 10 };
const MORE: Load = { conversations: 10, messagesEach: 8, concurrency: 10 };
const ROUNDS = { conversations: 10, each: 4 };
const SILENT = { conversations: 10, steps: 2 };

/** History events and billable actions of a message and of an answered round, beyond what a conversation's start costs. */
export async function actions(say: (line: string) => void): Promise<Figure[]> {
  return withLeadline(say, async ({ leadline, store, costOf }) => {
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
    say('Counting follow-ups, one a minute…');
    await leadline.setWindow(SHORT_WINDOW, true);
    await answerRounds(leadline, 'silent', { ...SILENT, each: 1 });
    await sentFollowUps(store, leadline.dealershipId, SILENT.conversations);
    const steps = await growth('silent', SILENT.conversations, () =>
      sentFollowUps(store, leadline.dealershipId, SILENT.conversations * (1 + SILENT.steps)),
    );
    const [texts, answers] = [MORE.conversations * MORE.messagesEach, ROUNDS.conversations * ROUNDS.each];
    return [
      figure('actions', 'actionsPerMessage', messages.actions / texts, '', '<=2'),
      figure('actions', 'eventsPerMessage', messages.events / texts, ''),
      figure('actions', 'actionsPerRound', rounds.actions / answers, '', '<=6'),
      figure('actions', 'eventsPerRound', rounds.events / answers, ''),
      figure('actions', 'actionsPerFollowUp', steps.actions / (SILENT.conversations * SILENT.steps), '', '<=5'),
      figure('actions', 'eventsPerFollowUp', steps.events / (SILENT.conversations * SILENT.steps), ''),
    ];
  });
}

/** Resolves once so many follow-ups of the dealership have left. */
async function sentFollowUps(store: Store, dealershipId: string, count: number): Promise<void> {
  const sent = { dealershipId, author: 'followUp', status: { $in: ['sent', 'delivered'] } } as const;
  while ((await store.models.messages.countDocuments(sent)) < count)
    await new Promise((resolve) => setTimeout(resolve, 500));
}
