import { isKeepable, ServiceError } from '@hawser/contracts';
import { jwtVerify, type JWTHeaderParameters, type JWTPayload } from 'jose';
import type { IssuerKeys } from './issuer-keys.js';
import { explainRefusal, refuse, timeOf } from './jwt-refusal.js';
import type { OidcOptions } from './oidc-options.js';

/** Asymmetric ones only: with a secret in common, whoever can verify can also sign. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
];
/** An access token by RFC 9068, or any JWT. Other kinds, such as logout tokens, are for other purposes. */
const types = ['jwt', 'at+jwt'];
/** By how much the issuer's clock may be ahead of ours. */
const clockToleranceSeconds = 30;
/** As a member's `user_id`. */
const maxSubjectLength = 128;

export interface VerifiedUser {
  /** The issuer's name for the user, in `sub`. */
  subject: string;
  /** ISO 8601. */
  expires_at: string;
}

/** Verifies the JWTs of one issuer that are meant for Hawser. RFC 7519 and RFC 8725. */
export class JwtVerifier {
  constructor(
    private readonly oidc: OidcOptions,
    private readonly keys: IssuerKeys,
  ) {}

  /**
   * @throws ServiceError unauthenticated, saying what is wrong and little else of what the token holds;
   *   service_unavailable, when the issuer's keys cannot be had
   */
  async verify(token: string): Promise<VerifiedUser> {
    try {
      const { payload, protectedHeader } = await jwtVerify(
        token,
        (header, jws) => this.keys.find(header, jws),
        {
          ...this.oidc,
          algorithms,
          requiredClaims: ['exp', 'sub'],
          clockTolerance: clockToleranceSeconds,
        },
      );
      requireType(protectedHeader);
      requireTimes(payload);
      return { subject: subjectOf(payload), expires_at: timeOf(payload.exp) };
    } catch (error) {
      throw error instanceof ServiceError ? error : explainRefusal(error as Error, this.oidc, algorithms);
    }
  }
}

function requireType({ typ }: JWTHeaderParameters): void {
  const type = String(typ ?? 'JWT').toLowerCase();
  // The prefix may be left out: RFC 7515 section 4.1.9.
  if (!types.includes(type.replace(/^application\//, ''))) {
    throw refuse('the token is of another type (typ) than JWT or at+jwt');
  }
}

/** What jose leaves open: it allows for clocks also in `exp`, and looks at `iat` only for the token's age. */
function requireTimes({ exp, iat }: JWTPayload): void {
  const nowSeconds = Date.now() / 1_000;
  if (exp === undefined || exp <= nowSeconds) throw refuse(`the token expired at ${timeOf(exp)}`);
  if (iat !== undefined && iat > nowSeconds + clockToleranceSeconds) {
    throw refuse(`the token was issued in the future, at ${timeOf(iat)}`);
  }
}

function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub === 'string' && sub !== '' && sub.length <= maxSubjectLength && isKeepable(sub)) return sub;
  throw refuse(`the token's sub must be a string of 1 to ${maxSubjectLength} characters`);
}
