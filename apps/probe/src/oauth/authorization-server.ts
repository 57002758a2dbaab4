import { checkUrl, EgressError, type EgressPolicy, type Fetch } from '@hawser/egress';
import {
  buildDiscoveryUrls,
  specTypeSchemas,
  type AuthorizationServerMetadata,
  type StandardSchemaV1Sync,
} from '@modelcontextprotocol/client';
import { maxUrlLength } from '../limits.js';
import { outcomeOf, shown, stepAt, type DiscoveryStep } from './discovery-step.js';
import { readDocument } from './metadata-document.js';

const step = 'authorization server metadata';
type Schema = StandardSchemaV1Sync<unknown, AuthorizationServerMetadata>;
// The package declares their output as any.
const schemas = {
  oauth: specTypeSchemas.OAuthMetadata as Schema,
  oidc: specTypeSchemas.OpenIdProviderDiscoveryMetadata as Schema,
};
const endpoints = ['authorization_endpoint', 'token_endpoint', 'registration_endpoint'] as const;
const revocation = 'revocation_endpoint';

/**
 * What an authorization server says of itself (RFC 8414, OpenID Connect Discovery 1.0), at the first of its places that
 * has a document which is fit for use. Never throws for what the peer does; each place becomes a step.
 * @param issuer as somebody named it: the document has to name itself by the same characters
 */
export async function readAuthorizationServer(
  issuer: string,
  policy: EgressPolicy,
  fetch: Fetch,
  steps: DiscoveryStep[],
): Promise<AuthorizationServerMetadata | undefined> {
  const refusal = refusalOf(issuer, policy);
  if (refusal !== undefined) {
    steps.push({ step, url: shown(issuer), outcome: refusal });
    return undefined;
  }
  for (const { url, type } of buildDiscoveryUrls(issuer)) {
    const read = await readDocument(url, schemas[type], fetch);
    const outcome = 'outcome' in read ? read.outcome : faultOf(read.document, issuer, policy);
    steps.push(stepAt(url, step, outcome ?? 'found'));
    if ('document' in read && outcome === undefined) return read.document;
  }
  return undefined;
}

/** RFC 7009. OpenID Connect has no such field, so its schema does not check what is in it. */
export function revocationEndpointOf(metadata: AuthorizationServerMetadata): string | undefined {
  const url = revocation in metadata ? metadata[revocation] : undefined;
  return typeof url === 'string' ? url : undefined;
}

/** Why a document must not be used. */
function faultOf(
  metadata: AuthorizationServerMetadata,
  issuer: string,
  policy: EgressPolicy,
): string | undefined {
  if (!isIssuer(metadata.issuer, issuer)) {
    return `issuer is ${shown(metadata.issuer)}, not ${issuer}: refused`;
  }
  const urls = endpoints.map((endpoint) => [endpoint, metadata[endpoint]] as const);
  for (const [endpoint, url] of [...urls, [revocation, revocationEndpointOf(metadata)] as const]) {
    const refusal = url === undefined ? undefined : refusalOf(url, policy);
    if (refusal !== undefined) return `${endpoint} is refused: ${refusal}`;
  }
  return undefined;
}

/** RFC 8414 section 3.3. A bare origin has a slash in a URL and, as an issuer, mostly none. */
function isIssuer(given: string, asked: string): boolean {
  return given === asked || `${given}/` === asked;
}

function refusalOf(url: string, policy: EgressPolicy): string | undefined {
  if (url.length > maxUrlLength) return `longer than ${maxUrlLength} characters`;
  try {
    checkUrl(url, policy);
    return undefined;
  } catch (error) {
    if (error instanceof EgressError) return outcomeOf(error);
    throw error;
  }
}
