import type { CredentialStatus } from '@hawser/contracts/vault';
import type { CredentialEntity } from './credential.entity.js';

export interface Standing {
  status: CredentialStatus;
  status_reason: string | null;
}

type Row = Pick<CredentialEntity, 'type' | 'status' | 'status_reason' | 'expires_at' | 'refresh_at'>;

/** A credential's status at a moment: time alone ends an active one that nobody renews. */
export function standingOf(row: Row, now: Date): Standing {
  const { type, status, status_reason, expires_at, refresh_at } = row;
  if (status !== 'active' || expires_at === null || expires_at > now) return { status, status_reason };
  const since = expires_at.toISOString();
  if (type !== 'oauth2') {
    return { status: 'expired', status_reason: `it expired at ${since}; give it a new value and expires_at` };
  }
  if (refresh_at !== null) return { status, status_reason };
  return {
    status: 'expired',
    status_reason: `its token expired at ${since}, and the provider gave nothing to renew it with; sign in again`,
  };
}
