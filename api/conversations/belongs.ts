import type { Inbox } from '@leadline/store/inbox.ts';
import { wrongField } from './answers.ts';

/** Throws where a stage is not one of the dealership's. */
export async function requireStage(inbox: Inbox, stage: string, field = 'stage'): Promise<void> {
  const dealership = await inbox.dealership();
  if (!dealership?.stages.some((one) => one.key === stage))
    throw wrongField(field, 'is not a stage of this dealership');
}

/** Throws where somebody does not work at the dealership. */
export async function requireUsers(inbox: Inbox, userIds: string[], field = 'userIds'): Promise<void> {
  const users = await inbox.users();
  if (!userIds.every((id) => users.some((user) => user.id === id)))
    throw wrongField(field, 'names somebody who does not work here');
}

/** Throws where a process has no published version in the dealership. */
export async function requireProcess(inbox: Inbox, processId: string, field = 'processId'): Promise<void> {
  const processes = await inbox.processes();
  if (!processes.some((process) => process.id === processId))
    throw wrongField(field, 'is not a published process of this dealership');
}
