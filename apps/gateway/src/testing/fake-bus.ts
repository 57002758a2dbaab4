import { NoResponderError, type Bus, type BusMessage, type Subscription } from '@hawser/messaging';

/** Every service at once: answers each subject with what it was told to, and notes what it was asked. */
export class FakeBus implements Bus {
  readonly maxPayloadBytes = 8 * 1024 * 1024;
  readonly asked: { subject: string; request: unknown; headers: Record<string, string> }[] = [];
  private readonly answers = new Map<string, unknown>();
  private readonly listeners: [subject: string, hear: (message: BusMessage) => void][] = [];
  private readonly outages: (() => void)[] = [];

  /** What a contract answers from now on, or makes of each request; an `Error` is what reaching it fails with. */
  answer({ subject }: { subject: string }, value: unknown): void {
    this.answers.set(subject, value);
  }

  async request(subject: string, { data, headers }: BusMessage): Promise<BusMessage> {
    const request: unknown = JSON.parse(Buffer.from(data).toString());
    this.asked.push({ subject, request, headers });
    if (!this.answers.has(subject)) throw new NoResponderError(subject);
    const answer = this.answers.get(subject);
    const value =
      typeof answer === 'function' ? await (answer as (request: unknown) => unknown)(request) : answer;
    if (value instanceof Error) throw value;
    return { data: Buffer.from(JSON.stringify(value)), headers: {} };
  }

  respond(): Subscription {
    throw new Error('the gateway answers no requests');
  }

  broadcast(subject: string, message: BusMessage): void {
    for (const [to, hear] of this.listeners) if (to === subject) hear(message);
  }

  listen(subject: string, hear: (message: BusMessage) => void): Subscription {
    this.listeners.push([subject, hear]);
    return { drain: () => Promise.resolve() };
  }

  /** What the next barriers do; tests change it. */
  barrier = (): Promise<void> => Promise.resolve();

  onOutage(lost: () => void): void {
    this.outages.push(lost);
  }

  /** The connection is lost, or back. */
  loseConnection(): void {
    for (const lost of this.outages) lost();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
