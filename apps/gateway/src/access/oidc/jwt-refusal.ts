import { ServiceError } from '@hawser/contracts';
import { errors } from 'jose';
import type { OidcOptions } from './oidc-options.js';
import { shown } from './shown.js';

/** The last moment that ISO 8601 writes with a year of four digits. */
const lastTimeMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function refuse(message: string): ServiceError {
  return new ServiceError('unauthenticated', message);
}

/** ISO 8601 of seconds since 1970, of which a token may hold any number. */
export function timeOf(seconds: unknown): string {
  const ms = Number(seconds) * 1_000;
  return new Date(Math.max(0, Math.min(ms, lastTimeMs)) || 0).toISOString();
}

/** What jose found wrong, in words for whoever sent the token. */
export function explainRefusal(error: Error, oidc: OidcOptions, algorithms: readonly string[]): ServiceError {
  if (error instanceof errors.JWTExpired) return refuse(`the token expired at ${timeOf(error.payload.exp)}`);
  if (error instanceof errors.JWTClaimValidationFailed) return refuse(explainClaim(error, oidc));
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return refuse(`the token's algorithm (alg) is none of ${algorithms.join(', ')}`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refuse("the token's signature does not fit: it was changed, or is not of the key that it names");
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return refuse(`the token is signed with a key that the issuer ${oidc.issuer} does not publish`);
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return refuse(`the token does not say (kid) which of the keys of ${oidc.issuer} it is signed with`);
  }
  if (error instanceof errors.JOSEError)
    return refuse('the token looks like a JWT, and cannot be read as one');
  // A key of the issuer's that is too short, or malformed.
  return refuse(`the token cannot be verified with the key that it names: ${error.message}`);
}

function explainClaim(
  { claim, reason, payload }: errors.JWTClaimValidationFailed,
  { issuer, audience }: OidcOptions,
): string {
  if (reason === 'missing') return `the token has no ${claim}`;
  if (claim === 'iss') return `the token is of the issuer ${shown(payload.iss)}, and must be of "${issuer}"`;
  if (claim === 'aud')
    return `the token is for the audience ${shown(payload.aud)}, and must be for "${audience}"`;
  if (claim === 'nbf' && reason === 'check_failed')
    return `the token is not valid before ${timeOf(payload.nbf)}`;
  return `the token's ${claim} cannot be read`;
}
