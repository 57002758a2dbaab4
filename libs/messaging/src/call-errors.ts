import { ServiceError } from '@hawser/contracts';
import { BusClosedError, DeadlineError, NoResponderError, PayloadTooLargeError } from './bus.js';
import { CallCancelledError } from './cancellation/call-cancelled-error.js';

/** What a caller is told when it got no answer of `service` within `timeoutMs`; any other error as it is. */
export function toServiceError(error: unknown, service: string, timeoutMs: number): unknown {
  if (error instanceof NoResponderError || error instanceof BusClosedError) {
    return new ServiceError(
      'service_unavailable',
      `the service "${service}" is not available, try again later`,
      { service, retry_after_seconds: 1 },
    );
  }
  if (error instanceof DeadlineError) {
    const message = `the service "${service}" did not answer within ${timeoutMs} ms`;
    return new ServiceError('service_timeout', message, { service });
  }
  if (error instanceof CallCancelledError) return error.toServiceError(service);
  if (error instanceof PayloadTooLargeError) {
    const message = `the request has ${error.bytes} bytes, at most ${error.limitBytes} can be sent`;
    return new ServiceError('payload_too_large', message, { limit_bytes: error.limitBytes });
  }
  return error;
}
