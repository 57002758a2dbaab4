import type { Api, Json } from './api.js';
import { unique, type Tenant } from './tenant.js';

/** A crew's server: of its own, or an override when `workspace_mcp_server_id` is among the fields; its id. */
export async function newCrewServer(
  { owner, crewId }: Tenant,
  fields: Record<string, unknown> = {},
  crew = crewId,
): Promise<string> {
  const overrides = fields.workspace_mcp_server_id !== undefined;
  const body = {
    name: unique('server'),
    ...(overrides ? {} : { endpoint: 'https://crew.example.com/mcp' }),
    ...fields,
  };
  return ((await owner.must('POST', `/api/v1/crews/${crew}/integrations`, body)) as { id: string }).id;
}

/** Binds an agent to a workspace server, or, if the fields say so, to a crew's; the binding's id. */
export async function bind(
  { owner, agentId }: Tenant,
  serverId: string,
  fields: Record<string, unknown> = {},
  agent = agentId,
): Promise<string> {
  const body = { mcp_server_id: serverId, mcp_server_scope: 'workspace', ...fields };
  return ((await owner.must('POST', `/api/v1/agents/${agent}/integrations`, body)) as { id: string }).id;
}

/** The main job. */
export async function resolved(
  { owner, agentId }: Tenant,
  agent = agentId,
  api: Api = owner,
): Promise<Json[]> {
  return (await api.must('GET', `/api/v1/agents/${agent}/integrations/resolved`)) as Json[];
}

/** The same with its reasons. */
export async function explained({ owner, agentId }: Tenant, agent = agentId): Promise<Json> {
  return owner.must('GET', `/api/v1/agents/${agent}/integrations/resolved?explain=true`);
}
