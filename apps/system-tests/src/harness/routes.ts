import type { Place } from './place.js';
import { protectedUrl } from './protected-server.js';
import { roles, unique, type Role } from './tenant.js';

/** One route, and who may use it: the table of roles, written down a second time. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With the names of things in braces, see Place. */
  path: string;
  may: readonly Role[];
  /** Whether an agent's own token will do: for the agent that the path names, or anywhere. */
  agents: 'own' | 'all' | 'none';
  /** What a token with scopes needs; null: no such token will do. */
  scope: 'integrations:read' | 'integrations:write' | null;
  /** Where the request says which workspace it means. */
  tenant: 'named' | 'path' | 'token' | 'optional';
  status: 200 | 201;
  body: (place: Place) => Promise<object> | object | undefined;
}

const admins: readonly Role[] = ['OWNER', 'ADMIN'];
const managers: readonly Role[] = ['OWNER', 'ADMIN', 'MANAGER'];
const members: readonly Role[] = ['OWNER', 'ADMIN', 'MANAGER', 'MEMBER'];
const read = { may: roles, scope: 'integrations:read' } as const;
const byAdmins = { may: admins, scope: 'integrations:write' } as const;
const byManagers = { may: managers, scope: 'integrations:write' } as const;
const byMembers = { may: members, scope: 'integrations:write' } as const;
const unscoped = { may: admins, scope: null } as const;

/** POSTs that make nothing. */
const actions = /\/(refresh|test|discover)$/;

type Rule = Pick<Route, 'may' | 'scope'> & Partial<Pick<Route, 'agents' | 'tenant'>>;

function route(line: string, rule: Rule, body?: Route['body']): Route {
  const [method, path] = line.split(' ') as [Route['method'], string];
  const creates = method === 'POST' && !actions.test(path);
  return {
    method,
    path: `/api/v1${path}`,
    agents: 'none',
    tenant: path.startsWith('/workspaces/') ? 'path' : 'named',
    status: creates ? 201 : 200,
    body: body ?? ((): undefined => undefined),
    ...rule,
  };
}

const newServer = (): object => ({ name: unique('server'), endpoint: 'https://mcp.example.com/mcp' });
const named = (): object => ({ name: unique('name') });

export const routes: readonly Route[] = [
  route('GET /integrations', read),
  route('POST /integrations', byAdmins, newServer),
  route('GET /integrations/{server}', read),
  route('PATCH /integrations/{server}', byAdmins, () => ({ enabled: false })),
  route('DELETE /integrations/{server}', byAdmins),
  route('POST /integrations/{stdioServer}/test', byMembers),
  route('GET /integrations/crews', read),
  route('GET /crews/{crew}/integrations', read),
  route('POST /crews/{crew}/integrations', byManagers, newServer),
  route('PATCH /crews/{crew}/integrations/{crewServer}', byAdmins, () => ({ enabled: false })),
  route('DELETE /crews/{crew}/integrations/{crewServer}', byAdmins),
  route('POST /crews/{crew}/integrations/{stdioCrewServer}/test', byMembers),
  route('GET /crews/{crew}/integrations/{crewServer}/tools', read),
  route('PATCH /crews/{crew}/integrations/{crewServer}/tools/{tool}', byAdmins, () => ({ enabled: false })),
  route('POST /crews/{crew}/integrations/{crewServer}/tools/refresh', byAdmins, () => ({
    tools: [{ name: 'search' }],
  })),
  route('GET /agents/{agent}/integrations', { ...read, agents: 'own' }),
  route('POST /agents/{agent}/integrations', byManagers, async (place) => ({
    mcp_server_id: await place.id('server'),
    mcp_server_scope: 'workspace',
  })),
  route('PATCH /agents/{agent}/integrations/{binding}', byManagers, () => ({ enabled: false })),
  route('DELETE /agents/{agent}/integrations/{binding}', byManagers),
  route('GET /agents/{agent}/integrations/resolved', { ...read, agents: 'own' }),
  route('POST /oauth/discover', { ...byMembers, tenant: 'optional' }, async () => ({
    mcp_url: await protectedUrl(),
  })),

  route('GET /workspaces', { ...read, tenant: 'token' }),
  route('POST /workspaces', { may: roles, scope: null, tenant: 'token' }, named),
  route('GET /workspaces/{workspace}', read),
  route('PATCH /workspaces/{workspace}', unscoped, named),
  route('DELETE /workspaces/{workspace}', { may: ['OWNER'], scope: null }),
  route('GET /workspaces/{workspace}/members', read),
  route('POST /workspaces/{workspace}/members', unscoped, () => ({
    user_id: unique('user'),
    role: 'VIEWER',
  })),
  route('PATCH /workspaces/{workspace}/members/{member}', unscoped, () => ({ role: 'MEMBER' })),
  route('DELETE /workspaces/{workspace}/members/{member}', unscoped),
  route('GET /crews', read),
  route('POST /crews', byManagers, named),
  route('GET /crews/{crew}', read),
  route('PATCH /crews/{crew}', byManagers, named),
  route('DELETE /crews/{crew}', byManagers),
  route('GET /agents', read),
  route('POST /agents', byManagers, named),
  route('GET /agents/{agent}', { ...read, agents: 'own' }),
  route('PATCH /agents/{agent}', byManagers, named),
  route('DELETE /agents/{agent}', byManagers),
  route('GET /tokens', unscoped),
  route('POST /tokens', unscoped, () => ({ ...named(), kind: 'service', role: 'VIEWER' })),
  route('GET /tokens/{token}', unscoped),
  route('DELETE /tokens/{token}', unscoped),
  route('GET /me', { ...read, agents: 'all', tenant: 'optional' }),
  route('GET /audit', unscoped),
];

/** Takes the whole workspace with it, so that a test of it needs one of its own. */
export const endsWorkspace = ({ method, path }: Route): boolean =>
  method === 'DELETE' && path === '/api/v1/workspaces/{workspace}';
