import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { SeenRequest } from './peer.js';

/** Reads the JSON body of a request; undefined when it has none. */
export function bodyOf(request: IncomingMessage): Promise<unknown> {
  return json(request).catch(() => undefined);
}

export function seen(origin: string, request: IncomingMessage, body: unknown): SeenRequest {
  const rpc = (body as { method?: unknown } | undefined)?.method;
  return {
    method: request.method ?? '',
    url: `${origin}${request.url}`,
    headers: request.headers,
    ...(typeof rpc === 'string' && { rpc }),
  };
}
