import type { ConversationRow } from '@leadline/contract/rest.ts';
import { clockTime, countdown, exactTime, hasCome, isLate } from '../../core/times.ts';

/** The line under Auto Pilot's switch: what it does now. */
export function autopilotText(row: ConversationRow, now: () => number): string {
  if (row.optedOut) return 'silent: the customer has opted out';
  if (!row.autopilot) return 'off: a person answers';
  const reply = row.agenda.find((item) => item.kind === 'autopilotReply');
  if (reply && isLate(Date.parse(reply.at), now())) return `late: was to answer at ${clockTime(Date.parse(reply.at))}`;
  if (reply && (reply.phase === 'drafting' || hasCome(Date.parse(reply.at), now()))) return 'writing the answer…';
  if (reply) return `answers in ${countdown(Date.parse(reply.at), now())}`;
  return row.processId === null ? 'cannot answer: select a process' : 'answers new messages';
}

/** The line under the follow-ups' switch. */
export function followUpsText(row: ConversationRow): string {
  if (row.optedOut) return 'silent: the customer has opted out';
  if (!row.followUps) return 'off';
  const next = row.agenda.find((item) => item.kind === 'followUp');
  return next ? `next ${exactTime(Date.parse(next.at), row.zone)}` : 'start when our message is the last';
}

/** Ids of those who work on a conversation, the owner first. */
export function peopleOf(row: ConversationRow | null): string[] {
  if (!row) return [];
  return [...new Set([...(row.ownerId === null ? [] : [row.ownerId]), ...row.assigneeIds])];
}

/** A data section of the profile. */
export interface Section {
  name: string;
  fields: { label: string; value: string }[];
}

/** The contact's fields by section, in the order in which they come. */
export function sectionsOf(fields: readonly { section: string; label: string; value: string }[]): Section[] {
  const sections = new Map<string, Section>();
  for (const { section, label, value } of fields) {
    const known = sections.get(section) ?? { name: section, fields: [] };
    sections.set(section, { ...known, fields: [...known.fields, { label, value }] });
  }
  return [...sections.values()];
}
