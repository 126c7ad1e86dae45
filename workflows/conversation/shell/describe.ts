import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Decision } from '@leadline/contract/decision.ts';
import { agenda } from '../core/agenda.ts';
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

/** A decision in a line. The model's own words are left out, because they may repeat the customer's. */
export function describeDecision({ outcome, reason, model, explanation }: Decision, at: number): string {
  const isOurs = model === null && reason !== 'follow-up';
  return `**${outcome}, ${reason}**: ${isOurs ? `${explanation} ` : ''}(${utc(at)})`;
}

/** Markdown for the Temporal UI, derived from the state alone; nothing of the customer in it. */
function details(state: State, lastDecision: string | null, droppedSignals: number): string {
  const next = agenda(state).map(({ at, wall, zone, title }) => `**${title}**: ${wall} ${zone} (${utc(at).slice(5)})`);
  const rows = [
    ['Inbox', `\`/conversations/${state.key.conversationId}\``],
    ['Stage, status', `${state.stage}, ${state.status}`],
    ['Auto Pilot', onOff(state.autopilot)],
    ['Follow-ups', onOff(state.followUpsOn)],
    ['Process', state.policy ? `${state.policy.processName} v${state.policy.version}` : 'none'],
    ['Comes next', next.join('<br>') || 'nothing: it waits for a message or a person'],
    ['Last decision', lastDecision ?? 'none in this run'],
    ...(state.optedOut ? [['Opted out', '**yes: nothing may be sent**']] : []),
    ...(state.undecided.length > 0 ? [['Undecided messages', `events ${state.undecided.join(', ')}`]] : []),
    ...(state.unknown.length > 0 ? [['Delivery unknown', `${state.unknown.length} of our messages`]] : []),
    ['Events', `${state.position}, the last at ${utc(state.lastActivityAt)}`],
    ...(droppedSignals > 0 ? [['Malformed signals, dropped', String(droppedSignals)]] : []),
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value = '']) => `| ${unbroken(name)} | ${cell(value)} |`)].join(
    '\n',
  );
}

/** What people have named must not break the table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

/** The UI gives the first column no more room than its longest word, and the second none before it. */
function unbroken(name = ''): string {
  return `${name.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011')}\u00a0\u00a0`;
}

function onOff(on: boolean): string {
  return on ? 'on' : 'off';
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
