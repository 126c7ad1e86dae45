/** What of a history event counts; the SDK's decoded events have it. */
export interface CountedEvent {
  eventType?: number | string | null;
  activityTaskStartedEventAttributes?: { attempt?: number | null } | null;
  markerRecordedEventAttributes?: { markerName?: string | null; workflowTaskCompletedEventId?: unknown } | null;
}

/** What a workflow has cost: billable actions of Temporal Cloud, and stored events. */
export interface Cost {
  actions: number;
  events: number;
}

/** Numbers of `temporal.api.enums.v1.EventType`; the package's enum cannot be imported by Node. */
const TYPES = {
  started: 1,
  activityScheduled: 10,
  activityStarted: 11,
  timerStarted: 17,
  marker: 25,
  signaled: 26,
  continuedAsNew: 28,
  childInitiated: 29,
  upserted: 40,
  updateAccepted: 41,
} as const;

const ACTIONS: Partial<Record<number, number>> = {
  [TYPES.activityScheduled]: 1,
  [TYPES.timerStarted]: 1,
  [TYPES.signaled]: 1,
  [TYPES.continuedAsNew]: 1,
  [TYPES.childInitiated]: 2,
  [TYPES.upserted]: 1,
  [TYPES.updateAccepted]: 1,
};
const LOCAL_ACTIVITY = 'core_local_activity';

/**
 * Counts a history as Temporal Cloud bills it: a signal that starts the run is one action with the start, all local
 * activities of a workflow task are one, each retry is one. Heartbeats leave no trace and are not counted.
 */
export function costOf(events: readonly CountedEvent[]): Cost {
  const tasksWithLocalActivities = new Set<string>();
  let actions = 0;
  for (const event of events) {
    actions += ACTIONS[Number(event.eventType)] ?? 0;
    actions += Math.max((event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1, 0);
    const marker = event.markerRecordedEventAttributes;
    if (marker?.markerName === LOCAL_ACTIVITY)
      tasksWithLocalActivities.add(String(marker.workflowTaskCompletedEventId));
  }
  const types = events.map((event) => Number(event.eventType));
  const isStartedAlone = types[0] === TYPES.started && types[1] !== TYPES.signaled;
  return { actions: actions + tasksWithLocalActivities.size + (isStartedAlone ? 1 : 0), events: events.length };
}

/** The sum of costs. */
export function sumOf(costs: readonly Cost[]): Cost {
  return costs.reduce((sum, one) => ({ actions: sum.actions + one.actions, events: sum.events + one.events }), {
    actions: 0,
    events: 0,
  });
}
