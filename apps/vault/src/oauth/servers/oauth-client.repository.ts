import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { OAuthClientEntity } from './oauth-client.entity.js';

const isAlive = '(secret_expires_at IS NULL OR secret_expires_at > now())';

@Injectable()
export class OAuthClientRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** One whose secret has expired is as none. */
  async find(
    manager: EntityManager,
    workspaceId: string,
    provider: string,
    clientId: string,
  ): Promise<OAuthClientEntity | null> {
    const [row] = await manager.query<OAuthClientEntity[]>(
      `SELECT * FROM oauth_clients
        WHERE workspace_id = $1 AND provider = $2 AND client_id = $3 AND ${isAlive}`,
      [workspaceId, provider, clientId],
    );
    return row ?? null;
  }

  /** The newest that was given, else the newest of just this redirect URI. */
  async findCurrent(
    manager: EntityManager,
    workspaceId: string,
    provider: string,
    redirectUri: string,
  ): Promise<OAuthClientEntity | null> {
    const [row] = await manager.query<OAuthClientEntity[]>(
      `SELECT * FROM oauth_clients
        WHERE workspace_id = $1 AND provider = $2 AND (source = 'given' OR redirect_uri = $3) AND ${isAlive}
        ORDER BY source = 'given' DESC, updated_at DESC LIMIT 1`,
      [workspaceId, provider, redirectUri],
    );
    return row ?? null;
  }

  async providersWithClient(workspaceId: string): Promise<string[]> {
    const rows = await this.dataSource.query<{ provider: string }[]>(
      `SELECT DISTINCT provider FROM oauth_clients WHERE workspace_id = $1`,
      [workspaceId],
    );
    return rows.map(({ provider }) => provider);
  }

  /**
   * All at one server. Until the transaction ends, nobody else changes them or begins a sign-in by one of them, and
   * nobody adds one.
   */
  async lockAll(manager: EntityManager, workspaceId: string, provider: string): Promise<OAuthClientEntity[]> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
      `hawser.vault.clients of ${workspaceId} at ${provider}`,
    ]);
    return manager.query<OAuthClientEntity[]>(
      `SELECT * FROM oauth_clients WHERE workspace_id = $1 AND provider = $2 FOR UPDATE`,
      [workspaceId, provider],
    );
  }

  /** The time is that of the writing, and not of the transaction's beginning: the newest is the one written last. */
  async upsert(
    manager: EntityManager,
    row: Omit<OAuthClientEntity, 'updated_at'>,
  ): Promise<OAuthClientEntity> {
    const [written] = await manager.query<OAuthClientEntity[]>(
      `INSERT INTO oauth_clients
         (workspace_id, provider, client_id, source, token_auth_method, redirect_uri, secret_expires_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
       ON CONFLICT (workspace_id, provider, client_id) DO UPDATE SET
         source = EXCLUDED.source, token_auth_method = EXCLUDED.token_auth_method,
         redirect_uri = EXCLUDED.redirect_uri, secret_expires_at = EXCLUDED.secret_expires_at,
         updated_at = EXCLUDED.updated_at
       RETURNING *`,
      [
        row.workspace_id,
        row.provider,
        row.client_id,
        row.source,
        row.token_auth_method,
        row.redirect_uri,
        row.secret_expires_at,
      ],
    );
    if (written === undefined) throw new Error('an upsert returned no row');
    return written;
  }

  async delete(manager: EntityManager, rows: readonly OAuthClientEntity[]): Promise<void> {
    for (const { workspace_id, provider, client_id } of rows)
      await manager.delete(OAuthClientEntity, { workspace_id, provider, client_id });
  }

  /**
   * Those of one server by which no credential got its tokens and no sign-in has begun that may still end: it has ten
   * minutes, and then as long as its exchange takes. One that Hawser has just got is for a sign-in that begins now.
   */
  listUnused(manager: EntityManager, workspaceId: string, provider: string): Promise<OAuthClientEntity[]> {
    return manager.query<OAuthClientEntity[]>(
      `SELECT * FROM oauth_clients c
        WHERE c.workspace_id = $1 AND c.provider = $2
          AND (c.source = 'given' OR c.updated_at < now() - interval '1 minute')
          AND NOT EXISTS (SELECT FROM credentials u
            WHERE u.workspace_id = c.workspace_id AND u.provider = c.provider AND u.client_id = c.client_id)
          AND NOT EXISTS (SELECT FROM oauth_flows f
            WHERE f.workspace_id = c.workspace_id AND f.provider = c.provider AND f.client_id = c.client_id
              AND f.expires_at > now() - interval '1 minute')`,
      [workspaceId, provider],
    );
  }
}
