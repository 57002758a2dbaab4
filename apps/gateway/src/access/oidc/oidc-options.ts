import { ConfigError } from '@hawser/runtime';

/** Whose JWTs are taken. */
export interface OidcOptions {
  /** The issuer's URL, exactly as it stands in its tokens and in its discovery document. */
  issuer: string;
  /** One of a token's audiences must be this. */
  audience: string;
}

/** As `URL` writes it. */
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * From the two variables; undefined when no issuer is given.
 * @throws ConfigError an issuer without an audience (it would let in what is meant for any of the issuer's clients), or an
 *   audience without an issuer; or an issuer whose keys would come in the clear over a network: whoever is on the way could send their own
 */
export function readOidcOptions(variables: {
  OIDC_ISSUER: string | undefined;
  OIDC_AUDIENCE: string | undefined;
}): OidcOptions | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = variables;
  if (issuer === undefined && audience !== undefined) {
    throw new ConfigError(
      'OIDC_ISSUER must be set when OIDC_AUDIENCE is: the issuer whose JWTs are to be taken',
    );
  }
  if (issuer === undefined) return undefined;
  if (audience === undefined) {
    throw new ConfigError(
      `OIDC_AUDIENCE must be set when OIDC_ISSUER is: the audience (aud) in the JWTs of ${issuer} that are for Hawser`,
    );
  }
  const { protocol, hostname } = new URL(issuer);
  if (protocol !== 'https:' && !loopback.test(hostname)) {
    throw new ConfigError(`OIDC_ISSUER must be an https URL, unless on this machine (it is "${issuer}")`);
  }
  return { issuer, audience };
}
