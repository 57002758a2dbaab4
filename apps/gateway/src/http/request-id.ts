import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const form = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's own id when it is fit to be logged and passed on, else a new one. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && form.test(given) ? given : `req_${randomUUID()}`;
}
