import { Api, ApiError } from '../app/core/api.ts';
import type { RealtimeListener } from '../app/core/realtime.ts';

/** What was asked of the API. */
export interface Call {
  method: string;
  path: string;
  body: unknown;
  query: Record<string, unknown>;
  idempotencyKey: string | undefined;
}

/** Answers as a test says, by "GET /path"; an `Error` is thrown, and what is not told is not found. */
export class FakeApi implements Pick<Api, 'get' | 'send' | 'useSession'> {
  readonly calls: Call[] = [];
  readonly answers = new Map<string, unknown>();

  useSession(): void {
    // No session is needed.
  }

  get = (async (path: string, _schema: unknown, query: Record<string, unknown>) =>
    this.answer({ method: 'GET', path, body: undefined, query, idempotencyKey: undefined })) as Api['get'];

  send = (async (method: string, path: string, body: unknown, _schema: unknown, idempotencyKey?: string) =>
    this.answer({ method, path, body, query: {}, idempotencyKey })) as Api['send'];

  private async answer(call: Call): Promise<unknown> {
    this.calls.push(call);
    const given = this.answers.get(`${call.method} ${call.path}`);
    const answer: unknown = typeof given === 'function' ? (given as (call: Call) => unknown)(call) : given;
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw new ApiError(404, 'not-found', `Nothing answers ${call.method} ${call.path}.`);
    return answer;
  }
}

/** A socket that says what a test says. */
export class FakeRealtime {
  private readonly listeners = new Set<RealtimeListener>();

  listen(listener: RealtimeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  change(...news: Parameters<NonNullable<RealtimeListener['change']>>): void {
    for (const listener of this.listeners) listener.change?.(...news);
  }

  read(...news: Parameters<NonNullable<RealtimeListener['read']>>): void {
    for (const listener of this.listeners) listener.read?.(...news);
  }

  reload(): void {
    for (const listener of this.listeners) listener.reload?.();
  }
}

/** Lets everything that waits for a fake answer go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
