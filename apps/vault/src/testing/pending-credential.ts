import { UnitOfWork } from '@hawser/persistence';
import { CredentialStore, type PendingCredential } from '../credentials/credential-store.js';
import type { CredentialEntity } from '../credentials/credential.entity.js';
import type { TestWorkspace } from './test-workspace.js';
import type { VaultHarness } from './vault-harness.js';

/** An oauth2 credential of the workspace that is still to be signed in for, `github` unless told otherwise. */
export function pendingCredential(
  harness: VaultHarness,
  workspace: TestWorkspace,
  fields: Partial<PendingCredential> = {},
): Promise<CredentialEntity> {
  return harness.get(UnitOfWork).run(workspace.context, (transaction) =>
    harness.get(CredentialStore).createPending(transaction, {
      workspace_id: workspace.id,
      name: 'github',
      ifTaken: 'refuse',
      provider: 'github',
      resource: null,
      scopes: ['repo'],
      allowed_origins: null,
      made_by: 'usr_test',
      ...fields,
    }),
  );
}
