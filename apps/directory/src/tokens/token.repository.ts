import type { PageQuery } from '@hawser/contracts';
import { readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { TokenEntity } from './token.entity.js';

// Of the caller's workspace and of its sandbox. A user's role is their membership's at this moment; a subquery, because
// for a join PostgreSQL reads all members of a workspace to find one.
const listed = `
  SELECT t.id, t.workspace_id, t.name, t.kind, t.mode, t.prefix, t.agent_id, t.user_id, t.scopes, t.expires_at,
    t.last_used_at, t.created_at,
    coalesce(t.role, (
      SELECT m.role FROM members m
      WHERE m.workspace_id = coalesce(w.sandbox_of, w.id) AND m.user_id = t.user_id)) AS role
  FROM workspaces w JOIN tokens t ON t.workspace_id = w.id
  WHERE (w.id = $1 OR w.sandbox_of = $1)`;

/** All of a token but its hash. */
export type ListedToken = Omit<TokenEntity, 'hash'>;

@Injectable()
export class TokenRepository {
  constructor(private readonly dataSource: DataSource) {}

  list(workspaceId: string, page: PageQuery): Promise<Page<ListedToken>> {
    return readPage(
      page,
      1,
      ({ id }) => [id],
      (after, limit) =>
        this.dataSource.query<ListedToken[]>(
          `${listed} ${after ? 'AND t.id > $3' : ''} ORDER BY t.id LIMIT $2`,
          [workspaceId, limit, ...(after ?? [])],
        ),
    );
  }

  async find(
    workspaceId: string,
    id: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<ListedToken | null> {
    const [row] = await manager.query<ListedToken[]>(`${listed} AND t.id = $2`, [workspaceId, id]);
    return row ?? null;
  }

  isKnown(manager: EntityManager, hash: string): Promise<boolean> {
    return manager.existsBy(TokenEntity, { hash });
  }

  async insert(manager: EntityManager, row: TokenEntity): Promise<void> {
    await manager.insert(TokenEntity, row);
  }

  /** False when it is gone already. */
  async delete(manager: EntityManager, workspaceId: string, id: string): Promise<boolean> {
    const { affected } = await manager.delete(TokenEntity, { workspace_id: workspaceId, id });
    return affected === 1;
  }

  async deleteOfUser(manager: EntityManager, workspaceIds: string[], userId: string): Promise<void> {
    await manager.delete(TokenEntity, { workspace_id: In(workspaceIds), user_id: userId });
  }
}
