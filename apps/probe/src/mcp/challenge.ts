import { extractWWWAuthenticateParams } from '@modelcontextprotocol/client';
import { maxUrlLength } from '../limits.js';

/** What a 401 or 403 says about how to sign in (RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9728 section 5.1). */
export interface Challenge {
  /** As the server writes it: Bearer, Basic, … */
  scheme?: string;
  resourceMetadataUrl?: URL;
  scopes: string[];
}

/** RFC 9110 section 5.6.2; a longer one is no scheme that anybody knows. */
const scheme = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}(?=[ ,]|$)/;
/** RFC 6749 section 3.3, and no longer than a person would read. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;
const maxScopes = 100;

/** Reads the header `WWW-Authenticate`; what is malformed or far too long is left out. */
export function challengeOf(response: Response): Challenge {
  const named = scheme.exec(response.headers.get('www-authenticate') ?? '')?.[0];
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
  return {
    ...(named !== undefined && { scheme: named }),
    ...(resourceMetadataUrl !== undefined &&
      resourceMetadataUrl.href.length <= maxUrlLength && { resourceMetadataUrl }),
    scopes: usableScopes([...new Set((scope ?? '').split(' '))]),
  };
}

/** Those of the scopes that a server names which a person would read and an authorization server would take. */
export function usableScopes(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => scopeToken.test(scope)).slice(0, maxScopes);
}
