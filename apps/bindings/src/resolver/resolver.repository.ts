import type { TierRows } from '@hawser/cascade';
import { PreparedQuery } from '@hawser/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const settings = `id, name, display_name, transport, endpoint, command, args_json, env_json, config_json, headers_json,
  icon, enabled, exposure, managed_by`;

/** Everything the cascade looks at in one round trip, each tier as one JSON list. */
const tierRows = new PreparedQuery<Omit<TierRows, 'crew_id'>>(
  'tier-rows',
  `
  SELECT
    (SELECT coalesce(json_agg(w), '[]') FROM (
       SELECT ${settings} FROM workspace_servers WHERE workspace_id = $1) w) AS workspace_servers,
    (SELECT coalesce(json_agg(c), '[]') FROM (
       SELECT ${settings}, crew_id, workspace_mcp_server_id
         FROM crew_servers WHERE workspace_id = $1 AND crew_id = $2) c) AS crew_servers,
    (SELECT coalesce(json_agg(b), '[]') FROM (
       SELECT id, coalesce(workspace_server_id, crew_server_id) AS server_id,
         CASE WHEN crew_server_id IS NULL THEN 'workspace' ELSE 'crew' END AS scope,
         enabled, config_override_json, credential_id, cred_type, cred_header, env_var_name
         FROM agent_bindings WHERE workspace_id = $1 AND agent_id = $3) b) AS bindings,
    (SELECT coalesce(json_agg(t), '[]') FROM (
       SELECT t.crew_server_id, t.tool_name, t.enabled
         FROM tool_states t JOIN crew_servers c ON c.workspace_id = t.workspace_id AND c.id = t.crew_server_id
        WHERE t.workspace_id = $1 AND c.crew_id = $2 AND NOT t.enabled) t) AS tools`,
);

/** The same of one server without its bindings: of the workspace ($2 null), or of a crew, with the row that it overrides. */
const serverRows = new PreparedQuery<Omit<TierRows, 'crew_id' | 'bindings'>>(
  'server-rows',
  `
  WITH crew_row AS (
    SELECT ${settings}, crew_id, workspace_mcp_server_id
      FROM crew_servers WHERE workspace_id = $1 AND crew_id = $2 AND id = $3)
  SELECT
    (SELECT coalesce(json_agg(w), '[]') FROM (
       SELECT ${settings} FROM workspace_servers WHERE workspace_id = $1
          AND id = CASE WHEN $2::text IS NULL THEN $3 ELSE (SELECT workspace_mcp_server_id FROM crew_row) END) w
    ) AS workspace_servers,
    (SELECT coalesce(json_agg(c), '[]') FROM crew_row c) AS crew_servers,
    (SELECT coalesce(json_agg(t), '[]') FROM (
       SELECT t.crew_server_id, t.tool_name, t.enabled
         FROM tool_states t JOIN crew_row c ON c.id = t.crew_server_id
        WHERE t.workspace_id = $1 AND NOT t.enabled) t) AS tools`,
);

@Injectable()
export class ResolverRepository {
  constructor(private readonly dataSource: DataSource) {}

  async readTiers(workspaceId: string, crewId: string | null, agentId: string): Promise<TierRows> {
    const [row] = await tierRows.run(this.dataSource, [workspaceId, crewId, agentId]);
    if (row === undefined) throw new Error('a query without a condition returned no row');
    return { crew_id: crewId, ...row };
  }

  /** Without a crew a server of the workspace. Rows that are not there are left out. */
  async readServer(workspaceId: string, crewId: string | null, serverId: string): Promise<TierRows> {
    const [row] = await serverRows.run(this.dataSource, [workspaceId, crewId, serverId]);
    if (row === undefined) throw new Error('a query without a condition returned no row');
    return { crew_id: crewId, ...row, bindings: [] };
  }
}
