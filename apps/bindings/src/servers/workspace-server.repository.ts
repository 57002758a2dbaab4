import type { PageQuery } from '@hawser/contracts';
import { readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { WorkspaceServerEntity } from './workspace-server.entity.js';

export interface CountedServer extends WorkspaceServerEntity {
  agent_binding_count: number;
  crew_server_count: number;
}

const counted = `
  SELECT s.*,
    (SELECT count(*)::int FROM agent_bindings b
      WHERE b.workspace_id = s.workspace_id AND b.workspace_server_id = s.id) AS agent_binding_count,
    (SELECT count(*)::int FROM crew_servers c
      WHERE c.workspace_id = s.workspace_id AND c.workspace_mcp_server_id = s.id) AS crew_server_count
  FROM workspace_servers s`;

@Injectable()
export class WorkspaceServerRepository {
  constructor(private readonly dataSource: DataSource) {}

  list(workspaceId: string, page: PageQuery): Promise<Page<CountedServer>> {
    return readPage(
      page,
      2,
      ({ name, id }) => [name, id],
      (after, limit) =>
        this.dataSource.query<CountedServer[]>(
          `${counted} WHERE s.workspace_id = $1 ${after ? 'AND (s.name, s.id) > ($3, $4)' : ''}
           ORDER BY s.name, s.id LIMIT $2`,
          [workspaceId, limit, ...(after ?? [])],
        ),
    );
  }

  async find(
    workspaceId: string,
    id: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<CountedServer | null> {
    const rows = await manager.query<CountedServer[]>(`${counted} WHERE s.workspace_id = $1 AND s.id = $2`, [
      workspaceId,
      id,
    ]);
    return rows[0] ?? null;
  }

  /** Nobody else changes it until the transaction ends. */
  findForUpdate(
    manager: EntityManager,
    workspaceId: string,
    id: string,
  ): Promise<WorkspaceServerEntity | null> {
    return manager.findOne(WorkspaceServerEntity, {
      where: { workspace_id: workspaceId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async insert(manager: EntityManager, row: WorkspaceServerEntity): Promise<void> {
    await manager.insert(WorkspaceServerEntity, row);
  }

  async update(manager: EntityManager, row: WorkspaceServerEntity): Promise<void> {
    await manager.update(WorkspaceServerEntity, { workspace_id: row.workspace_id, id: row.id }, row);
  }

  /** Its overrides and all bindings to it and to them go with it, by the foreign keys. */
  async delete(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.delete(WorkspaceServerEntity, { workspace_id: workspaceId, id });
  }
}
