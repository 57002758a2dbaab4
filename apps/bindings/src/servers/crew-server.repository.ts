import type { PageQuery } from '@hawser/contracts';
import { readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CrewServerEntity } from './crew-server.entity.js';
import { WorkspaceServerEntity } from './workspace-server.entity.js';

@Injectable()
export class CrewServerRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** One crew's rows by name, or those of all crews by crew and name. */
  list(workspaceId: string, crewId: string | null, page: PageQuery): Promise<Page<CrewServerEntity>> {
    return readPage(
      page,
      3,
      ({ crew_id, name, id }) => [crew_id, name, id],
      (after, limit) =>
        this.dataSource.query<CrewServerEntity[]>(
          `SELECT * FROM crew_servers WHERE workspace_id = $1 AND ($3::text IS NULL OR crew_id = $3)
             ${after ? 'AND (crew_id, name, id) > ($4, $5, $6)' : ''}
           ORDER BY crew_id, name, id LIMIT $2`,
          [workspaceId, limit, crewId, ...(after ?? [])],
        ),
    );
  }

  find(workspaceId: string, crewId: string, id: string): Promise<CrewServerEntity | null> {
    return this.dataSource.manager.findOneBy(CrewServerEntity, {
      workspace_id: workspaceId,
      crew_id: crewId,
      id,
    });
  }

  /** Nobody else changes it until the transaction ends. */
  findForUpdate(
    manager: EntityManager,
    workspaceId: string,
    crewId: string,
    id: string,
  ): Promise<CrewServerEntity | null> {
    return manager.findOne(CrewServerEntity, {
      where: { workspace_id: workspaceId, crew_id: crewId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** It cannot be deleted until the transaction ends; others may hold it too. */
  hold(
    manager: EntityManager,
    workspaceId: string,
    crewId: string,
    id: string,
  ): Promise<CrewServerEntity | null> {
    return manager.findOne(CrewServerEntity, {
      where: { workspace_id: workspaceId, crew_id: crewId, id },
      lock: { mode: 'for_key_share' },
    });
  }

  findParent(manager: EntityManager, workspaceId: string, id: string): Promise<WorkspaceServerEntity | null> {
    return manager.findOneBy(WorkspaceServerEntity, { workspace_id: workspaceId, id });
  }

  /** The credentials of the bindings to a server, each once. */
  async findBoundCredentials(manager: EntityManager, workspaceId: string, id: string): Promise<string[]> {
    const rows = await manager.query<{ credential_id: string }[]>(
      `SELECT DISTINCT credential_id FROM agent_bindings
        WHERE workspace_id = $1 AND crew_server_id = $2 AND credential_id IS NOT NULL`,
      [workspaceId, id],
    );
    return rows.map(({ credential_id }) => credential_id);
  }

  async insert(manager: EntityManager, row: CrewServerEntity): Promise<void> {
    await manager.insert(CrewServerEntity, row);
  }

  async update(manager: EntityManager, row: CrewServerEntity): Promise<void> {
    await manager.update(CrewServerEntity, { workspace_id: row.workspace_id, id: row.id }, row);
  }

  /** Its bindings and tool states go with it, by the foreign keys. */
  async delete(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.delete(CrewServerEntity, { workspace_id: workspaceId, id });
  }
}
