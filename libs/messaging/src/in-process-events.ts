import type { Subscription } from './bus.js';
import { countPublished } from './event-metrics.js';
import { encodeEvent, type EventEnvelope, type EventSource } from './events.js';
import { InFlight } from './in-flight.js';
import { QueueGroups } from './queue-groups.js';

/** How long a consumer may take for one event. */
const defaultDeadlineMs = 10_000;

interface Consumer {
  handle: (envelope: Uint8Array) => Promise<void>;
  inFlight: InFlight;
}

/** Some consumers have not acknowledged an event: publish it again, later. */
export class EventDeliveryError extends Error {
  override readonly name = 'EventDeliveryError';

  constructor(
    readonly eventId: string,
    /** The groups that failed, with what they threw. */
    readonly failures: readonly { group: string; reason: unknown }[],
  ) {
    const reasons = failures.map(({ group, reason }) => `${group}: ${messageOf(reason)}`);
    super(`event ${eventId} was not taken by ${reasons.join('; ')}`);
  }
}

/**
 * Events within one process, delivered while `publish` waits. What is not acknowledged is the publisher's to
 * repeat: the outbox keeps it. A group that has left stays known, so that events wait for its return in the
 * outbox rather than count as delivered.
 */
export class InProcessEvents implements EventSource {
  private readonly consumers = new QueueGroups<Consumer>();

  constructor(private readonly deadlineMs = defaultDeadlineMs) {}

  /**
   * Resolves when one member of every group that ever subscribed has acknowledged the event; at once if none has.
   * @throws EventDeliveryError names the groups that failed, were late or have left
   * @throws PayloadTooLargeError the envelope is longer than any bus would carry
   */
  publish(envelope: EventEnvelope): Promise<void> {
    return countPublished(this.deliverToAll(envelope));
  }

  subscribe(subject: string, group: string, handle: (envelope: Uint8Array) => Promise<void>): Subscription {
    const consumer: Consumer = { handle, inFlight: new InFlight() };
    this.consumers.add(subject, group, consumer);
    return {
      drain: () => {
        this.consumers.remove(subject, group, consumer);
        return consumer.inFlight.zero();
      },
    };
  }

  private async deliverToAll(envelope: EventEnvelope): Promise<void> {
    const bytes = encodeEvent(envelope);
    const takers = this.consumers.take(envelope.subject);
    const outcomes = await Promise.allSettled(takers.map(({ member }) => this.deliver(member, bytes)));
    const failures = outcomes.flatMap((outcome, index) => {
      const group = takers[index]?.group ?? '';
      return outcome.status === 'rejected' ? [{ group, reason: outcome.reason as unknown }] : [];
    });
    if (failures.length > 0) throw new EventDeliveryError(envelope.id, failures);
  }

  private async deliver(consumer: Consumer | undefined, bytes: Uint8Array): Promise<void> {
    if (consumer === undefined) throw new Error('has stopped listening');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`took longer than ${this.deadlineMs} ms`)), this.deadlineMs);
    });
    try {
      await Promise.race([handOver(consumer, bytes), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function handOver(consumer: Consumer, bytes: Uint8Array): Promise<void> {
  consumer.inFlight.begin();
  try {
    // In a turn of its own: a consumer never runs inside the publisher.
    await new Promise((resolve) => setImmediate(resolve));
    await consumer.handle(new Uint8Array(bytes));
  } finally {
    consumer.inFlight.end();
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
