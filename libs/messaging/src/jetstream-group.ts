import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { InFlight } from './in-flight.js';
import { ensureConsumer } from './jetstream-consumer.js';
import type { Delivery } from './jetstream-delivery.js';
import { describeFailure } from './jetstream-failure.js';
import { Pull } from './jetstream-pull.js';
import type { EventStream } from './jetstream-stream.js';
import type { NatsBus } from './nats-bus.js';
import { QueueGroups } from './queue-groups.js';
import { unlessSilent } from './unless-silent.js';

/** How many events of a group one process handles at a time. */
const parallel = 64;
/** Before an event that this process has no handler for any more comes again, best to another process. */
const giveBackMs = 200;
const firstRetryMs = 250;
const longestRetryMs = 15_000;

export interface Member {
  handle: (envelope: Uint8Array) => Promise<void>;
  inFlight: InFlight;
}

/** Not a failure: the server has been lost or is back, so it is time to look again. */
class Shaken extends Error {}

/**
 * What one process takes part in a group with: it asks JetStream for as many events as it can handle, hands them over
 * and says what became of them. Whatever happens to NATS, the stream or the consumer, it makes them again and goes on.
 */
export class JetStreamGroup {
  private readonly logger = new Logger('JetStreamEvents');
  private readonly members = new QueueGroups<Member>();
  private readonly active = new Set<Member>();
  private readonly running = new InFlight();
  private readonly held = new Set<Delivery>();
  private readonly keepingAlive: NodeJS.Timeout;
  private pull: Pull | undefined;
  private freed: () => void = nothing;
  private interrupt: (reason: Error) => void = nothing;
  private leaving = false;
  private left: Promise<void> | undefined;

  constructor(
    private readonly name: string,
    private readonly bus: NatsBus,
    private readonly stream: EventStream,
    private readonly ackWaitMs: number,
  ) {
    this.keepingAlive = setInterval(() => this.keepAlive(), ackWaitMs / 3).unref();
    // In a later turn, when every handler of the service is there: an event without one is let go.
    setImmediate(() => void this.run());
  }

  /** Whether its last member has left; it takes no new ones then. */
  get over(): boolean {
    return this.leaving;
  }

  add(subject: string, member: Member): void {
    this.members.add(subject, this.name, member);
    this.active.add(member);
  }

  /** Resolves when the member has handled all that it had taken, and the server knows. */
  async remove(subject: string, member: Member): Promise<void> {
    this.members.remove(subject, this.name, member);
    this.active.delete(member);
    if (this.active.size === 0) this.left ??= this.leave();
    await (this.left ?? member.inFlight.zero().then(() => this.told()));
  }

  /** The server has been lost or is back: what is being waited for may never come. */
  shake(): void {
    const reason = new Shaken();
    this.interrupt(reason);
    this.pull?.fail(reason);
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.leaving; failures += 1) {
      try {
        if (!this.bus.connected) await this.until(new Promise<never>(nothing));
        await this.until(ensureConsumer(this.stream, this.name, this.ackWaitMs));
        if (failures > 0) this.logger.log(`the consumer "${this.name}" gets events again`);
        failures = 0;
        await this.consume();
      } catch (error) {
        this.stream.forget();
        if (!(error instanceof Shaken)) await this.pause(failures, error);
      }
    }
  }

  private async consume(): Promise<void> {
    while (!this.leaving) {
      await this.until(this.room());
      const batch = parallel - this.running.count;
      this.pull = new Pull(this.bus.connection, this.name, batch, (delivery) => this.take(delivery));
      await this.pull.ended;
    }
  }

  private take(delivery: Delivery): void {
    if (this.leaving) return delivery.giveBack(giveBackMs);
    const [turn] = this.members.take(delivery.subject);
    if (turn === undefined) return delivery.done();
    if (turn.member === undefined) return delivery.giveBack(giveBackMs);
    void this.handle(turn.member, delivery);
  }

  private async handle(member: Member, delivery: Delivery): Promise<void> {
    member.inFlight.begin();
    this.running.begin();
    this.held.add(delivery);
    try {
      await member.handle(delivery.data);
      delivery.done();
    } catch {
      // Logged by the consumer, which knows more.
      delivery.failed();
    } finally {
      this.held.delete(delivery);
      this.running.end();
      member.inFlight.end();
      this.freed();
    }
  }

  private keepAlive(): void {
    for (const delivery of this.held) delivery.working();
  }

  private async leave(): Promise<void> {
    this.leaving = true;
    this.interrupt(new Shaken());
    await this.pull?.ended.catch(nothing);
    await this.running.zero();
    clearInterval(this.keepingAlive);
    await this.told();
  }

  /** Resolves when the server has every word about events that were handled. */
  private told(): Promise<void> {
    return unlessSilent(this.bus.barrier(), this.logger);
  }

  private async room(): Promise<void> {
    if (this.running.count >= parallel) await new Promise<void>((resolve) => (this.freed = resolve));
  }

  private async pause(failures: number, error: unknown): Promise<void> {
    const pauseMs = Math.min(firstRetryMs * 2 ** failures, longestRetryMs) * (0.5 + Math.random() / 2);
    this.logger.warn(
      `the consumer "${this.name}" gets no events and tries again in ${Math.round(pauseMs)} ms: ${describeFailure(error)}`,
    );
    await this.until(delay(pauseMs, undefined, { ref: false })).catch(nothing);
  }

  /** Waits, until it is shaken. */
  private until<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.interrupt = reject;
      work.then(resolve, reject);
    });
  }
}

function nothing(): void {
  return;
}
