import {
  ApplicationFailure,
  condition,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  metricMeter,
  setHandler,
} from '@temporalio/workflow';
import type {
  CallEnded,
  ContactChanged,
  DeliveryFailed,
  InboundMessage,
  ProcessPublished,
  Refusal,
  UpdateArgs,
} from '@leadline/contract/conversation.ts';
import { QUERIES, SIGNALS, UPDATES, type UpdateName } from '@leadline/contract/names.ts';
import { agenda } from '../core/agenda.ts';
import { decide } from '../core/decide.ts';
import type { Input, UpdateInput } from '../core/inputs.ts';
import { wrongInSignal, wrongInUpdate } from './guards.ts';
import type { ConversationRun } from './run.ts';

/** Failure type of a refused update; its first detail is the `Refusal`. */
export const REFUSAL_FAILURE = 'Refusal';

const UPDATE_DESCRIPTIONS: Record<UpdateName, string> = {
  sendMessage: 'A person sends a message; a pending Auto Pilot reply is dropped.',
  generateReply: 'Drafts the reply that Auto Pilot would send, for the composer; sends nothing.',
  setAutopilot: 'Turns Auto Pilot on or off; the answer says what that armed or cancelled.',
  selectProcess: 'Selects the process (agent) that answers here.',
  setStage: 'Sets the pipeline stage.',
  assign: 'Sets owner and assignees; with take-over, a pending Auto Pilot reply is dropped.',
  actNow: 'Does an agenda item at once.',
  cancelAgendaItem: 'Takes an agenda item back.',
  retryMessage: 'Sends a failed message again.',
  moveAgendaItem: 'Moves a follow-up to another time.',
  setFollowUps: 'Turns automated follow-ups on or off; the answer says what that planned or cancelled.',
  scheduleMessage: 'Schedules a message for a local time.',
  changeScheduled: 'Changes text or time of a scheduled message.',
  cancelScheduled: 'Takes a scheduled message back.',
  setTags: 'Sets the tags.',
  changeTags: 'Adds and removes single tags; the others stay.',
  setPriority: 'Sets the priority.',
  resolve: 'Marks the conversation as done; a pending reply is dropped.',
  reopen: 'Opens a resolved or snoozed conversation.',
  snooze: 'Puts the conversation out of sight until a time or the next message.',
  addReminder: 'Adds a reminder for a person.',
  completeReminder: 'Marks a reminder as done.',
  deleteConversation: 'Deletes the conversation and ends this run; the next message begins a clean one.',
  restoreConversation: 'Brings back what was deleted in the last 30 days; what was planned stays taken back.',
};

/** What each signal says, and the input that it becomes. */
const SIGNAL_INPUTS: Record<keyof typeof SIGNALS, { description: string; input(payload: never): Input }> = {
  inboundMessage: {
    description: "A customer's message, from the channel's webhook.",
    input: (message: InboundMessage) => ({ type: 'inboundMessage', message }),
  },
  deliveryFailed: {
    description: 'The provider reports that a message of ours did not arrive.',
    input: (report: DeliveryFailed) => ({ type: 'deliveryFailed', report }),
  },
  callEnded: {
    description: 'A call with the customer has ended.',
    input: (call: CallEnded) => ({ type: 'callEnded', call }),
  },
  contactChanged: {
    description: "The contact's card has changed: opt-out, consent, time zone.",
    input: (change: ContactChanged) => ({ type: 'contactChanged', change }),
  },
  processPublished: {
    description: 'A process, or the dealership’s settings, have a new version.',
    input: ({ processId, requestId }: ProcessPublished) => ({ type: 'processPublished', processId, requestId }),
  },
};

/**
 * Registers what a conversation listens to. Signal handlers only queue, and drop what is malformed: an error thrown here
 * would fail the workflow task for ever. Update handlers queue and wait for the commit.
 */
export function registerHandlers(run: ConversationRun): void {
  for (const name of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) registerSignal(run, name);
  for (const name of Object.keys(UPDATES) as UpdateName[]) registerUpdate(run, name);
  setHandler(defineQuery(QUERIES.state), () => run.state, {
    description: 'All that decisions depend on; holds no text of a message.',
  });
  setHandler(defineQuery(QUERIES.agenda), () => agenda(run.state), {
    description: 'What will happen in this conversation, and when.',
  });
}

function registerSignal(run: ConversationRun, name: keyof typeof SIGNALS): void {
  const { description, input } = SIGNAL_INPUTS[name];
  setHandler(
    defineSignal<[unknown]>(name),
    (payload) => {
      // The guard has checked that the payload is this signal's.
      if (!drops(run, name, wrongInSignal(name, payload))) run.take(input(payload as never));
    },
    { description },
  );
}

function drops(run: ConversationRun, signal: string, wrong: string | null): boolean {
  if (wrong === null) return false;
  log.error('A malformed signal was dropped.', { signal, wrong });
  droppedSignals.add(1, { signal });
  run.droppedSignals += 1;
  return true;
}

/** In the worker's metrics; in a conversation's own details is its own count. */
const droppedSignals = metricMeter.createCounter(
  'leadline_dropped_signals',
  '1',
  'Malformed signals that were dropped',
);

function registerUpdate(run: ConversationRun, name: UpdateName): void {
  setHandler(
    defineUpdate<unknown, [unknown]>(name),
    async (args) => {
      const ticket = run.take(updateInput(name, args));
      await condition(() => ticket.settled);
      if (ticket.refusal) throw refusalFailure(ticket.refusal);
      return ticket.result;
    },
    {
      description: UPDATE_DESCRIPTIONS[name],
      validator: (args) => {
        validate(run, name, args);
      },
    },
  );
}

/** Refuses before anything enters the history; the loop asks again, because the state may have changed by then. */
function validate(run: ConversationRun, name: UpdateName, args: unknown): void {
  const wrong = wrongInUpdate(name, args);
  if (wrong !== null)
    throw refusalFailure({ code: 'invalid', message: `The update ${name} was not understood: ${wrong}.` });
  // Before the state is loaded nothing more can be said, and a process must be read first.
  if (!run.state.started || name === 'selectProcess') return;
  const { refusal } = decide(run.state, updateInput(name, args), Date.now());
  if (refusal) throw refusalFailure(refusal);
}

function updateInput(name: UpdateName, args: unknown): UpdateInput {
  // The guard has checked that the arguments are those of this update, which a type cannot say for a name at run time.
  return { type: name, id: currentUpdateInfo()?.id ?? 'update', args: args as UpdateArgs[UpdateName] } as UpdateInput;
}

function refusalFailure(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.create({
    type: REFUSAL_FAILURE,
    message: refusal.message,
    nonRetryable: true,
    details: [refusal],
  });
}
