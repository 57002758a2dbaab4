import type { ServerResponse } from 'node:http';
import { ServiceError } from '@hawser/contracts';

/**
 * Aborts when the connection closes before the answer has been sent. By the response: a request's own `close`, and with
 * it Fastify's `request.signal`, comes as soon as the body has been read.
 */
export function goneSignal(response: ServerResponse): AbortSignal {
  const client = new AbortController();
  const gone = (): void => client.abort(new ServiceError('cancelled', 'the client left before its answer'));
  if (response.destroyed) gone();
  // Comes once for every response, at its end or at that of its connection, also where it waits its turn (pipelining).
  else {
    response.once('close', () => {
      if (!response.writableFinished) gone();
    });
  }
  return client.signal;
}
