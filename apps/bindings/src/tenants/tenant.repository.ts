import type { Departure } from '@hawser/contracts/directory';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AgentBindingEntity } from '../agent-bindings/agent-binding.entity.js';
import { CrewServerEntity } from '../servers/crew-server.entity.js';
import { WorkspaceServerEntity } from '../servers/workspace-server.entity.js';

/** Services share a database, and with it the names of its locks. */
const lockOf = (name: string): string => `hawser.bindings.${name}`;

@Injectable()
export class TenantRepository {
  /** Until the transaction ends, none of these can depart. */
  async holdPresent(manager: EntityManager, ids: readonly string[]): Promise<void> {
    await manager.query(
      `SELECT pg_advisory_xact_lock_shared(hashtextextended(name, 0)) FROM unnest($1::text[]) AS name`,
      [ids.map(lockOf).sort()],
    );
  }

  /**
   * Waits for the transactions that hold it present. The departures of a workspace go one by one: what hangs on an
   * agent hangs on its crew too, and two that remove the same rows in different orders would block each other.
   */
  async holdDeparting(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    for (const lock of [lockOf(`departures of ${workspaceId}`), lockOf(id)]) {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [lock]);
    }
  }

  async findDeparted(
    manager: EntityManager,
    workspaceId: string,
    ids: readonly string[],
  ): Promise<string | undefined> {
    const [row] = await manager.query<{ id: string }[]>(
      `SELECT id FROM departed_tenants WHERE workspace_id = $1 AND id = ANY($2) LIMIT 1`,
      [workspaceId, ids],
    );
    return row?.id;
  }

  async noteDeparture(manager: EntityManager, workspaceId: string, id: string): Promise<void> {
    await manager.query(
      `INSERT INTO departed_tenants (workspace_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [workspaceId, id],
    );
  }

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
