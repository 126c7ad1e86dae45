import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A program that the launcher or a test runs as a process of its own. */
export interface PartOptions {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string | undefined>;
  /** All that it prints, one file. */
  logFile: string;
  /** Resolves once the part does its work; rejected or repeated calls mean that it is not there yet. */
  isReady(): Promise<boolean>;
  readyWithinMs?: number;
}

const STOP_WITHIN_MS = 10_000;
const POLL_MS = 100;

/** A running program: started once it is ready, stopped with patience, restarted by whoever watches `onExit`. */
export class Part {
  readonly name: string;
  private readonly options: PartOptions;
  private child: ChildProcess | null = null;
  private log: WriteStream | null = null;
  /** Called when its process has begun, before it is ready. */
  onStart: () => void = () => undefined;
  /** Called when the program ends without having been stopped. */
  onExit: (reason: string) => void = () => undefined;

  constructor(options: PartOptions) {
    this.options = options;
    this.name = options.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the program and waits until it is ready; throws a sentence that names its log when it is not. */
  async start(): Promise<void> {
    const { command, args, env, logFile } = this.options;
    this.log ??= createWriteStream(logFile, { flags: 'a' });
    // A group of its own, so that Ctrl-C in the terminal reaches the launcher only, which stops the parts in order.
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    child.stdout.pipe(this.log, { end: false });
    child.stderr.pipe(this.log, { end: false });
    child.on('error', (error) => this.ended(child, error.message));
    child.on('exit', (code, signal) => this.ended(child, signal ?? `exit code ${code}`));
    this.onStart();
    await this.becomeReady(child);
  }

  private async becomeReady(child: ChildProcess): Promise<void> {
    const { readyWithinMs = 60_000, logFile } = this.options;
    const until = Date.now() + readyWithinMs;
    while (Date.now() < until) {
      if (this.child !== child) throw new Error(`${this.name} ended while it was starting; see ${logFile}.`);
      if (await this.options.isReady().catch(() => false)) return;
      await pause(POLL_MS);
    }
    throw new Error(`${this.name} was not ready within ${readyWithinMs / 1000} s; see ${logFile}.`);
  }

  private ended(child: ChildProcess, reason: string): void {
    if (this.child !== child) return;
    this.child = null;
    this.onExit(reason);
  }

  /** Asks the program to end, and ends it when it does not. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    this.log?.end();
    this.log = null;
  }

  /** Ends it as a crash would: for tests. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.child = null;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exited;
    clearTimeout(timer);
  }
}
