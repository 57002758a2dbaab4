import type { AuthorizationHint } from '@hawser/contracts/probe';
import type { Fetch } from '@hawser/egress';
import { hintWithinMs, maxUrlLength } from '../limits.js';
import { readProtectedResource } from '../oauth/protected-resource.js';
import type { Challenge } from './challenge.js';
import { unlessAborted, within } from './errand.js';
import { keepable } from './told.js';

/** More than any server has; what is longer is not for people. */
const maxItems = 100;
const maxScopeLength = 256;
/** Schemes of tokens that an authorization server gives out: RFC 6750 and RFC 9449. */
const oauthSchemes = ['bearer', 'dpop'];

/**
 * Where and for what to sign in: what the challenge says, and what the server's metadata (RFC 9728) say if they can be
 * had soon. Never fails.
 */
export async function authorizationHint(
  endpoint: URL,
  challenge: Challenge,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<AuthorizationHint> {
  const { scheme, resourceMetadataUrl, scopes } = challenge;
  const hint: AuthorizationHint = {
    ...(scheme !== undefined && { scheme }),
    ...(resourceMetadataUrl !== undefined && { resource_metadata_url: resourceMetadataUrl.href }),
    authorization_servers: [],
    scopes,
  };
  if (scheme !== undefined && !oauthSchemes.includes(scheme.toLowerCase())) return hint;
  const metadata = await within(hintWithinMs, signal, (soon) => {
    const soonFetch: Fetch = (url, init) => fetch(url, { ...init, signal: soon });
    return unlessAborted(soon, readProtectedResource(endpoint, challenge, soonFetch, []));
  }).catch(() => undefined);
  if (!metadata) return hint;
  const { authorization_servers: servers = [], scopes_supported: supported = [] } = metadata;
  hint.authorization_servers = servers.filter(isWebAddress).slice(0, maxItems);
  if (scopes.length === 0) {
    const telling = supported.filter(({ length }) => length > 0 && length <= maxScopeLength);
    hint.scopes = telling.slice(0, maxItems).map((scope) => keepable(scope));
  }
  return hint;
}

function isWebAddress(text: string): boolean {
  return text.length <= maxUrlLength && URL.canParse(text) && /^https?:/.test(text);
}
