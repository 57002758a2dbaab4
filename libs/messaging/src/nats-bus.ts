import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import {
  connect,
  errors,
  headers as natsHeaders,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
} from '@nats-io/transport-node';
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
import { type NatsBusOptions, natsOptions } from './nats-options.js';
import { stackOf } from './stack-of.js';

/** How long a closing bus waits for a word of the server. Longer means that it is away, and nobody is waiting. */
const serverSilenceMs = 2_000;
const sayWaitingAfterMs = 2_000;

/** The bus between processes: NATS request and reply, with a queue group for each service. */
export class NatsBus implements Bus {
  readonly maxPayloadBytes = maxPayloadBytes;
  private readonly logger = new Logger(NatsBus.name);
  private readonly subscriptions = new Set<Subscription>();
  private closed = false;

  private constructor(private readonly connection: NatsConnection) {
    void this.logOutages();
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
    return new NatsBus(connection);
  }

  async request(subject: string, message: BusMessage, timeoutMs: number): Promise<BusMessage> {
    checkMessage(subject, message);
    try {
      const answer = await this.connection.request(subject, message.data, {
        timeout: timeoutMs,
        headers: toNatsHeaders(message.headers),
      });
      return fromNats(answer);
    } catch (error) {
      throw this.translated(error, subject, message, timeoutMs);
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
    let drained: Promise<void> | undefined;
    const drain = async (): Promise<void> => {
      if (this.connection.isClosed()) return;
      // Done when the server has confirmed it, after the last of its messages.
      await this.unlessSilent(registration.drain());
      await inFlight.zero();
      await this.unlessSilent(this.connection.flush());
      this.subscriptions.delete(subscription);
    };
    const subscription: Subscription = { drain: () => (drained ??= drain()) };
    this.subscriptions.add(subscription);
    return subscription;
  }

  async flush(): Promise<void> {
    await this.connection.flush();
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.drain()));
    if (this.connection.isClosed()) return;
    await this.unlessSilent(this.connection.flush());
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

  private translated(error: unknown, subject: string, message: BusMessage, timeoutMs: number): unknown {
    if (error instanceof errors.TimeoutError) return new DeadlineError(subject, timeoutMs);
    if (error instanceof errors.RequestError && error.isNoResponders()) return new NoResponderError(subject);
    if (this.closed || this.connection.isClosed()) return new BusClosedError(subject);
    // A reconnect may have led to a server with a lower limit.
    const limit = this.connection.info?.max_payload ?? maxPayloadBytes;
    const bytes = messageBytes(message);
    return bytes > limit ? new PayloadTooLargeError(subject, bytes, limit) : error;
  }

  /** A server that is away must not hold up a shutdown. */
  private async unlessSilent(confirmation: Promise<void>): Promise<void> {
    const patience = new AbortController();
    const silence = delay(serverSilenceMs, undefined, { signal: patience.signal });
    await Promise.race([confirmation, silence]).catch((error: unknown) => this.logger.warn(stackOf(error)));
    patience.abort();
    await silence.catch(() => undefined);
  }

  private async logOutages(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') this.logger.warn(`lost the NATS server ${status.server}`);
      if (status.type === 'reconnect') this.logger.log(`back at the NATS server ${status.server}`);
      if (status.type === 'error')
        this.logger.error('the NATS server refuses something', stackOf(status.error));
    }
  }
}

function toNatsHeaders(headers: Record<string, string>): MsgHdrs | undefined {
  const entries = Object.entries(headers);
  if (entries.length === 0) return undefined;
  const result = natsHeaders();
  for (const [name, value] of entries) result.set(name, value);
  return result;
}

function fromNats(message: Msg): BusMessage {
  const headers: Record<string, string> = {};
  for (const [name, [value]] of message.headers ?? []) headers[name.toLowerCase()] = value ?? '';
  return { data: message.data, headers };
}
