import type { PageQuery } from '@hawser/contracts';
import type { Plan } from '@hawser/contracts/directory';
import { readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { WorkspaceEntity } from './workspace.entity.js';

/** A workspace with its name and plan; a sandbox has its workspace's. */
export interface ShownWorkspace extends WorkspaceEntity {
  name: string;
  plan: Plan;
}

/** `present`: it cannot be deleted meanwhile. `alone`: nobody else writes anything in it meanwhile. */
export type Hold = 'present' | 'alone';

const locks: Record<Hold, string> = { present: 'FOR KEY SHARE OF w', alone: 'FOR UPDATE OF w' };

const shown = `
  SELECT w.id, coalesce(w.name, p.name || ' (sandbox)') AS name, w.slug, coalesce(w.plan, p.plan) AS plan,
    w.sandbox_of, w.created_at, w.updated_at
  FROM workspaces w LEFT JOIN workspaces p ON p.id = w.sandbox_of`;

@Injectable()
export class WorkspaceRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(id: string): Promise<ShownWorkspace | null> {
    const [row] = await this.dataSource.query<ShownWorkspace[]>(`${shown} WHERE w.id = $1`, [id]);
    return row ?? null;
  }

  /** Those that the user is a member of, in the order they were made. */
  listOfUser(userId: string, page: PageQuery): Promise<Page<ShownWorkspace>> {
    return readPage(
      page,
      1,
      ({ id }) => [id],
      (after, limit) =>
        this.dataSource.query<ShownWorkspace[]>(
          `${shown} JOIN members m ON m.workspace_id = w.id
           WHERE m.user_id = $1 ${after ? 'AND m.workspace_id > $3' : ''}
           ORDER BY m.workspace_id LIMIT $2`,
          [userId, limit, ...(after ?? [])],
        ),
    );
  }

  /** Waits for those who hold it in a way that does not go with this one. */
  async hold(manager: EntityManager, id: string, hold: Hold): Promise<ShownWorkspace | null> {
    const [row] = await manager.query<ShownWorkspace[]>(`${shown} WHERE w.id = $1 ${locks[hold]}`, [id]);
    return row ?? null;
  }

  /** The id of a workspace's sandbox, which then stays until the transaction ends. */
  async holdSandbox(manager: EntityManager, workspaceId: string): Promise<string | null> {
    const sandbox = await manager.findOne(WorkspaceEntity, {
      where: { sandbox_of: workspaceId },
      lock: { mode: 'for_key_share' },
    });
    return sandbox?.id ?? null;
  }

  async takenSlugs(manager: EntityManager, slugs: string[]): Promise<string[]> {
    const rows = await manager.query<{ slug: string }[]>(`SELECT slug FROM workspaces WHERE slug = ANY($1)`, [
      slugs,
    ]);
    return rows.map(({ slug }) => slug);
  }

  /** False when the slug is another's, or the workspace has a sandbox; one being inserted now is waited for. */
  async insertUnlessTaken(manager: EntityManager, row: WorkspaceEntity): Promise<boolean> {
    const inserted = await manager.query<unknown[]>(
      `INSERT INTO workspaces (id, name, slug, plan, sandbox_of, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
      [row.id, row.name, row.slug, row.plan, row.sandbox_of, row.created_at, row.updated_at],
    );
    return inserted.length > 0;
  }

  async update(manager: EntityManager, { id, ...row }: WorkspaceEntity): Promise<void> {
    await manager.update(WorkspaceEntity, { id }, row);
  }

  /** All of it and of its sandbox goes too, by the foreign keys. */
  async delete(manager: EntityManager, id: string): Promise<void> {
    await manager.delete(WorkspaceEntity, { id });
  }

  /** What was answered to callers of a workspace that is no more. */
  async deleteRememberedAnswers(manager: EntityManager, ids: string[]): Promise<void> {
    await manager.query(`DELETE FROM idempotency_keys WHERE workspace_id = ANY($1)`, [ids]);
  }
}
