import type { AnyEvent, AnyRpc } from '@hawser/contracts';
import { Logger } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Bus, Subscription } from './bus.js';
import { OpenCalls } from './cancellation/open-calls.js';
import { consumeEvent } from './event-dispatch.js';
import type { EventSource } from './events.js';
import { answerRequest, type Translate } from './request-dispatch.js';
import { serverDurations, SubjectDurations } from './rpc-metrics.js';
import { serviceOf } from './service-of.js';
import { stackOf } from './stack-of.js';

export interface BusServerOptions {
  bus: Bus;
  /** The queue group: of all processes with this name one gets each request, and one each event. */
  service: string;
  /** Needed if the service has a method with `@Consumes`. */
  events?: EventSource;
  /** Knows errors of what the service stands on, such as a database that is away; others are answered as defects. */
  translate?: Translate;
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
  private readonly openCalls = new OpenCalls();
  private cancellations: Subscription[] = [];
  private subscriptions: Subscription[] = [];

  constructor(private readonly options: BusServerOptions) {
    super();
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
      this.cancellations = this.cancellableServices().map((service) =>
        this.openCalls.listen(this.options.bus, service),
      );
      this.subscriptions = [...this.registrations.values()].map((registration) =>
        this.subscribe(registration),
      );
      // A server that goes away at this very moment hears of them when it is back.
      await this.options.bus.flush().catch((error: unknown) => this.logger.warn(stackOf(error)));
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Takes nothing new and resolves when all that was taken has been answered; until then it can be cancelled. */
  async close(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.drain()));
    await Promise.all(this.cancellations.map((subscription) => subscription.drain()));
  }

  on(event: string): never {
    throw new Error(`there is no event "${event}" to listen to`);
  }

  unwrap<T>(): T {
    return this.options.bus as T;
  }

  /** Whose cancellations there are to hear; none where no call can be cancelled. */
  private cancellableServices(): string[] {
    const subjects = [...this.registrations.values()].flatMap(({ contract }) =>
      contract.kind === 'rpc' && contract.cancellable ? [serviceOf(contract.subject)] : [],
    );
    return [...new Set(subjects)];
  }

  private subscribe({ contract, handler }: Registration): Subscription {
    const { bus, service, events, translate } = this.options;
    const { logger } = this;
    if (contract.kind === 'rpc') {
      const durations = new SubjectDurations(serverDurations, contract.subject);
      const openCalls = contract.cancellable ? this.openCalls : undefined;
      const endpoint = { contract, handler, bus, logger, durations, translate, openCalls };
      return bus.respond(contract.subject, service, (message) => answerRequest(endpoint, message));
    }
    if (events === undefined) throw new Error(`no events to consume "${contract.subject}" from`);
    const consumer = { contract, handler, logger };
    return events.subscribe(contract.subject, service, (envelope) => consumeEvent(consumer, envelope));
  }
}
