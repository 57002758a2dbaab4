import type { PageQuery } from '@hawser/contracts';
import { newId, readPage, type Page } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { AgentEntity } from './agent.entity.js';

export function newAgent(
  workspaceId: string,
  input: Pick<AgentEntity, 'name' | 'crew_id' | 'owner_id'>,
): AgentEntity {
  const now = new Date();
  return { id: newId('agt'), workspace_id: workspaceId, ...input, created_at: now, updated_at: now };
}

@Injectable()
export class AgentRepository {
  constructor(private readonly dataSource: DataSource) {}

  list(workspaceId: string, page: PageQuery): Promise<Page<AgentEntity>> {
    return readPage(
      page,
      2,
      ({ name, id }) => [name, id],
      (after, limit) =>
        this.dataSource.query<AgentEntity[]>(
          `SELECT * FROM agents WHERE workspace_id = $1 ${after ? 'AND (name, id) > ($3, $4)' : ''}
           ORDER BY name, id LIMIT $2`,
          [workspaceId, limit, ...(after ?? [])],
        ),
    );
  }

  find(workspaceId: string, id: string): Promise<AgentEntity | null> {
    return this.dataSource.manager.findOneBy(AgentEntity, { workspace_id: workspaceId, id });
  }

  findByName(manager: EntityManager, workspaceId: string, name: string): Promise<AgentEntity | null> {
    return manager.findOne(AgentEntity, {
      where: { workspace_id: workspaceId, name },
      order: { id: 'ASC' },
    });
  }

  /** Until the transaction ends, the agent stays. */
  hold(manager: EntityManager, workspaceId: string, id: string): Promise<AgentEntity | null> {
    return manager.findOne(AgentEntity, {
      where: { workspace_id: workspaceId, id },
      lock: { mode: 'for_key_share' },
    });
  }

  /** Nobody else changes it until the transaction ends. */
  findForUpdate(manager: EntityManager, workspaceId: string, id: string): Promise<AgentEntity | null> {
    return manager.findOne(AgentEntity, {
      where: { workspace_id: workspaceId, id },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async insert(manager: EntityManager, row: AgentEntity): Promise<void> {
    await manager.insert(AgentEntity, row);
  }

  async update(manager: EntityManager, row: AgentEntity): Promise<void> {
    await manager.update(AgentEntity, { workspace_id: row.workspace_id, id: row.id }, row);
  }

  async clearCrew(manager: EntityManager, workspaceId: string, crewId: string): Promise<void> {
    await manager.update(
      AgentEntity,
      { workspace_id: workspaceId, crew_id: crewId },
      { crew_id: null, updated_at: new Date() },
    );
  }

  async clearOwner(manager: EntityManager, workspaceIds: string[], userId: string): Promise<void> {
    await manager.update(
      AgentEntity,
      { workspace_id: In(workspaceIds), owner_id: userId },
      { owner_id: null, updated_at: new Date() },
    );
  }

  /** Its tokens go with it, by the foreign key. */
  async delete(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.delete(AgentEntity, { workspace_id: workspaceId, id });
  }
}
