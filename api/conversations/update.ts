import { createHash } from 'node:crypto';
import type { ConversationKey, UpdateArgs, UpdateBase, UpdateResults } from '@leadline/contract/conversation.ts';
import type { UpdateName } from '@leadline/contract/names.ts';
import type { Inbox } from '@leadline/store/inbox.ts';
import type { Engine } from '../engine.ts';
import type { Call } from '../route.ts';
import { found } from './routes.ts';

export type AnyCall = Call<unknown, unknown>;
type OwnArgs<Name extends UpdateName> = Omit<UpdateArgs[Name], keyof UpdateBase>;

/** Does an update of the conversation that a call names. Throws `not-found`, or `refused` with the core's reason. */
export type Update = <Name extends UpdateName>(
  call: AnyCall,
  name: Name,
  args: OwnArgs<Name>,
) => Promise<UpdateResults[Name]>;

/** How the key of the conversation is found; a deleted one has none but for its restoration. */
type FindKey = (inbox: Inbox, id: string) => Promise<ConversationKey | null>;

export function updater(engine: Pick<Engine, 'update'>, find: FindKey = (inbox, id) => inbox.key(id)): Update {
  return async <Name extends UpdateName>(call: AnyCall, name: Name, args: OwnArgs<Name>) => {
    // The conversation must be the dealership's own: its key is read through the scoped inbox.
    const key = found(await find(call.inbox, call.params['id']!));
    const base = { userId: call.user.id, requestId: call.requestId };
    // Done once is the same action with the same arguments: nobody's key, and no other action's, stands for it.
    const arguments_ = createHash('sha256').update(JSON.stringify(args)).digest('hex').slice(0, 12);
    const updateId = `${call.user.id}/${call.idempotencyKey}/${name}-${arguments_}`;
    return engine.update(key, name, { ...base, ...args } as UpdateArgs[Name], updateId);
  };
}
