import type { PageQuery } from '@hawser/contracts';
import { readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CrewEntity } from './crew.entity.js';

@Injectable()
export class CrewRepository {
  constructor(private readonly dataSource: DataSource) {}

  list(workspaceId: string, page: PageQuery): Promise<Page<CrewEntity>> {
    return readPage(
      page,
      2,
      ({ name, id }) => [name, id],
      (after, limit) =>
        this.dataSource.query<CrewEntity[]>(
          `SELECT * FROM crews WHERE workspace_id = $1 ${after ? 'AND (name, id) > ($3, $4)' : ''}
           ORDER BY name, id LIMIT $2`,
          [workspaceId, limit, ...(after ?? [])],
        ),
    );
  }

  find(workspaceId: string, id: string): Promise<CrewEntity | null> {
    return this.dataSource.manager.findOneBy(CrewEntity, { workspace_id: workspaceId, id });
  }

  findBySlug(manager: EntityManager, workspaceId: string, slug: string): Promise<CrewEntity | null> {
    return manager.findOneBy(CrewEntity, { workspace_id: workspaceId, slug });
  }

  /** Until the transaction ends, the crew stays. */
  hold(manager: EntityManager, workspaceId: string, id: string): Promise<CrewEntity | null> {
    return manager.findOne(CrewEntity, {
      where: { workspace_id: workspaceId, id },
      lock: { mode: 'for_key_share' },
    });
  }

  /** Nobody else changes it, or puts an agent into it, until the transaction ends. */
  findForUpdate(manager: EntityManager, workspaceId: string, id: string): Promise<CrewEntity | null> {
    return manager.findOne(CrewEntity, {
      where: { workspace_id: workspaceId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async takenSlugs(manager: EntityManager, workspaceId: string, slugs: string[]): Promise<string[]> {
    const rows = await manager.query<{ slug: string }[]>(
      `SELECT slug FROM crews WHERE workspace_id = $1 AND slug = ANY($2)`,
      [workspaceId, slugs],
    );
    return rows.map(({ slug }) => slug);
  }

  /** False when the slug is another crew's; one being inserted now is waited for. */
  async insertUnlessTaken(manager: EntityManager, row: CrewEntity): Promise<boolean> {
    const inserted = await manager.query<unknown[]>(
      `INSERT INTO crews (id, workspace_id, name, slug, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id`,
      [row.id, row.workspace_id, row.name, row.slug, row.created_at, row.updated_at],
    );
    return inserted.length > 0;
  }

  async update(manager: EntityManager, row: CrewEntity): Promise<void> {
    await manager.update(CrewEntity, { workspace_id: row.workspace_id, id: row.id }, row);
  }

  async delete(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.delete(CrewEntity, { workspace_id: workspaceId, id });
  }
}
