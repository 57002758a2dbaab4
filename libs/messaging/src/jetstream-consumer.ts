import { AckPolicy, type ConsumerConfig, DeliverPolicy, JetStreamApiError } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { allEvents, type EventStream, streamName } from './jetstream-stream.js';

/** Events that wait for another try count too, so it is far more than are handled at a time. */
const mostUnacknowledged = 10_000;
// "consumer name already in use" and "consumer already exists": it is there, with another configuration.
const otherwiseConfigured: readonly number[] = [10013, 10148];

/**
 * Makes the durable consumer of a group, and the stream before it, where they are not there; it begins with the oldest
 * event that the stream has.
 * @throws Error JetStream is off, away or refuses
 */
export async function ensureConsumer(stream: EventStream, group: string, ackWaitMs: number): Promise<void> {
  await stream.ensure();
  const { consumers } = await stream.manager;
  const changeable = { ack_wait: nanos(ackWaitMs), max_ack_pending: mostUnacknowledged, max_deliver: -1 };
  const config: ConsumerConfig = {
    ...changeable,
    durable_name: group,
    filter_subject: allEvents,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.Explicit,
  } as ConsumerConfig;
  await consumers.add(streamName, config).catch(async (error: unknown) => {
    if (!(error instanceof JetStreamApiError) || !otherwiseConfigured.includes(error.code)) throw error;
    await consumers.update(streamName, group, changeable);
  });
}
