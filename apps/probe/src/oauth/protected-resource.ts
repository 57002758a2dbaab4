import type { Fetch } from '@hawser/egress';
import {
  checkResourceAllowed,
  resourceUrlFromServerUrl,
  specTypeSchemas,
  type OAuthProtectedResourceMetadata,
  type StandardSchemaV1Sync,
} from '@modelcontextprotocol/client';
import { maxUrlLength } from '../limits.js';
import type { Challenge } from '../mcp/challenge.js';
import { shown, stepAt, type DiscoveryStep } from './discovery-step.js';
import { readDocument } from './metadata-document.js';

const wellKnown = '/.well-known/oauth-protected-resource';
const step = 'protected resource metadata';
// The package declares its output as any.
const schema = specTypeSchemas.OAuthProtectedResourceMetadata as StandardSchemaV1Sync<
  unknown,
  OAuthProtectedResourceMetadata
>;

/**
 * Where a server says, in a document of RFC 9728, that its users sign in. Never throws for what the peer does; each
 * place that was looked at becomes a step.
 * @returns undefined: there is no such document; null: there is one, but it speaks for another server and is refused
 */
export async function readProtectedResource(
  serverUrl: URL,
  challenge: Challenge | undefined,
  fetch: Fetch,
  steps: DiscoveryStep[],
): Promise<OAuthProtectedResourceMetadata | null | undefined> {
  for (const url of placesOf(serverUrl, challenge)) {
    const read = await readDocument(url, schema, fetch);
    if ('outcome' in read) {
      steps.push(stepAt(url, step, read.outcome));
      continue;
    }
    const { resource, authorization_servers: servers = [] } = read.document;
    if (!covers(resource, serverUrl)) {
      const { origin, pathname } = serverUrl;
      steps.push(stepAt(url, step, `resource is ${shown(resource)}, not ${origin}${pathname}: refused`));
      return null;
    }
    const named = servers.length === 0 ? 'names no authorization server' : `names ${servers.join(', ')}`;
    steps.push(stepAt(url, step, named));
    return read.document;
  }
  return undefined;
}

/** The server's own URL, or one that it lies below; a fragment has no place in it (RFC 8707 section 2). */
function covers(resource: string, serverUrl: URL): boolean {
  const requestedResource = resourceUrlFromServerUrl(serverUrl);
  const isUsable = resource.length <= maxUrlLength && !resource.includes('#');
  return isUsable && checkResourceAllowed({ requestedResource, configuredResource: resource });
}

/** Where the document may be, in the order of the MCP authorization specification. */
function placesOf(serverUrl: URL, challenge: Challenge | undefined): URL[] {
  const root = new URL(wellKnown, serverUrl);
  const ofPath = new URL(wellKnown + serverUrl.pathname.replace(/\/$/, ''), serverUrl);
  ofPath.search = serverUrl.search;
  const places = [challenge?.resourceMetadataUrl, ofPath, root].filter((place) => place !== undefined);
  return [...new Map(places.map((place) => [place.href, place])).values()];
}
