import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { OAuthFlowEntity } from './oauth-flow.entity.js';

/** Whose flow it is, and what for. */
export interface FlowOwner {
  workspaceId: string;
  startedBy: string;
  credentialId: string;
}

@Injectable()
export class OAuthFlowRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Both times are the database's, by which it is seen later whether the flow is over.
   * @returns when it is
   */
  async insert(
    manager: EntityManager,
    row: Omit<OAuthFlowEntity, 'created_at' | 'expires_at'>,
    lastsMs: number,
  ): Promise<Date> {
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(OAuthFlowEntity)
      .values({ ...row, created_at: () => 'now()', expires_at: () => `now() + interval '${lastsMs} ms'` })
      .returning(['expires_at'])
      .execute();
    const [{ expires_at }] = inserted.raw as [Pick<OAuthFlowEntity, 'expires_at'>];
    return expires_at;
  }

  find(stateHash: Buffer): Promise<OAuthFlowEntity | null> {
    return this.dataSource.manager.findOneBy(OAuthFlowEntity, { state_hash: stateHash });
  }

  /** Takes the flow, if it ends at Hawser's own callback. Of any number that try at once one gets it. */
  async consumeAtCallback(manager: EntityManager, stateHash: Buffer): Promise<OAuthFlowEntity | undefined> {
    const [[flow]] = await manager.query<[OAuthFlowEntity[], number]>(
      `UPDATE oauth_flows SET consumed_at = now()
        WHERE state_hash = $1 AND completed_by = 'callback' AND consumed_at IS NULL AND expires_at > now()
        RETURNING *`,
      [stateHash],
    );
    return flow;
  }

  /** Takes the flow, if it is the owner's, and if its redirect URI is this one, where one is named. */
  async consumeByOwner(
    manager: EntityManager,
    stateHash: Buffer,
    { workspaceId, startedBy, credentialId }: FlowOwner,
    redirectUri: string | null,
  ): Promise<OAuthFlowEntity | undefined> {
    const [[flow]] = await manager.query<[OAuthFlowEntity[], number]>(
      `UPDATE oauth_flows SET consumed_at = now()
        WHERE state_hash = $1 AND workspace_id = $2 AND started_by = $3 AND credential_id = $4
          AND redirect_uri = coalesce($5, redirect_uri) AND consumed_at IS NULL AND expires_at > now()
        RETURNING *`,
      [stateHash, workspaceId, startedBy, credentialId, redirectUri],
    );
    return flow;
  }

  /**
   * Removes some that have been over for a day: until then whoever comes too late is told so. Leaves those alone that
   * somebody else is removing.
   */
  async removeLongOver(manager: EntityManager, most: number): Promise<OAuthFlowEntity[]> {
    const [removed] = await manager.query<[OAuthFlowEntity[], number]>(
      `DELETE FROM oauth_flows WHERE state_hash IN (
         SELECT state_hash FROM oauth_flows WHERE expires_at < now() - interval '1 day'
          ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      [most],
    );
    return removed;
  }

  /** Whether there is the client by which it begins; nobody removes it until the transaction ends. */
  async holdClient(
    manager: EntityManager,
    { workspace_id, provider, client_id }: Pick<OAuthFlowEntity, 'workspace_id' | 'provider' | 'client_id'>,
  ): Promise<boolean> {
    const held = await manager.query<unknown[]>(
      `SELECT FROM oauth_clients WHERE workspace_id = $1 AND provider = $2 AND client_id = $3 FOR KEY SHARE`,
      [workspace_id, provider, client_id],
    );
    return held.length > 0;
  }
}
