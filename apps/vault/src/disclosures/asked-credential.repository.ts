import type { CredentialsAsked } from '@hawser/contracts/vault';
import { PreparedQuery } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CredentialEntity } from '../credentials/credential.entity.js';

/** What is known of a credential without opening it. */
export type AskedCredential = Pick<
  CredentialEntity,
  | 'id'
  | 'name'
  | 'type'
  | 'status'
  | 'status_reason'
  | 'allowed_origins'
  | 'expires_at'
  | 'stale_at'
  | 'refresh_at'
  | 'retry_at'
>;

/** The same, with its value as it is kept; null where it has none. */
export interface SealedCredential extends AskedCredential {
  key_version: number | null;
  sealed: Buffer | null;
  master_key_id: string | null;
  wrapped_key: Buffer | null;
}

const shown = `c.id, c.name, c.type, c.status, c.status_reason, c.allowed_origins, c.expires_at, c.stale_at,
  c.refresh_at, c.retry_at`;

/**
 * Each credential once, although it may be asked for by id and by name. What is asked stands in subqueries, out of the
 * planner's sight: for a short list, or a workspace with few credentials, it would find a plan of its own cheaper than the
 * prepared one, and so plan every time, which takes several times as long as the query.
 */
const byIdOrName = `c.workspace_id = (SELECT $1::text) AND c.id = ANY ((SELECT $2::text[]) || ARRAY(
    SELECT n.id FROM unnest((SELECT $3::text[])) AS a (name) CROSS JOIN LATERAL (
      SELECT id FROM credentials WHERE workspace_id = (SELECT $1::text) AND name = a.name LIMIT 1) n
  ))`;
/** The same without names, as most ask: of a single credential it takes PostgreSQL a sixth less time. */
const byId = `c.workspace_id = (SELECT $1::text) AND c.id = ANY ((SELECT $2::text[])::text[])`;

const summaries = new PreparedQuery<AskedCredential>(
  'credential-summaries',
  `SELECT ${shown} FROM credentials c WHERE ${byIdOrName}`,
);

const sealed = `SELECT ${shown}, s.key_version, s.sealed, k.master_key_id, k.wrapped_key
  FROM credentials c
  LEFT JOIN secrets s ON s.workspace_id = c.workspace_id AND s.owner_id = c.id AND s.field = 'value'
  LEFT JOIN data_keys k ON k.workspace_id = s.workspace_id AND k.version = s.key_version`;
const sealedById = new PreparedQuery<SealedCredential>('sealed-credentials-by-id', `${sealed} WHERE ${byId}`);
const sealedByIdOrName = new PreparedQuery<SealedCredential>(
  'sealed-credentials-by-id-or-name',
  `${sealed} WHERE ${byIdOrName}`,
);

/** Those that there are of the credentials asked for, in no particular order. */
@Injectable()
export class AskedCredentialRepository {
  constructor(private readonly dataSource: DataSource) {}

  describe(workspaceId: string, { ids, names }: CredentialsAsked): Promise<AskedCredential[]> {
    return summaries.run(this.dataSource, [workspaceId, ids, names]);
  }

  readSealed(workspaceId: string, { ids, names }: CredentialsAsked): Promise<SealedCredential[]> {
    return names.length === 0
      ? sealedById.run(this.dataSource, [workspaceId, ids])
      : sealedByIdOrName.run(this.dataSource, [workspaceId, ids, names]);
  }
}
