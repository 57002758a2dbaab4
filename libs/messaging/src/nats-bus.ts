import { Logger } from '@nestjs/common';
import { connect, type ConnectionOptions, type Msg, type NatsConnection } from '@nats-io/transport-node';
import {
  type Bus,
  BusClosedError,
  type BusMessage,
  checkMessage,
  DeadlineError,
  maxPayloadBytes,
  messageBytes,
  NoResponderError,
  PayloadTooLargeError,
  type Subscription,
} from './bus.js';
import { InFlight } from './in-flight.js';
import { fromNats, toNatsHeaders } from './nats-message.js';
import { type NatsBusOptions, natsOptions } from './nats-options.js';
import { NatsOutages } from './nats-outages.js';
import { NatsRequests } from './nats-requests.js';
import { SharedFlush } from './shared-flush.js';
import { stackOf } from './stack-of.js';
import { unlessSilent } from './unless-silent.js';

const sayWaitingAfterMs = 2_000;
/** How long a barrier waits for the server, which answers within a millisecond or is not well. */
const barrierMs = 1_000;

/** The bus between processes: NATS request and reply, with a queue group for each service, and broadcasts without. */
export class NatsBus implements Bus {
  readonly maxPayloadBytes = maxPayloadBytes;
  private readonly logger = new Logger(NatsBus.name);
  private readonly subscriptions = new Set<Subscription>();
  private readonly outages: NatsOutages;
  private readonly requests: NatsRequests;
  private readonly barriers = new SharedFlush(() => this.ping());
  private closed = false;

  /** `connection` is for what NATS offers beyond a bus; it stays this bus's to close. */
  private constructor(readonly connection: NatsConnection) {
    this.outages = new NatsOutages(connection);
    this.requests = new NatsRequests(connection);
  }

  /** Whether the server is there, as far as the client has noticed. */
  get connected(): boolean {
    return this.outages.connected;
  }

  /**
   * Connects, waiting for as long as the server cannot be reached, and reconnects for ever after.
   * @throws Error the server allows less than `maxPayloadBytes` in one message, or refuses the credentials
   */
  static async connect(options: NatsBusOptions): Promise<NatsBus> {
    const waiting = setTimeout(
      () => new Logger(NatsBus.name).warn('the NATS server cannot be reached yet; waiting for it'),
      sayWaitingAfterMs,
    );
    const connection = await connect(natsOptions(options)).finally(() => clearTimeout(waiting));
    const serverLimit = connection.info?.max_payload ?? 0;
    if (serverLimit < maxPayloadBytes) {
      await connection.close();
      throw new Error(
        `the NATS server takes messages of at most ${serverLimit} bytes: set its max_payload to ${maxPayloadBytes}`,
      );
    }
    keepTrying(connection);
    return new NatsBus(connection);
  }

  async request(subject: string, message: BusMessage, timeoutMs: number): Promise<BusMessage> {
    checkMessage(subject, message);
    try {
      // The client throws away what it is given now when it dials again: say that nobody has had it.
      if (!this.connected && !this.connection.isClosed()) throw new NoResponderError(subject);
      return await this.requests.send(subject, message, timeoutMs);
    } catch (error) {
      throw this.translated(error, subject, message);
    }
  }

  respond(
    subject: string,
    group: string,
    handle: (message: BusMessage) => Promise<BusMessage>,
  ): Subscription {
    if (this.connection.isClosed()) throw new BusClosedError(subject);
    const inFlight = new InFlight();
    const registration = this.connection.subscribe(subject, {
      queue: group,
      callback: (error, message) => {
        if (error) this.logger.error(`the subscription to ${subject} has failed`, stackOf(error));
        else void this.answer(subject, message, inFlight, handle);
      },
    });
    return this.registered(async () => {
      // Done when the server has confirmed it, after the last of its messages.
      await unlessSilent(registration.drain(), this.logger);
      await inFlight.zero();
      await unlessSilent(this.connection.flush(), this.logger);
    });
  }

  broadcast(subject: string, message: BusMessage): void {
    checkMessage(subject, message);
    try {
      this.connection.publish(subject, message.data, { headers: toNatsHeaders(message.headers) });
    } catch (error) {
      throw this.translated(error, subject, message);
    }
  }

  listen(subject: string, handle: (message: BusMessage) => void): Subscription {
    if (this.connection.isClosed()) throw new BusClosedError(subject);
    const registration = this.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) this.logger.error(`the subscription to ${subject} has failed`, stackOf(error));
        else this.hear(subject, message, handle);
      },
    });
    return this.registered(() => unlessSilent(registration.drain(), this.logger));
  }

  barrier(): Promise<void> {
    return this.barriers.join();
  }

  onOutage(listener: () => void): void {
    this.outages.add(listener);
  }

  async flush(): Promise<void> {
    await this.connection.flush();
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.drain()));
    if (this.connection.isClosed()) return;
    await unlessSilent(this.connection.flush(), this.logger);
    this.closed = true;
    await this.connection.close();
  }

  private async answer(
    subject: string,
    message: Msg,
    inFlight: InFlight,
    handle: (message: BusMessage) => Promise<BusMessage>,
  ): Promise<void> {
    inFlight.begin();
    try {
      const { data, headers } = await handle(fromNats(message));
      checkMessage(subject, { data, headers });
      message.respond(data, { headers: toNatsHeaders(headers) });
    } catch (error) {
      this.logger.error(`no answer left for a request to ${subject}`, stackOf(error));
    } finally {
      inFlight.end();
    }
  }

  private translated(error: unknown, subject: string, message: BusMessage): unknown {
    if (error instanceof DeadlineError || error instanceof NoResponderError) return error;
    if (this.closed || this.connection.isClosed()) return new BusClosedError(subject);
    // A reconnect may have led to a server with a lower limit.
    const limit = this.connection.info?.max_payload ?? maxPayloadBytes;
    const bytes = messageBytes(message);
    return bytes > limit ? new PayloadTooLargeError(subject, bytes, limit) : error;
  }

  /** A subscription that `close` drains too, and that is drained once however often it is asked. */
  private registered(leave: () => Promise<void>): Subscription {
    let drained: Promise<void> | undefined;
    const drain = async (): Promise<void> => {
      if (this.connection.isClosed()) return;
      await leave();
      this.subscriptions.delete(subscription);
    };
    const subscription: Subscription = { drain: () => (drained ??= drain()) };
    this.subscriptions.add(subscription);
    return subscription;
  }

  private hear(subject: string, message: Msg, handle: (message: BusMessage) => void): void {
    try {
      handle(fromNats(message));
    } catch (error) {
      this.logger.error(`a listener to ${subject} has failed`, stackOf(error));
    }
  }

  /** The server writes what it has for a connection in order, so its answer comes after all that it held before. */
  private async ping(): Promise<void> {
    if (this.closed || this.connection.isClosed()) throw new BusClosedError('the NATS server');
    if (!this.connected) throw new NoResponderError('the NATS server');
    const silent = Promise.withResolvers<never>();
    const giveUp = (): void => silent.reject(new DeadlineError('the NATS server', barrierMs));
    // After a busy turn the answer may be there but not read yet: let it be read first.
    const timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), barrierMs);
    try {
      await Promise.race([this.connection.flush(), silent.promise]);
    } catch (error) {
      throw error instanceof DeadlineError ? error : new NoResponderError('the NATS server');
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * At the start refused credentials end the program with a word. Later they must not: the server may come back before
 * its list of users does. The client reads this option at each refusal.
 */
function keepTrying(connection: NatsConnection & { options?: ConnectionOptions }): void {
  if (connection.options) connection.options.ignoreAuthErrorAbort = true;
}
