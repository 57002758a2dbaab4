import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { OAuthServerEntity } from './oauth-server.entity.js';

type NewServer = Pick<OAuthServerEntity, 'id' | 'workspace_id' | 'issuer' | 'metadata'>;

@Injectable()
export class OAuthServerRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(workspaceId: string, id: string): Promise<OAuthServerEntity | null> {
    return this.dataSource.manager.findOneBy(OAuthServerEntity, { workspace_id: workspaceId, id });
  }

  /** A server that is there already keeps its id and gets the metadata of now. */
  async upsert(
    manager: EntityManager,
    { id, workspace_id, issuer, metadata }: NewServer,
  ): Promise<OAuthServerEntity> {
    const [row] = await manager.query<OAuthServerEntity[]>(
      `INSERT INTO oauth_servers (id, workspace_id, issuer, metadata) VALUES ($1, $2, $3, $4)
       ON CONFLICT (workspace_id, issuer) DO UPDATE SET metadata = EXCLUDED.metadata, updated_at = now()
       RETURNING *`,
      [id, workspace_id, issuer, JSON.stringify(metadata)],
    );
    if (row === undefined) throw new Error('an upsert returned no row');
    return row;
  }
}
