import { must, type System } from './system.js';

const servers = 20;
const bound = 10;

interface Thing {
  id: string;
  workspace_id: string;
}

/** An agent of workspace `demo` with 20 effective servers, half of them bound to it with a config of its own. */
export async function makeEffectiveSet(system: System): Promise<{ agentId: string; workspaceId: string }> {
  for (const old of await must<Thing[]>(system, 'GET', '/api/v1/integrations'))
    await must(system, 'DELETE', `/api/v1/integrations/${old.id}`);
  const agent = await must<Thing>(system, 'POST', '/api/v1/agents', { name: 'bench' });
  for (let number = 1; number <= servers; number++) {
    const server = await must<Thing>(system, 'POST', '/api/v1/integrations', {
      name: `server-${String(number).padStart(2, '0')}`,
      display_name: `Server ${number}`,
      endpoint: `https://mcp-${number}.example.com/mcp`,
      config_json: '{"region":"eu","limits":{"requests":100}}',
      headers_json: '{"X-Team":"platform"}',
    });
    if (number > bound) continue;
    await must(system, 'POST', `/api/v1/agents/${agent.id}/integrations`, {
      mcp_server_id: server.id,
      mcp_server_scope: 'workspace',
      config_override_json: '{"limits":{"requests":200}}',
    });
  }
  return { agentId: agent.id, workspaceId: agent.workspace_id };
}
