import type { SecretType } from '@hawser/contracts/vault';
import { newId } from '@hawser/persistence';
import type { CredentialEntity } from './credential.entity.js';

type Given = Pick<CredentialEntity, 'workspace_id' | 'name' | 'allowed_origins'> & Partial<CredentialEntity>;

/** A row of a credential that somebody has given the value of. */
export function newCredential(given: Given & { type: Exclude<SecretType, 'oauth2'> }): CredentialEntity {
  return { ...columns(), status: 'active', version: 1, ...given };
}

/** A row of a credential that is still to be signed in for. */
export function newPendingCredential(given: Given): CredentialEntity {
  return {
    ...columns(),
    type: 'oauth2',
    status: 'pending',
    status_reason: 'nobody has signed in for it yet: POST /api/v1/oauth/initiate with its id',
    version: 0,
    ...given,
  };
}

function columns(): Omit<
  CredentialEntity,
  'workspace_id' | 'name' | 'type' | 'status' | 'allowed_origins' | 'version'
> {
  const now = new Date();
  return {
    id: newId('cred'),
    status_reason: null,
    provider: null,
    client_id: null,
    resource: null,
    scopes: [],
    expires_at: null,
    stale_at: null,
    refresh_at: null,
    retry_at: null,
    refresh_failures: 0,
    made_by: null,
    created_at: now,
    updated_at: now,
  };
}
