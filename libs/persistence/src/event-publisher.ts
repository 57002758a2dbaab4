import type { EventEnvelope } from '@hawser/messaging';

/** Where events leave to. */
export abstract class EventPublisher {
  /** Resolves when every consumer has the event for good; rejects otherwise, and is then called again later. */
  abstract publish(envelope: EventEnvelope): Promise<void>;
}

/**
 * Publishes all at once. What has not worked within the deadline counts as not published, although it may still come to
 * that: consumers know a repetition by the event's id.
 */
export async function publishAll(
  publisher: EventPublisher,
  envelopes: readonly EventEnvelope[],
  deadlineMs: number,
): Promise<PromiseSettledResult<void>[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.allSettled(
      envelopes.map(async (envelope) => Promise.race([publisher.publish(envelope), late])),
    );
  } finally {
    clearTimeout(timer);
  }
}
