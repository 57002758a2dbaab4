import type { PatchCredential } from '@hawser/contracts/vault';
import { readExpiry } from './credential-rules.js';
import type { CredentialEntity } from './credential.entity.js';

export interface CredentialChanges {
  /** That changed, as the API names them. */
  fields: string[];
  columns: Partial<CredentialEntity>;
}

/**
 * What a patch makes of a row. A value always counts as a new one: to compare it, the old one had to be opened.
 * @throws ServiceError validation_failed for an expiry that is past
 */
export function changesOf(row: CredentialEntity, patch: PatchCredential): CredentialChanges {
  const { name, value, allowed_origins, expires_at } = patch;
  const said: Partial<CredentialEntity> = {
    ...(name !== undefined && { name }),
    ...(allowed_origins !== undefined && { allowed_origins }),
    ...(expires_at !== undefined && { expires_at: readExpiry(expires_at) }),
  };
  const changed = Object.entries(said).filter(
    ([field, now]) => JSON.stringify(now) !== JSON.stringify(row[field as keyof CredentialEntity]),
  );
  const fields = changed.map(([field]) => field);
  const columns: Partial<CredentialEntity> = Object.fromEntries(changed);
  if (value === undefined) return { fields, columns };
  return {
    fields: ['value', ...fields],
    columns: { ...columns, version: row.version + 1, status: 'active', status_reason: null },
  };
}
