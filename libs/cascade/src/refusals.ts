import type { ProblemCode } from './answer.js';
import type { DisclosedCredential } from './credentials.js';
import { describeTarget, originOfTarget, type Target } from './target.js';

/** Why a credential is not put in. */
export interface Refusal {
  readonly code: ProblemCode;
  /** What is wrong and what to do, as the end of a sentence that begins with the credential. */
  readonly reason: string;
}

/** Why a credential may not or cannot be used for a target; null if nothing is in the way. */
export function refusalOf(credential: DisclosedCredential, target: Target): Refusal | null {
  return keptFromTarget(credential, target) ?? notActive(credential) ?? withoutValue(credential);
}

/** Whoever configured the server. A process has no origin. */
function keptFromTarget({ allowed_origins }: DisclosedCredential, target: Target): Refusal | null {
  if (allowed_origins === null) return null;
  const origin = originOfTarget(target);
  if (origin !== null && allowed_origins.includes(origin)) return null;
  return {
    code: 'credential_withheld',
    reason:
      `is only for ${allowed_origins.join(', ')}, and not for ${describeTarget(target)}: ` +
      `change its allowed_origins, or take another one`,
  };
}

function notActive({ type, status, status_reason }: DisclosedCredential): Refusal | null {
  if (status === 'active') return null;
  if (status === 'pending')
    return { code: 'credential_missing', reason: 'holds nothing yet: sign in for it' };
  // Its reason says what to do, which need not be to sign in.
  if (status === 'error')
    return { code: 'credential_expired', reason: `cannot be used: ${status_reason ?? renewal(type)}` };
  const why = status_reason === null ? status : `${status}: ${status_reason}`;
  return { code: 'credential_expired', reason: `cannot be used any more (${why}); ${renewal(type)}` };
}

function withoutValue({ type, value, retryable }: DisclosedCredential): Refusal | null {
  if (value !== null) return null;
  return retryable
    ? {
        code: 'credential_unavailable',
        reason: 'could not be renewed at the moment: ask again in some seconds',
      }
    : { code: 'credential_expired', reason: `cannot be used any more: ${renewal(type)}` };
}

function renewal(type: string): string {
  return type === 'oauth2' ? 'sign in for it again' : 'store a new value';
}
