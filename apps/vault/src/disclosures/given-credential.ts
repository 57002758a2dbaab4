import type { CredentialSummary, DisclosedCredential } from '@hawser/contracts/vault';
import { standingOf } from '../credentials/standing.js';
import type { AskedCredential, SealedCredential } from './asked-credential.repository.js';

/** Why there is no value. */
export type NoValue = Pick<DisclosedCredential, 'status' | 'status_reason' | 'retryable'>;

/** Nothing is wrong with it that anybody could mend: the next one who asks may get it. */
const notRenewedYet: NoValue = { status: 'active', status_reason: null, retryable: true };

const withoutValue: NoValue = {
  status: 'error',
  status_reason: 'it has no value: set one, or sign in again',
  retryable: false,
};

export const unreadable: NoValue = {
  status: 'error',
  status_reason: 'what is stored of it cannot be decrypted: set its value again, or sign in again',
  retryable: false,
};

/** What anybody who may read the workspace may know of it. */
export function summaryOf(row: AskedCredential, now: Date): CredentialSummary {
  const { id, name, type, allowed_origins, expires_at } = row;
  const { status, status_reason } = standingOf(row, now);
  return {
    id,
    name,
    type,
    status,
    status_reason,
    allowed_origins,
    expires_at: expires_at === null ? null : expires_at.toISOString(),
  };
}

/** Whether it is to be renewed before it is given out. */
export function isStale({ type, status, stale_at }: AskedCredential, now: Date): boolean {
  return type === 'oauth2' && status === 'active' && stale_at !== null && stale_at <= now;
}

/** Why there is no value to give out; null when there is one. What is left of a stale token's time is still good. */
export function whyNoValue(row: SealedCredential, now: Date): NoValue | null {
  const standing = standingOf(row, now);
  if (standing.status !== 'active') {
    // A renewal that the provider refused is tried again, until somebody has mended what stood in its way.
    return { ...standing, retryable: standing.status === 'error' && row.retry_at !== null };
  }
  if (row.expires_at !== null && row.expires_at <= now) return notRenewedYet;
  return row.sealed === null ? withoutValue : null;
}
