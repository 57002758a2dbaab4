import type { PageQuery } from '@hawser/contracts';
import { readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { CrewServerEntity } from '../servers/crew-server.entity.js';
import { WorkspaceServerEntity } from '../servers/workspace-server.entity.js';
import { AgentBindingEntity } from './agent-binding.entity.js';

export interface ListedBinding extends AgentBindingEntity {
  /** The crew that owns the bound server; null for a workspace server. */
  server_crew_id: string | null;
}

const listed = `
  SELECT b.*, c.crew_id AS server_crew_id FROM agent_bindings b
  LEFT JOIN crew_servers c ON c.workspace_id = b.workspace_id AND c.id = b.crew_server_id`;

@Injectable()
export class AgentBindingRepository {
  constructor(private readonly dataSource: DataSource) {}

  list(workspaceId: string, agentId: string, page: PageQuery): Promise<Page<ListedBinding>> {
    return readPage(
      page,
      1,
      ({ id }) => [id],
      (after, limit) =>
        this.dataSource.query<ListedBinding[]>(
          `${listed} WHERE b.workspace_id = $1 AND b.agent_id = $2 ${after ? 'AND b.id > $4' : ''} ORDER BY b.id LIMIT $3`,
          [workspaceId, agentId, limit, ...(after ?? [])],
        ),
    );
  }

  /** By its own id or the bound server's. Nobody else changes it until the transaction ends. */
  async findForUpdate(
    manager: EntityManager,
    workspaceId: string,
    agentId: string,
    ref: string,
  ): Promise<ListedBinding | null> {
    const rows = await manager.query<ListedBinding[]>(
      `${listed} WHERE b.workspace_id = $1 AND b.agent_id = $2
         AND (b.id = $3 OR b.workspace_server_id = $3 OR b.crew_server_id = $3) FOR UPDATE OF b`,
      [workspaceId, agentId, ref],
    );
    return rows[0] ?? null;
  }

  workspaceServerExists(manager: EntityManager, workspaceId: string, id: string): Promise<boolean> {
    return manager.existsBy(WorkspaceServerEntity, { workspace_id: workspaceId, id });
  }

  findCrewServer(manager: EntityManager, workspaceId: string, id: string): Promise<CrewServerEntity | null> {
    return manager.findOneBy(CrewServerEntity, { workspace_id: workspaceId, id });
  }

  async insert(manager: EntityManager, row: AgentBindingEntity): Promise<void> {
    await manager.insert(AgentBindingEntity, row);
  }

  async update(
    manager: EntityManager,
    row: AgentBindingEntity,
    changes: Partial<AgentBindingEntity>,
  ): Promise<void> {
    await manager.update(AgentBindingEntity, { workspace_id: row.workspace_id, id: row.id }, changes);
  }

  async delete(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.delete(AgentBindingEntity, { workspace_id: workspaceId, id });
  }
}
