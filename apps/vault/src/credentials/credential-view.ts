import type { UsedCredential } from '@hawser/contracts/bindings';
import type { Credential, CredentialUser } from '@hawser/contracts/vault';
import type { ListedCredential } from './credential.repository.js';
import { standingOf } from './standing.js';

/** What is told of a credential, in the order in which people read it. */
export function toDto(row: ListedCredential, usedBy: CredentialUser[] | null): Credential {
  return {
    id: row.id,
    workspace_id: row.workspace_id,
    name: row.name,
    type: row.type,
    ...standingOf(row, new Date()),
    provider: row.provider,
    scopes: row.scopes,
    allowed_origins: row.allowed_origins,
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
    version: row.version,
    used_by: usedBy,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export function toUser({ kind, id, name, agent_id }: UsedCredential): CredentialUser {
  return { kind, id, name, agent_id };
}
