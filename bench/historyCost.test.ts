import { describe, expect, it } from '@jest/globals';
import { costOf, type CountedEvent } from './historyCost.ts';

const [STARTED, TASK, SCHEDULED, RUN, DONE, TIMER, MARKER, SIGNAL, UPSERT] = [1, 5, 10, 11, 12, 17, 25, 26, 40];
const events = (...types: number[]): CountedEvent[] => types.map((eventType) => ({ eventType }));
const localActivity = (task: number): CountedEvent => ({
  eventType: MARKER,
  markerRecordedEventAttributes: { markerName: 'core_local_activity', workflowTaskCompletedEventId: task },
});

describe('the cost of a history', () => {
  it('takes a signal that starts a run as one action', () => {
    expect(costOf(events(STARTED, SIGNAL, TASK))).toEqual({ actions: 1, events: 3 });
    expect(costOf(events(STARTED, TASK))).toEqual({ actions: 1, events: 2 });
  });

  it('takes the local activities of one task as one action, those of another as another', () => {
    expect(costOf([...events(STARTED, SIGNAL), localActivity(4), localActivity(4), localActivity(9)]).actions).toBe(3);
  });

  it('counts signals, timers, activities with their retries, and search attributes', () => {
    const retried: CountedEvent = { eventType: RUN, activityTaskStartedEventAttributes: { attempt: 3 } };
    const history = [...events(STARTED, SIGNAL, SIGNAL, TIMER, UPSERT, SCHEDULED), retried, ...events(DONE)];
    expect(costOf(history)).toEqual({ actions: 2 + 1 + 1 + 1 + 2, events: 8 });
  });
});
