import { JetStreamApiError } from '@nats-io/jetstream';
import { jserrors } from '@nats-io/jetstream/internal';
import { errors } from '@nats-io/transport-node';

// https://github.com/nats-io/nats-server/blob/main/server/errors.json: what the server says when there is no room left.
const noRoomCodes: readonly number[] = [10002, 10023, 10028, 10047, 10077];

/** Nobody answered: JetStream is off, or the stream is not there. The client library tells the two not apart. */
export function isNobodyThere(error: unknown): boolean {
  return error instanceof jserrors.JetStreamNotEnabled && !(error.cause instanceof JetStreamApiError);
}

/** What is wrong with JetStream and what to do about it, for whoever reads the log. */
export function describeFailure(error: unknown): string {
  if (error instanceof jserrors.JetStreamNotEnabled) {
    return 'JetStream is not enabled on the NATS server: give its configuration a jetstream block with a store_dir';
  }
  if (error instanceof JetStreamApiError && noRoomCodes.includes(error.code)) {
    return `JetStream has no room left (${error.message}): give it a larger max_file_store, or a larger disk`;
  }
  if (error instanceof errors.TimeoutError) return 'JetStream did not answer in time';
  if (error instanceof JetStreamApiError) return `JetStream refuses: ${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
