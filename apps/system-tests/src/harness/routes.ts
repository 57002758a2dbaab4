import type { Place } from './place.js';
import { openUrl, protectedUrl } from './protected-server.js';
import { roles, unique, type Role } from './tenant.js';

/** One route, and who may use it: the table of roles, written down a second time. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the names of things in braces, see Place. */
  path: string;
  may: readonly Role[];
  /** Whether an agent's own token will do: for the agent that the path names, or anywhere. */
  agents: 'own' | 'all' | 'none';
  /** What a token with scopes needs; null: no such token will do. */
  scope: 'integrations:read' | 'integrations:write' | null;
  /** Where the request says which workspace it means. */
  tenant: 'named' | 'path' | 'token' | 'optional';
  /** For those who may. */
  status: 200 | 201 | 400 | 404;
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
const actions = /\/(refresh|test|discover|rotate-keys|initiate|loopback)$/;

type Rule = Pick<Route, 'may' | 'scope'> & Partial<Pick<Route, 'agents' | 'tenant' | 'status'>>;

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
/** A workspace's own client at a provider, there before it is asked for. */
const withClient =
  (body?: object): Route['body'] =>
  async ({ tenant }) => {
    await tenant.owner.must('PUT', '/api/v1/oauth/providers/github/client', { client_id: 'a-client' });
    return body;
  };

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
  route('GET /credentials', read),
  route('POST /credentials', byManagers, () => ({ ...named(), type: 'bearer', value: unique('value') })),
  route('GET /credentials/{credential}', read),
  route('PATCH /credentials/{credential}', byManagers, () => ({ value: unique('value') })),
  route('DELETE /credentials/{credential}', byManagers),
  route('POST /credentials/rotate-keys', { may: ['OWNER'], scope: null }),
  route('GET /oauth/providers', { ...read, tenant: 'optional' }),
  route('PUT /oauth/providers/{provider}/client', byAdmins, () => ({ client_id: 'a-client' })),
  route('DELETE /oauth/providers/{provider}/client', byAdmins, withClient()),
  route('POST /oauth/initiate', byMembers, withClient({ provider: 'github' })),
  route('POST /oauth/loopback', byMembers, withClient({ provider: 'github', port: 8765 })),
  // Nobody has begun such a flow.
  route('POST /oauth/exchange', { ...byMembers, status: 400 }, async (place) => ({
    credential_id: await place.id('credential'),
    code: 'a-code',
    state: unique('state'),
  })),
  // There is nothing to sign in to.
  route('POST /oauth/auto-connect', { ...byAdmins, status: 404 }, async () => ({
    mcp_url: await openUrl(),
    server_name: unique('server'),
  })),
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

/** Those that ask nobody who they are. */
export const publicRoutes = ['GET /api/v1/oauth/callback', 'GET /api/v1/oauth/client-metadata.json'] as const;

/** Takes the whole workspace with it, so that a test of it needs one of its own. */
export const endsWorkspace = ({ method, path }: Route): boolean =>
  method === 'DELETE' && path === '/api/v1/workspaces/{workspace}';
