import {
  createAgentBinding,
  createCrewServer,
  createWorkspaceServer,
  deleteCrewServer,
  listAgentBindings,
  listWorkspaceServers,
  resolveAgent,
  upsertTool,
} from '@hawser/contracts/bindings';
import {
  createAgent,
  createCrew,
  createMember,
  createToken,
  createWorkspace,
  deleteCrew,
  deleteWorkspace,
  getAgent,
  listAudit,
  listCrews,
  updateWorkspace,
} from '@hawser/contracts/directory';
import { refreshToolsFromServer, testServer } from '@hawser/contracts/probe';
import { no, read, tenant, write, yes, type Line } from './permission-line.js';
import { vaultLines } from './vault-permissions.js';

const agent = '/api/v1/agents/agt_1';
const crew = '/api/v1/crews/crew_1';
const named = { name: 'x' };
const reachable = { ...named, endpoint: 'https://mcp.example.com/mcp' };
const bound = { mcp_server_id: 'srv_1', mcp_server_scope: 'workspace' };

/** The table "Who may do what" of docs/access.md, line by line. */
// prettier-ignore
export const table: readonly Line[] = [
  {
    permission: 'tiers.read',
    route: ['GET', `/api/v1/integrations${tenant}`],
    calls: listWorkspaceServers,
    may: [yes, yes, yes, yes, yes, no],
    scope: read,
  },
  {
    permission: 'directory.read',
    route: ['GET', `/api/v1/crews${tenant}`],
    calls: listCrews,
    may: [yes, yes, yes, yes, yes, no],
    scope: read,
  },
  {
    permission: 'agent.read',
    route: ['GET', `${agent}/integrations/resolved${tenant}`],
    calls: resolveAgent,
    may: [yes, yes, yes, yes, yes, yes],
    scope: read,
  },
  {
    permission: 'agent.read',
    route: ['GET', `${agent}/integrations${tenant}`],
    calls: listAgentBindings,
    may: [yes, yes, yes, yes, yes, yes],
    scope: read,
  },
  {
    permission: 'agent.read',
    route: ['GET', `${agent}${tenant}`],
    calls: getAgent,
    may: [yes, yes, yes, yes, yes, yes],
    scope: read,
  },
  {
    permission: 'self',
    route: ['GET', '/api/v1/me'],
    calls: null,
    may: [yes, yes, yes, yes, yes, yes],
    scope: read,
  },
  {
    permission: 'workspace-servers.write',
    route: ['POST', `/api/v1/integrations${tenant}`],
    calls: createWorkspaceServer,
    body: reachable,
    may: [yes, yes, no, no, no, no],
    scope: write,
  },
  {
    permission: 'crew-servers.create',
    route: ['POST', `${crew}/integrations${tenant}`],
    calls: createCrewServer,
    body: reachable,
    may: [yes, yes, yes, no, no, no],
    scope: write,
  },
  {
    permission: 'crew-servers.change',
    route: ['DELETE', `${crew}/integrations/srv_1${tenant}`],
    calls: deleteCrewServer,
    may: [yes, yes, no, no, no, no],
    scope: write,
  },
  {
    permission: 'tool-states.write',
    route: ['PATCH', `${crew}/integrations/srv_1/tools/t${tenant}`],
    calls: upsertTool,
    body: { enabled: false },
    may: [yes, yes, no, no, no, no],
    scope: write,
  },
  {
    permission: 'tool-states.write',
    route: ['POST', `${crew}/integrations/srv_1/tools/refresh${tenant}&probe=true`],
    calls: refreshToolsFromServer,
    may: [yes, yes, no, no, no, no],
    scope: write,
  },
  {
    permission: 'servers.test',
    route: ['POST', `/api/v1/integrations/srv_1/test${tenant}`],
    calls: testServer,
    may: [yes, yes, yes, yes, no, no],
    scope: write,
  },
  {
    permission: 'servers.test',
    route: ['POST', `${crew}/integrations/srv_1/test${tenant}`],
    calls: testServer,
    may: [yes, yes, yes, yes, no, no],
    scope: write,
  },
  ...vaultLines,
  {
    permission: 'agent-bindings.write',
    route: ['POST', `${agent}/integrations${tenant}`],
    calls: createAgentBinding,
    body: bound,
    may: [yes, yes, yes, no, no, no],
    scope: write,
  },
  {
    permission: 'crews.write',
    route: ['POST', `/api/v1/crews${tenant}`],
    calls: createCrew,
    body: named,
    may: [yes, yes, yes, no, no, no],
    scope: write,
  },
  {
    permission: 'crews.write',
    route: ['DELETE', `${crew}${tenant}`],
    calls: deleteCrew,
    may: [yes, yes, yes, no, no, no],
    scope: write,
  },
  {
    permission: 'agents.write',
    route: ['POST', `/api/v1/agents${tenant}`],
    calls: createAgent,
    body: named,
    may: [yes, yes, yes, no, no, no],
    scope: write,
  },
  {
    permission: 'members.manage',
    route: ['POST', '/api/v1/workspaces/ws_1/members'],
    calls: createMember,
    body: { user_id: 'u', role: 'VIEWER' },
    may: [yes, yes, no, no, no, no],
    scope: null,
  },
  {
    permission: 'tokens.manage',
    route: ['POST', `/api/v1/tokens${tenant}`],
    calls: createToken,
    body: { ...named, kind: 'user' },
    may: [yes, yes, no, no, no, no],
    scope: null,
  },
  {
    permission: 'audit.read',
    route: ['GET', `/api/v1/audit${tenant}`],
    calls: listAudit,
    may: [yes, yes, no, no, no, no],
    scope: null,
  },
  {
    permission: 'workspace.write',
    route: ['PATCH', '/api/v1/workspaces/ws_1'],
    calls: updateWorkspace,
    body: named,
    may: [yes, yes, no, no, no, no],
    scope: null,
  },
  {
    permission: 'workspace.delete',
    route: ['DELETE', '/api/v1/workspaces/ws_1'],
    calls: deleteWorkspace,
    may: [yes, no, no, no, no, no],
    scope: null,
  },
  {
    permission: 'workspaces.create',
    route: ['POST', '/api/v1/workspaces'],
    calls: createWorkspace,
    body: named,
    may: [yes, yes, yes, yes, yes, no],
    scope: null,
  },
];
