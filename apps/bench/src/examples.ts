import type { WorkspaceServer } from '@hawser/contracts/bindings';
import type { Access } from '@hawser/contracts/directory';

/** What the stand-ins answer: of the size that the real answers have. */
export const server: WorkspaceServer = {
  id: 'srv_01h455vb4pex5vsknk084sn02q',
  workspace_id: 'ws_01h455vb4pex5vsknk084sn02q',
  name: 'github',
  display_name: 'GitHub',
  transport: 'streamable-http',
  endpoint: 'https://api.example.com/mcp',
  command: null,
  args_json: null,
  env_json: null,
  config_json: '{"toolsets":["repos","issues"]}',
  headers_json: '{"X-Team":"platform"}',
  icon: null,
  enabled: true,
  exposure: 'all',
  managed_by: null,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  agent_binding_count: 3,
  crew_server_count: 1,
};

export const access: Access = {
  actor: { kind: 'user', id: 'tok_01h455vb4pex5vsknk084sn02q', user_id: 'usr_1', role: 'OWNER' },
  role: 'OWNER',
  scopes: null,
  workspace: {
    id: server.workspace_id,
    slug: 'demo',
    name: 'Demo',
    plan: 'team',
    sandbox_of: null,
  },
  agent: null,
  crew_id: null,
  expires_at: null,
};
