import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { plan } from '../core/agenda.ts';
import type { State } from '../core/state.ts';

const KEYS = {
  DealershipId: defineSearchAttributeKey('DealershipId', SearchAttributeType.KEYWORD),
  Channel: defineSearchAttributeKey('Channel', SearchAttributeType.KEYWORD),
  Stage: defineSearchAttributeKey('Stage', SearchAttributeType.KEYWORD),
  AssigneeId: defineSearchAttributeKey('AssigneeId', SearchAttributeType.KEYWORD),
  ProcessId: defineSearchAttributeKey('ProcessId', SearchAttributeType.KEYWORD),
};
const AUTOPILOT = defineSearchAttributeKey('Autopilot', SearchAttributeType.BOOL);

/** Shows an operator what this conversation is and does: search attributes, upserted on change only, and the details page. */
export function describe(state: State, lastDecision: string | null, droppedSignals: number): void {
  upsertChanged(state);
  setCurrentDetails(details(state, lastDecision, droppedSignals));
}

function upsertChanged(state: State): void {
  const known = workflowInfo().typedSearchAttributes;
  const wanted = {
    DealershipId: state.key.dealershipId,
    Channel: state.key.channel,
    Stage: state.stage || null,
    AssigneeId: state.ownerId,
    ProcessId: state.policy?.processId ?? null,
  };
  const changes: SearchAttributeUpdatePair[] = [];
  for (const name of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
    if ((known.get(KEYS[name]) ?? null) !== wanted[name]) changes.push({ key: KEYS[name], value: wanted[name] });
  }
  if (known.get(AUTOPILOT) !== state.autopilot) changes.push({ key: AUTOPILOT, value: state.autopilot });
  if (changes.length > 0) upsertSearchAttributes(changes);
}

/** Markdown for the Temporal UI, derived from the state alone; nothing of the customer in it. */
function details(state: State, lastDecision: string | null, droppedSignals: number): string {
  const next = plan(state)
    .map(({ item }) => `${new Date(item.at).toISOString()}: ${item.title}`)
    .join('<br>');
  const rows = [
    ['Inbox', `/conversations/${state.key.conversationId}`],
    ['Stage', state.stage],
    ['Status', state.status],
    ['Auto Pilot', state.autopilot ? 'on' : 'off'],
    ['Process', state.policy ? `${state.policy.processName} v${state.policy.version}` : 'none'],
    ['Undecided messages', String(state.undecided.length)],
    ['What comes next', next || 'nothing'],
    ['Last decision', lastDecision ?? 'none in this run'],
    ['Position', String(state.position)],
    ...(droppedSignals > 0 ? [['Malformed signals, dropped', String(droppedSignals)]] : []),
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}
