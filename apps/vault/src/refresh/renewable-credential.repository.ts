import type { CredentialStatus, SecretType } from '@hawser/contracts/vault';
import { PreparedQuery } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { SealedSecret } from '../secrets/secrets.js';

/** A credential as far as its renewal goes. Times are compared by the database's clock, which all replicas share. */
export interface RenewableCredential {
  id: string;
  workspace_id: string;
  type: SecretType;
  status: CredentialStatus;
  status_reason: string | null;
  provider: string | null;
  client_id: string | null;
  resource: string | null;
  retry_at: Date | null;
  refresh_failures: number;
  version: number;
  /** It is time to renew it. */
  due: boolean;
  /** Its access token has ended. */
  over: boolean;
  /** `retry_at` is still to come. */
  backing_off: boolean;
  /** Somebody is renewing it. */
  held: boolean;
  /** Read together with the version: so it is the one that belongs to it. */
  refresh_token: SealedSecret | null;
}

interface Row extends Omit<RenewableCredential, 'refresh_token'>, Omit<SealedSecret, 'sealed'> {
  sealed: Buffer | null;
}

const byId = new PreparedQuery<Row>(
  'renewable-credential',
  `SELECT c.id, c.workspace_id, c.type, c.status, c.status_reason, c.provider, c.client_id, c.resource, c.retry_at,
     c.refresh_failures, c.version,
     coalesce(least(c.refresh_at, c.stale_at) <= now(), false) AS due,
     coalesce(c.expires_at <= now(), false) AS over,
     coalesce(c.retry_at > now(), false) AS backing_off,
     coalesce(l.held_until >= now(), false) AS held,
     s.owner_id, s.field, s.key_version, s.sealed, k.master_key_id, k.wrapped_key
   FROM credentials c
   LEFT JOIN refresh_leases l ON l.workspace_id = c.workspace_id AND l.credential_id = c.id
   LEFT JOIN secrets s ON s.workspace_id = c.workspace_id AND s.owner_id = c.id AND s.field = 'refresh_token'
   LEFT JOIN data_keys k ON k.workspace_id = s.workspace_id AND k.version = s.key_version
   WHERE c.workspace_id = $1 AND c.id = $2`,
);

export interface DueCredential {
  workspace_id: string;
  id: string;
}

@Injectable()
export class RenewableCredentialRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(workspaceId: string, id: string): Promise<RenewableCredential | null> {
    const [row] = await byId.run(this.dataSource, [workspaceId, id]);
    if (row === undefined) return null;
    const { owner_id, field, key_version, sealed, master_key_id, wrapped_key, ...credential } = row;
    const place = { workspace_id: workspaceId, owner_id, field, key_version };
    return {
      ...credential,
      refresh_token: sealed === null ? null : { ...place, sealed, master_key_id, wrapped_key },
    };
  }

  /**
   * Those to renew that nobody is renewing; of those with an error the ones that pause after a failure, and may work
   * again. Those that failed come last, and providers take turns: thousands at one that hangs, each of which takes as long as
   * a try may, never keep the others waiting.
   */
  listDue(limit: number): Promise<DueCredential[]> {
    return this.dataSource.query<DueCredential[]>(
      `SELECT workspace_id, id FROM (
         SELECT workspace_id, id, provider, refresh_failures, refresh_at AS since FROM credentials
          WHERE status = 'active' AND refresh_at <= now() AND (retry_at IS NULL OR retry_at <= now())
         UNION ALL
         SELECT workspace_id, id, provider, refresh_failures, retry_at FROM credentials
          WHERE status = 'error' AND retry_at <= now()
       ) c
       WHERE NOT EXISTS (
         SELECT FROM refresh_leases l
          WHERE l.workspace_id = c.workspace_id AND l.credential_id = c.id AND l.held_until >= now())
       ORDER BY refresh_failures,
         row_number() OVER (PARTITION BY refresh_failures, provider ORDER BY since), since LIMIT $1`,
      [limit],
    );
  }
}
