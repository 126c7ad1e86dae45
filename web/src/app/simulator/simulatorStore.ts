import { computed, inject, Service, signal } from '@angular/core';
import { Faults, SendFromPhoneResult, SimulatedMessage } from '@leadline/contract/simulator.ts';
import * as z from 'zod/mini';
import { Api, messageOf } from '../core/api.ts';

const Phones = z.object({ items: z.array(z.object({ phone: z.string(), last: SimulatedMessage })) });
const Messages = z.object({ items: z.array(SimulatedMessage) });
const ChannelAccounts = z.object({
  items: z.array(z.object({ channel: z.string(), name: z.string(), address: z.string() })),
});

/** A customer's simulated phone. */
export interface SimulatedPhone {
  number: string;
  /** Null: it has neither written nor received anything. */
  last: SimulatedMessage | null;
}

/** A number of the dealership that customers can write to. */
export interface OurNumber {
  name: string;
  address: string;
}

type Phase = { is: 'loading' } | { is: 'ready' } | { is: 'failed'; why: string };

/** The simulated phones and what goes over them, followed live. */
@Service()
export class SimulatorStore {
  private readonly api = inject(Api);
  private readonly bySid = signal<ReadonlyMap<string, SimulatedMessage>>(new Map());
  private readonly known = signal<readonly SimulatedPhone[]>([]);
  private readonly added = signal<readonly string[]>([]);
  private readonly chosen = signal<string | null>(null);
  private readonly numbers = signal<readonly OurNumber[]>([]);
  private readonly currentFaults = signal<Faults | null>(null);
  private readonly currentPhase = signal<Phase>({ is: 'loading' });
  private readonly live = signal(true);
  private stream: EventSource | null = null;

  readonly phase = this.currentPhase.asReadonly();
  readonly ourNumbers = this.numbers.asReadonly();
  readonly faults = this.currentFaults.asReadonly();
  /** False while the stream of messages is cut; it comes back by itself. */
  readonly isLive = this.live.asReadonly();

  /** New ones first, then by their last message. */
  readonly phones = computed<SimulatedPhone[]>(() => {
    const last = new Map(this.known().map((phone) => [phone.number, phone.last]));
    for (const message of this.bySid().values()) {
      const before = last.get(phoneOf(message));
      if (!before || before.at <= message.at) last.set(phoneOf(message), message);
    }
    for (const number of this.added()) if (!last.has(number)) last.set(number, null);
    return [...last]
      .map(([number, message]) => ({ number, last: message }))
      .sort((a, b) => ((b.last?.at ?? '~') < (a.last?.at ?? '~') ? -1 : 1));
  });
  readonly phone = computed(() => this.chosen() ?? this.phones()[0]?.number ?? null);
  readonly messages = computed(() =>
    [...this.bySid().values()]
      .filter((message) => phoneOf(message) === this.phone())
      .sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1)),
  );

  /** Loads and follows; `stop` ends it. */
  async start(): Promise<void> {
    this.currentPhase.set({ is: 'loading' });
    try {
      const [phones, accounts, faults] = await Promise.all([
        this.api.get('/simulator/phones', Phones),
        this.api.get('/channelAccounts', ChannelAccounts),
        this.api.get('/simulator/faults', Faults),
      ]);
      this.known.set(phones.items.map(({ phone, last }) => ({ number: phone, last })));
      this.numbers.set(
        accounts.items.filter((account) => account.channel === 'sms').map(({ name, address }) => ({ name, address })),
      );
      this.currentFaults.set(faults);
      this.currentPhase.set({ is: 'ready' });
      if (this.phones().length === 0) this.addPhone();
      this.follow();
    } catch (error) {
      this.currentPhase.set({ is: 'failed', why: messageOf(error) });
    }
  }

  stop(): void {
    this.stream?.close();
    this.stream = null;
  }

  /** Takes a phone into one's hand. */
  async choose(number: string): Promise<void> {
    this.chosen.set(number);
    await this.loadMessages(number);
  }

  /** A phone with a number that nobody has. */
  addPhone(number: string = randomNumber()): void {
    this.added.update((numbers) => [number, ...numbers]);
    this.chosen.set(number);
  }

  /** Sends a text as the customer; answers how the webhook took it. Throws `ApiError`. */
  async send(from: string, to: string, body: string): Promise<z.infer<typeof SendFromPhoneResult>> {
    return this.api.send('POST', '/simulator/inbound', { from, to, body }, SendFromPhoneResult);
  }

  /** Throws `ApiError`. */
  async setFaults(faults: Faults): Promise<void> {
    this.currentFaults.set(await this.api.send('PUT', '/simulator/faults', faults, Faults));
  }

  private follow(): void {
    this.stop();
    const stream = new EventSource('/api/simulator/stream');
    this.stream = stream;
    stream.onopen = () => {
      this.live.set(true);
      const phone = this.phone();
      if (phone !== null) void this.loadMessages(phone);
    };
    stream.onerror = () => this.live.set(false);
    stream.onmessage = ({ data }: MessageEvent<string>) => {
      const message = z.safeParse(SimulatedMessage, JSON.parse(data));
      if (message.success) this.take([message.data]);
    };
  }

  private async loadMessages(phone: string): Promise<void> {
    const page = await this.api.get('/simulator/messages', Messages, { phone }).catch(() => null);
    if (page) this.take(page.items);
  }

  private take(messages: readonly SimulatedMessage[]): void {
    this.bySid.update((known) => new Map([...known, ...messages.map((one) => [one.sid, one] as const)]));
  }
}

function phoneOf(message: SimulatedMessage): string {
  return message.direction === 'fromPhone' ? message.from : message.to;
}

/** In a range that North America keeps for fiction: 555-0100 to 555-0199. */
function randomNumber(): string {
  const [area, line] = crypto.getRandomValues(new Uint16Array(2));
  return `+1${200 + (area! % 700)}55501${String(line! % 100).padStart(2, '0')}`;
}
