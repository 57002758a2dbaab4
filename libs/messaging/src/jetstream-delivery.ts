import { type Msg, nanos } from '@nats-io/transport-node';

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/** One delivery of an event, and what the server is told about it. */
export class Delivery {
  constructor(private readonly message: Msg) {}

  get subject(): string {
    return this.message.subject;
  }

  get data(): Uint8Array {
    return this.message.data;
  }

  /** How often the event has been delivered, this time included. */
  get count(): number {
    // $JS.ACK.<stream>.<consumer>.<count>.… or, from newer servers, $JS.ACK.<domain>.<account>.<stream>.<consumer>.<count>.…
    const tokens = (this.message.reply ?? '').split('.');
    return Number(tokens[tokens.length === 9 ? 4 : 6]) || 1;
  }

  done(): void {
    this.message.respond('+ACK');
  }

  /** The consumer has failed: once more, later each time. */
  failed(): void {
    const delayMs = Math.min(firstDelayMs * 2 ** (this.count - 1), longestDelayMs);
    // Apart from each other, where many failed at once.
    this.giveBack(Math.round(delayMs * (1 - Math.random() / 10)));
  }

  /** After `delayMs` it goes to any member of the group. */
  giveBack(delayMs: number): void {
    this.message.respond(`-NAK {"delay": ${nanos(delayMs)}}`);
  }

  /** Still being handled: not to be given to anyone else yet. */
  working(): void {
    this.message.respond('+WPI');
  }
}
