import { randomBytes } from 'node:crypto';
import { must, type System } from './system.js';

const servers = 20;
const bound = 10;

interface Thing {
  id: string;
  workspace_id: string;
}

/**
 * An agent of workspace `demo` with 20 effective servers, each with a credential: half of them by a binding, which has a
 * config of its own too, the others by a template in a header.
 */
export async function makeEffectiveSet(system: System): Promise<{ agentId: string; workspaceId: string }> {
  for (const old of await must<Thing[]>(system, 'GET', '/api/v1/integrations'))
    await must(system, 'DELETE', `/api/v1/integrations/${old.id}`);
  const agent = await must<Thing>(system, 'POST', '/api/v1/agents', { name: 'bench' });
  for (let number = 1; number <= servers; number++) {
    const name = `server-${String(number).padStart(2, '0')}`;
    const value = randomBytes(30).toString('base64url');
    const credential = await must<Thing>(system, 'POST', '/api/v1/credentials', {
      name,
      type: 'bearer',
      value,
    });
    const isBound = number <= bound;
    const server = await must<Thing>(system, 'POST', '/api/v1/integrations', {
      name,
      display_name: `Server ${number}`,
      endpoint: `https://mcp-${number}.example.com/mcp`,
      config_json: '{"region":"eu","limits":{"requests":100}}',
      headers_json: JSON.stringify({
        'X-Team': 'platform',
        ...(isBound ? {} : { Authorization: `Bearer {{credential:${name}}}` }),
      }),
    });
    if (!isBound) continue;
    await must(system, 'POST', `/api/v1/agents/${agent.id}/integrations`, {
      mcp_server_id: server.id,
      mcp_server_scope: 'workspace',
      credential_id: credential.id,
      config_override_json: '{"limits":{"requests":200}}',
    });
  }
  return { agentId: agent.id, workspaceId: agent.workspace_id };
}
