import { EgressError, shown } from './errors.js';
import type { Hop } from './request.js';

/** Those that name another place to ask. RFC 9110, section 15.4 */
const statuses = [301, 302, 303, 307, 308];

/** What another origin may see. All else may be a secret of the first one: authorization, cookies, keys, session ids. */
const harmless = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'user-agent',
];

/** They describe a body. */
const ofTheBody = ['content-encoding', 'content-language', 'content-location', 'content-type'];

export function isRedirect(status: number): boolean {
  return statuses.includes(status);
}

/**
 * The request that a redirect asks for; its URL is still to be checked.
 * @param location of the answer
 * @throws EgressError redirect: it leads nowhere, or from https to http
 */
export function redirected(hop: Hop, status: number, location: string | null): Hop {
  const url = targetOf(hop.url, location);
  const headers = new Headers(hop.headers);
  if (url.origin !== hop.url.origin)
    for (const name of [...headers.keys()]) if (!harmless.includes(name)) headers.delete(name);
  if (!becomesGet(hop.method, status)) return { ...hop, url, headers };
  for (const name of ofTheBody) headers.delete(name);
  return { url, method: 'GET', headers, body: null };
}

/** https://fetch.spec.whatwg.org/#http-redirect-fetch, step 12 */
function becomesGet(method: string, status: number): boolean {
  return status === 303 ? method !== 'GET' && method !== 'HEAD' : status < 303 && method === 'POST';
}

function targetOf(from: URL, location: string | null): URL {
  if (location === null || !URL.canParse(location, from.href))
    throw new EgressError('redirect', `${shown(from)} redirects without saying where to`, { url: from });
  const url = new URL(location, from);
  if (from.protocol === 'https:' && url.protocol === 'http:')
    throw new EgressError(
      'redirect',
      `${shown(from)} redirects to ${shown(url)}, which would no longer be encrypted: use the https URL that is meant`,
      { url: from },
    );
  return url;
}
