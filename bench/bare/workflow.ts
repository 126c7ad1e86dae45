import { condition, defineSignal, proxyLocalActivities, setHandler, sleep } from '@temporalio/workflow';

/** The signal that brings a message's number. */
export const BARE_SIGNAL = 'message';

const { note } = proxyLocalActivities<{ note(id: number): Promise<void> }>({ startToCloseTimeout: '10 seconds' });

/** The floor that Temporal sets: a workflow whose loop runs one local activity a message, and nothing else. */
export async function bare(): Promise<void> {
  const queue: number[] = [];
  setHandler(defineSignal<[number]>(BARE_SIGNAL), (id) => {
    queue.push(id);
  });
  for (;;) {
    await condition(() => queue.length > 0);
    await note(queue.shift()!);
  }
}

/** Sleeps to an instant and says so: the floor of a timer. */
export async function bareSleeper(id: number, at: number): Promise<void> {
  await sleep(Math.max(at - Date.now(), 1));
  await note(id);
}
