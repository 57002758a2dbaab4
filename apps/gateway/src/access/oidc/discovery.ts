import { fetchJson } from './fetch-json.js';
import { shown } from './shown.js';

/**
 * Where the issuer publishes its keys. OpenID Connect Discovery 1.0, sections 4.1 and 4.3.
 * @throws Error that says what is wrong with its discovery document
 */
export async function findJwksUri(issuer: string, signal: AbortSignal): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await fetchJson(address, signal);
  const { issuer: named, jwks_uri } = Object(document) as { issuer?: unknown; jwks_uri?: unknown };
  if (named !== issuer) {
    throw new Error(`${address} is of the issuer ${shown(named)}, and not exactly of "${issuer}"`);
  }
  if (typeof jwks_uri !== 'string' || !isAsSafe(jwks_uri, issuer)) {
    throw new Error(`${address} has no jwks_uri that can be used (it is ${shown(jwks_uri)})`);
  }
  return jwks_uri;
}

/** Keys that come in the clear are anybody's. */
function isAsSafe(jwksUri: string, issuer: string): boolean {
  if (!URL.canParse(jwksUri)) return false;
  const { protocol } = new URL(jwksUri);
  return protocol === 'https:' || protocol === new URL(issuer).protocol;
}
