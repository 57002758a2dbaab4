import type { BusMessage } from '../bus.js';

/**
 * Which call a request is, for a cancellation to name. Random: request ids are for the callers to choose. A header of
 * its own, so that nobody else writes or reads anything more.
 */
const callHeader = 'hawser-call';

/** Tells every process of a service that the caller of one of its calls has left. */
export function cancellationSubject(service: string): string {
  return `hawser.broadcast.${service}.call.cancelled.v1`;
}

/** The request of a call that may be cancelled. */
export function withCallId({ data, headers }: BusMessage, callId: string): BusMessage {
  return { data, headers: { ...headers, [callHeader]: callId } };
}

/** Undefined if nobody will cancel the call. */
export function callIdOf(headers: Record<string, string>): string | undefined {
  return headers[callHeader];
}

/** The id is all there is: what else may arrive is an id that nobody knows, and no message is malformed. */
export function cancellationOf(callId: string): BusMessage {
  return { data: Buffer.from(callId), headers: {} };
}

/** The id of the call that is cancelled. */
export function cancelledCallId({ data }: BusMessage): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
}
