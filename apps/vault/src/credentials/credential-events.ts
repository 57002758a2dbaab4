import { credentialStatusChanged, vaultChanged } from '@hawser/contracts/vault';
import type { Transaction } from '@hawser/persistence';
import type { CredentialEntity } from './credential.entity.js';

/** For the audit log and whoever has read the credential: names of fields, never their values. */
export function tellOfChange(
  transaction: Transaction,
  fact: 'created' | 'updated' | 'deleted',
  { id, name, workspace_id }: CredentialEntity,
  fields: string[] = [],
): Promise<void> {
  return transaction.emit(vaultChanged, { entity: 'credential', fact, id, name, fields }, workspace_id);
}

/** For those who depend on the credential. */
export function tellOfStatus(
  transaction: Transaction,
  { id, name, workspace_id, status, status_reason }: CredentialEntity,
): Promise<void> {
  const change = { credential_id: id, name, status, reason: status_reason };
  return transaction.emit(credentialStatusChanged, change, workspace_id);
}
