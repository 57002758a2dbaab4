import type { Departure } from '@hawser/contracts/directory';
import { TenantRows } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AgentBindingEntity } from '../agent-bindings/agent-binding.entity.js';
import { CrewServerEntity } from '../servers/crew-server.entity.js';
import { WorkspaceServerEntity } from '../servers/workspace-server.entity.js';

@Injectable()
export class TenantRepository extends TenantRows {
  /** What refers to these rows goes with them, by the foreign keys. */
  async deleteAllOf(manager: EntityManager, workspaceId: string, { kind, id }: Departure): Promise<void> {
    switch (kind) {
      case 'agent':
        await manager.delete(AgentBindingEntity, { workspace_id: workspaceId, agent_id: id });
        return;
      case 'crew':
        await manager.delete(CrewServerEntity, { workspace_id: workspaceId, crew_id: id });
        return;
      case 'workspace':
        // Parents first, as when one of them is deleted by itself.
        await manager.delete(WorkspaceServerEntity, { workspace_id: workspaceId });
        await manager.delete(CrewServerEntity, { workspace_id: workspaceId });
        await manager.query(`DELETE FROM idempotency_keys WHERE workspace_id = $1`, [workspaceId]);
    }
  }
}
