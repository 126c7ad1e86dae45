import type { Shortcut } from '../core/shortcuts.ts';
import type { Inbox } from './inbox.ts';

/** The inbox's keys, in the order of the cheat sheet. */
export function inboxKeys(inbox: Inbox): Shortcut[] {
  return [
    { keys: ['j'], does: 'Next conversation', run: () => inbox.move(1) },
    { keys: ['k'], does: 'Previous conversation', run: () => inbox.move(-1) },
    { keys: ['Enter'], does: 'Open the conversation', run: (event) => !isOnControl(event) && inbox.openActive() },
    { keys: ['x'], does: 'Select; then a, i, s, e and Shift P act on all selected', run: () => inbox.select(false) },
    { keys: ['X'], does: 'Select up to here', run: () => inbox.select(true) },
    { keys: ['A'], does: 'Select all that fit the filter', run: () => inbox.selectAll() },
    { keys: ['Escape'], does: 'Clear the selection', run: () => inbox.clearSelection() },
    { keys: ['Escape', 'u'], does: 'Back to the list', run: () => inbox.back() },
    { keys: ['/'], does: 'Search', run: () => inbox.search() },
    { keys: ['r'], does: 'Reply', run: () => inbox.reply() },
    { keys: ['d'], does: 'Draft by AI', run: () => inbox.draft() },
    { keys: ['P'], does: 'Auto Pilot on or off', run: () => inbox.toggleAutopilot() },
    { keys: ['s'], does: 'Change the stage', run: () => inbox.openStageMenu() },
    { keys: ['a'], does: 'Assign', run: () => inbox.openAssignMenu() },
    { keys: ['i'], does: 'Assign to me', run: () => inbox.assignToMe() },
    { keys: ['e'], does: 'Resolve, or open again', run: () => inbox.toggleResolved() },
    { keys: ['b'], does: 'Snooze', run: () => inbox.openSnoozeMenu() },
    { keys: ['t'], does: 'Schedule what is written', run: () => inbox.openScheduleMenu() },
    { keys: ['U'], does: 'Mark as unread', run: () => inbox.markUnread() },
    { keys: ['?'], does: 'Show these keys', run: () => inbox.showKeys() },
  ];
}

/** Enter on a button or a link is theirs. */
function isOnControl(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest('button, a, [role=switch]') !== null;
}
