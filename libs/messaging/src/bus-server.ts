import type { AnyEvent, AnyRpc } from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Bus, BusMessage, Subscription } from './bus.js';
import { consumeEvent } from './event-dispatch.js';
import type { EventSource } from './events.js';
import { InFlight } from './in-flight.js';
import { answerRequest } from './request-dispatch.js';

export interface BusServerOptions {
  bus: Bus;
  /** The queue group: of all processes with this name one gets each request, and one each event. */
  service: string;
  /** Needed if the service has a method with `@Consumes`. */
  events?: EventSource;
}

type Registration =
  { contract: AnyRpc; handler: MessageHandler } | { contract: AnyEvent; handler: MessageHandler };

/**
 * Nest's way in: serves the methods with `@Handles` and `@Consumes` of one service over any bus. It does not
 * own the bus: whoever made it closes it, after the application.
 */
export class BusServer extends Server implements CustomTransportStrategy {
  protected override readonly logger = new Logger(BusServer.name);
  // Tells Nest that failures of consumers are not lost here.
  override readonly propagatesEventHandlerErrors = true;
  private readonly registrations = new Map<string, Registration>();
  private readonly running = new InFlight();
  private subscriptions: Subscription[] = [];

  constructor(private readonly options: BusServerOptions) {
    super();
  }

  /** How many requests and events are being handled now. */
  get inFlight(): number {
    return this.running.count;
  }

  /** Resolves when nothing is being handled. */
  idle(): Promise<void> {
    return this.running.zero();
  }

  /**
   * Called by Nest for each handler it finds.
   * @throws Error a second handler for a subject (Nest would let it replace the first), a handler without a
   *   contract, a consumer without a source of events
   */
  override addHandler(
    subject: string,
    handler: MessageHandler,
    isEventHandler = false,
    extras: { contract?: AnyRpc | AnyEvent } = {},
  ): void {
    const { contract } = extras;
    if (contract === undefined) throw new Error(`the handler of "${subject}" needs @Handles or @Consumes`);
    if (this.registrations.has(subject)) {
      throw new Error(`the service "${this.options.service}" has two handlers for "${subject}"`);
    }
    if (contract.kind === 'event' && this.options.events === undefined) {
      throw new Error(`the service "${this.options.service}" consumes "${subject}" but was given no events`);
    }
    super.addHandler(subject, handler, isEventHandler, extras);
    this.registrations.set(subject, { contract, handler } as Registration);
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      this.subscriptions = [...this.registrations.values()].map((registration) =>
        this.subscribe(registration),
      );
      await this.options.bus.flush();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes nothing new and resolves when all that was taken has been answered. */
  async close(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.drain()));
    await this.idle();
  }

  on(event: string): never {
    throw new Error(`there is no event "${event}" to listen to`);
  }

  unwrap<T>(): T {
    return this.options.bus as T;
  }

  private subscribe({ contract, handler }: Registration): Subscription {
    const { bus, service, events } = this.options;
    if (contract.kind === 'rpc') {
      const answer = (message: BusMessage): Promise<BusMessage> =>
        this.counted(() => answerRequest({ contract, handler, bus, logger: this.logger }, message));
      return bus.respond(contract.subject, service, answer);
    }
    if (events === undefined) throw new Error(`no events to consume "${contract.subject}" from`);
    const consume = (envelope: Uint8Array): Promise<void> =>
      this.counted(() => consumeEvent({ contract, handler, logger: this.logger }, envelope));
    return events.subscribe(contract.subject, service, consume);
  }

  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.running.begin();
    try {
      return await work();
    } finally {
      this.running.end();
    }
  }
}
