import type { OAuthServer } from '../servers/oauth-server.js';

/**
 * What is wrong with the issuer that came with a code, RFC 9207 section 2.4: with another one's, the code was meant
 * for another server, which must not get it. Null: nothing.
 */
export function issuerFault(
  { name, issuer, iss_required }: OAuthServer,
  iss: string | null | undefined,
): string | null {
  if (!iss) return iss_required ? `is required: ${name} says that it always sends it` : null;
  if (issuer === null || iss === issuer) return null;
  return `must be ${issuer}, as the sign-in began at ${name}`;
}
