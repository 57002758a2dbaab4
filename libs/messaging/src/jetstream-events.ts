import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { Subscription } from './bus.js';
import { countPublished } from './event-metrics.js';
import { encodeEvent, type EventEnvelope, type EventSource } from './events.js';
import { InFlight } from './in-flight.js';
import { describeFailure, isNobodyThere } from './jetstream-failure.js';
import { JetStreamGroup, type Member } from './jetstream-group.js';
import { EventStream } from './jetstream-stream.js';
import type { NatsBus } from './nats-bus.js';

const acknowledgedWithinMs = 5_000;
/** How long the server waits for a word about an event before it gives it to somebody else. */
const defaultAckWaitMs = 30_000;

/** JetStream has not stored an event: publish it again, later. */
export class EventNotStoredError extends Error {
  override readonly name = 'EventNotStoredError';

  constructor(
    readonly eventId: string,
    cause: unknown,
  ) {
    super(`event ${eventId} was not stored: ${describeFailure(cause)}`, { cause });
  }
}

/**
 * Events between processes: kept for 7 days in a stream of JetStream, with a durable consumer for each group. NATS may
 * be away, at the start and at any time: publishing fails then, and consuming goes on when it is back.
 */
export class JetStreamEvents implements EventSource {
  private readonly stream: EventStream;
  private readonly client: JetStreamClient;
  private readonly groups = new Map<string, JetStreamGroup>();

  private constructor(
    private readonly bus: NatsBus,
    private readonly ackWaitMs: number,
  ) {
    this.stream = new EventStream(bus.connection);
    this.client = jetstream(bus.connection);
    bus.onOutage(() => {
      this.stream.forget();
      for (const group of this.groups.values()) group.shake();
    });
  }

  /**
   * Over the connection of a bus, which must be closed after the subscriptions have been drained. A consumer that is
   * silent for `ackWaitMs` (it says by itself that it is still at work) loses its event to another one.
   */
  static over(bus: NatsBus, { ackWaitMs = defaultAckWaitMs }: { ackWaitMs?: number } = {}): JetStreamEvents {
    return new JetStreamEvents(bus, ackWaitMs);
  }

  /**
   * Resolves when the stream has the event, from where every group gets it, those too that are away. The same id again
   * within 20 minutes is acknowledged and not stored a second time.
   * @throws EventNotStoredError NATS is away, JetStream is off or full, or there was no answer in time
   * @throws PayloadTooLargeError the envelope is longer than any bus would carry
   */
  publish(envelope: EventEnvelope): Promise<void> {
    return countPublished(this.store(envelope));
  }

  /**
   * The handlers of a group are to be registered in one turn: the group starts in the next one, and an event without
   * a handler is let go. A rejected event comes again after 1 s, later each time up to 60 s, for as long as it is kept.
   */
  subscribe(subject: string, group: string, handle: (envelope: Uint8Array) => Promise<void>): Subscription {
    const member: Member = { handle, inFlight: new InFlight() };
    const joined = this.group(group);
    joined.add(subject, member);
    let drained: Promise<void> | undefined;
    return { drain: () => (drained ??= joined.remove(subject, member)) };
  }

  private group(name: string): JetStreamGroup {
    const present = this.groups.get(name);
    if (present !== undefined && !present.over) return present;
    const group = new JetStreamGroup(name, this.bus, this.stream, this.ackWaitMs);
    this.groups.set(name, group);
    return group;
  }

  private async store(envelope: EventEnvelope): Promise<void> {
    const bytes = encodeEvent(envelope);
    try {
      if (!this.bus.connected) throw new Error('NATS cannot be reached');
      await this.stream.ensure();
      await this.send(envelope, bytes).catch(async (error: unknown) => {
        if (!isNobodyThere(error)) throw error;
        this.stream.forget();
        await this.stream.ensure();
        await this.send(envelope, bytes);
      });
    } catch (error) {
      throw new EventNotStoredError(envelope.id, error);
    }
  }

  private async send({ subject, id }: EventEnvelope, bytes: Uint8Array): Promise<void> {
    await this.client.publish(subject, bytes, { msgID: id, timeout: acknowledgedWithinMs });
  }
}
