import type { SeenTool } from '@hawser/contracts/bindings';
import { newId } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ToolStateEntity } from './tool-state.entity.js';

interface ToolChange {
  enabled?: boolean;
  description?: string | null;
}

export interface UpsertedTool extends ToolStateEntity {
  changed: boolean;
}

@Injectable()
export class ToolRepository {
  constructor(private readonly dataSource: DataSource) {}

  list(workspaceId: string, serverId: string): Promise<ToolStateEntity[]> {
    return this.dataSource.manager.find(ToolStateEntity, {
      where: { workspace_id: workspaceId, crew_server_id: serverId },
      order: { tool_name: 'ASC' },
    });
  }

  /** What the change leaves out stays as it is; in a new row it is enabled and without description. */
  async upsert(
    manager: EntityManager,
    workspaceId: string,
    serverId: string,
    toolName: string,
    change: ToolChange,
  ): Promise<UpsertedTool> {
    const [row] = await manager.query<ToolStateEntity[]>(
      `INSERT INTO tool_states AS t (id, workspace_id, crew_server_id, tool_name, enabled, description)
       VALUES ($1, $2, $3, $4, coalesce($5::boolean, true), $6)
       ON CONFLICT ON CONSTRAINT tool_states_name DO UPDATE SET
         enabled = coalesce($5, t.enabled),
         description = CASE WHEN $7::boolean THEN $6 ELSE t.description END,
         updated_at = now()
       WHERE t.enabled <> coalesce($5, t.enabled) OR ($7 AND t.description IS DISTINCT FROM $6)
       RETURNING *`,
      [
        newId('tool'),
        workspaceId,
        serverId,
        toolName,
        change.enabled ?? null,
        change.description ?? null,
        change.description !== undefined,
      ],
    );
    if (row !== undefined) return { ...row, changed: true };
    const unchanged = { workspace_id: workspaceId, crew_server_id: serverId, tool_name: toolName };
    return { ...(await manager.findOneByOrFail(ToolStateEntity, unchanged)), changed: false };
  }

  /**
   * New tools come enabled; known ones get the description; those not named stay. One statement for all, in the order
   * of names, so that two at the same time wait for each other in turn and never crosswise. A tool has changed if the
   * refresh before saw another description, or another schema where both name one: what people write does not count.
   */
  async reconcile(
    manager: EntityManager,
    workspaceId: string,
    serverId: string,
    tools: SeenTool[],
  ): Promise<{ created: number; updated: number }> {
    const [counts] = await manager.query<{ created: number; updated: number }[]>(
      `WITH seen AS (
         INSERT INTO tool_states AS t (id, workspace_id, crew_server_id, tool_name, enabled, description,
                                       seen_at, seen_description, schema_digest)
         SELECT s.id, $1, $2, s.name, true, s.description, now(), s.description, s.schema_digest
           FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS s (id, name, description, schema_digest)
          ORDER BY s.name
         ON CONFLICT ON CONSTRAINT tool_states_name DO UPDATE SET
           description = excluded.description,
           changed_at = CASE
             WHEN t.seen_at IS NOT NULL AND (t.seen_description IS DISTINCT FROM excluded.seen_description
                                             OR t.schema_digest <> excluded.schema_digest) THEN now()
             ELSE t.changed_at END,
           seen_at = now(),
           seen_description = excluded.seen_description,
           schema_digest = coalesce(excluded.schema_digest, t.schema_digest),
           updated_at = now()
         RETURNING xmax = 0 AS is_new
       )
       SELECT count(*) FILTER (WHERE is_new)::int AS created, count(*) FILTER (WHERE NOT is_new)::int AS updated FROM seen`,
      [
        workspaceId,
        serverId,
        tools.map(() => newId('tool')),
        tools.map(({ name }) => name),
        tools.map(({ description }) => description ?? null),
        tools.map(({ schema_digest }) => schema_digest ?? null),
      ],
    );
    return counts ?? { created: 0, updated: 0 };
  }
}
