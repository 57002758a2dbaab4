import { ConfigError } from '@hawser/runtime';

/** Whose JWTs are taken. */
export interface OidcOptions {
  /** The issuer's URL, exactly as it stands in its tokens and in its discovery document. */
  issuer: string;
  /** One of a token's audiences must be this. */
  audience: string;
}

/**
 * From the two variables; undefined when no issuer is given.
 * @throws ConfigError an issuer without an audience: it would let in what is meant for any of the issuer's clients
 */
export function readOidcOptions(variables: {
  OIDC_ISSUER: string | undefined;
  OIDC_AUDIENCE: string | undefined;
}): OidcOptions | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = variables;
  if (issuer === undefined) return undefined;
  if (audience !== undefined) return { issuer, audience };
  throw new ConfigError(
    `OIDC_AUDIENCE must be set when OIDC_ISSUER is: the audience (aud) in the JWTs of ${issuer} that are for Hawser`,
  );
}
