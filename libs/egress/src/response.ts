import type { Dispatcher } from 'undici';
import { limited, type Allowance } from './body-limit.js';
import { decoded } from './decode.js';
import { EgressError } from './errors.js';
import type { Hop } from './request.js';

/** Answers that have no body, whatever their headers say. RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5 */
const bodiless = [204, 205, 304];

/**
 * What undici received as `fetch` hands it out, its body decoded and limited.
 * @param failure what a reader of the body is told of an error
 * @throws EgressError too_large: the stated length is more than what is left; protocol: an encoding that nobody asked for
 */
export function responseOf(
  { statusCode, headers: received, body }: Dispatcher.ResponseData,
  { url, method }: Hop,
  allowance: Allowance,
  failure: (error: unknown) => unknown,
): Response {
  // An error after the last reader has gone is nobody's.
  body.on('error', () => undefined);
  try {
    if (statusCode > 599)
      throw new EgressError('protocol', `the answer has status ${statusCode}, which HTTP does not have`);
    const headers = headersOf(received);
    const isBodiless = method === 'HEAD' || bodiless.includes(statusCode);
    if (isBodiless) body.resume();
    const stream = isBodiless ? null : streamOf(body, headers, allowance, failure);
    return withUrl(new Response(stream, { status: statusCode, headers }), url);
  } catch (error) {
    body.destroy();
    throw error;
  }
}

function streamOf(
  body: Dispatcher.ResponseData['body'],
  headers: Headers,
  allowance: Allowance,
  failure: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  allowance.check(Number(headers.get('content-length') ?? 0));
  const undecoded = allowance.copy();
  const source = decoded(body, headers.get('content-encoding'), (bytes) => undecoded.take(bytes));
  return limited(source, allowance, failure);
}

function headersOf(received: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(received))
    for (const value of [values].flat()) headers.append(name, value);
  return headers;
}

/** A Response that is made by hand does not know where it comes from. */
function withUrl(response: Response, { href }: URL): Response {
  return Object.defineProperty(response, 'url', { value: href });
}
