import type { RenewableCredential } from './renewable-credential.repository.js';

/**
 * `fresh`: there is nothing to renew, or nothing any more; `failed`: not now, a later try may do; `dead`: somebody has to
 * sign in again; `gone`: there is no such credential.
 */
export type RefreshOutcome = 'fresh' | 'failed' | 'dead' | 'gone';

/** What there is to say without trying; undefined where a try is due. */
export function outcomeOf({
  type,
  status,
  due,
  over,
  retry_at,
  backing_off,
  refresh_token,
}: RenewableCredential): RefreshOutcome | undefined {
  if (type !== 'oauth2') return 'fresh';
  // Of an error only a renewal that was refused is tried again.
  if (status !== 'active' && !(status === 'error' && retry_at !== null)) return 'dead';
  if (!due) return 'fresh';
  if (backing_off) return 'failed';
  // It is as good as it will get, until its end.
  if (refresh_token === null && !over) return 'fresh';
  return undefined;
}
