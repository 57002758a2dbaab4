import { acceptEncoding } from './decode.js';
import { EgressError } from './errors.js';

/** One request of an errand, ready to be sent, and to be sent again elsewhere when it is redirected. */
export interface Hop {
  url: URL;
  method: string;
  headers: Headers;
  body: Uint8Array | null;
}

/** About the connection, which is ours: a `host` of one's own would be a way to another name. RFC 9110, section 7.6.1 */
const ofTheConnection = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * @param init as for `fetch`; headers about the connection are left out
 * @throws EgressError protocol: not valid in HTTP, or a body that could not be sent twice
 */
export async function hopTo(url: URL, init: RequestInit): Promise<Hop> {
  const { method, headers, body } = requestTo(url, init);
  for (const name of ofTheConnection) headers.delete(name);
  if (!headers.has('accept')) headers.set('accept', '*/*');
  headers.set('accept-encoding', acceptEncoding);
  return { url, method, headers, body: body && new Uint8Array(await new Response(body).arrayBuffer()) };
}

/** The errors of Request and Headers quote what they do not like; it may be secret. */
function requestTo(url: URL, { method, headers, body }: RequestInit): Request {
  const checked = headersOf(headers, url);
  try {
    return new Request(url, { method, headers: checked, body });
  } catch {
    throw new EgressError(
      'protocol',
      'the request cannot be sent: the method is not allowed, or not with a body, or the body is a stream; give a string or bytes',
      { url },
    );
  }
}

function headersOf(init: RequestInit['headers'], url: URL): Headers {
  const isList = init !== undefined && Symbol.iterator in init;
  const entries = (isList ? [...init] : Object.entries(init ?? {})) as [string, string][];
  const headers = new Headers();
  for (const [name, value] of entries)
    try {
      headers.append(name, value);
    } catch {
      throw new EgressError('protocol', `header ${JSON.stringify(name)} or its value is not valid in HTTP`, {
        url,
      });
    }
  return headers;
}
