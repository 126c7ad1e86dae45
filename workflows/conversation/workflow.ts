import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { ConversationKey } from '@leadline/contract/conversation.ts';
import { RULES_VERSION } from '@leadline/contract/names.ts';
import type { State } from './core/state.ts';
import { registerHandlers } from './shell/handlers.ts';
import { ConversationRun } from './shell/run.ts';

/** What a run starts from. A webhook knows the key only; a continued run brings its state. */
export interface ConversationStart {
  key: ConversationKey;
  state?: State;
  /** Continue as new after that many history events, before Temporal suggests it: for tests. */
  continueAfterEvents?: number;
}

/**
 * One conversation, for as long as it lives: takes inputs in, lets the core decide, commits, acts, sleeps until the next
 * thing on the agenda. Continues as new when its history has grown and nothing is under way.
 */
export async function conversation(start: ConversationStart): Promise<void> {
  const run = new ConversationRun(start.key, start.state);
  registerHandlers(run);
  await run.open();
  for (;;) {
    const { hasOldRules } = run;
    const mayEnd = (): boolean => run.isOver || ((hasOldRules || isLong(start)) && run.idle);
    await condition(() => run.hasWork || (mayEnd() && allHandlersFinished()));
    if (!run.hasWork && run.isOver) return;
    if (!run.hasWork)
      return continueAsNew<typeof conversation>({ ...start, state: { ...run.state, rulesVersion: RULES_VERSION } });
    await run.step();
  }
}

function isLong(start: ConversationStart): boolean {
  const info = workflowInfo();
  return info.continueAsNewSuggested || info.historyLength >= (start.continueAfterEvents ?? Infinity);
}
