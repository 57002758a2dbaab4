import { roles, type AnyRpc, type Role } from '@hawser/contracts';
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
  authorise,
  type Access,
  type TokenScope,
} from '@hawser/contracts/directory';
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
import { owner, testGateway, token, type TestGateway } from '../testing/test-gateway.js';
import { mayReadSecrets, permissions, type PermissionName } from './permissions.js';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Line {
  permission: PermissionName;
  /** One route that asks for it, the contract that it calls, and a body that is fit for it. */
  route: [Method, string];
  calls: AnyRpc | null;
  body?: object;
  /** Of OWNER, ADMIN, MANAGER, MEMBER, VIEWER, and the token of the agent that the path names. */
  may: [boolean, boolean, boolean, boolean, boolean, boolean];
  scope: TokenScope | null;
}

const yes = true;
const no = false;
const tenant = '?workspace_id=ws_1';
const agent = '/api/v1/agents/agt_1';
const crew = '/api/v1/crews/crew_1';
const read = 'integrations:read' as const;
const write = 'integrations:write' as const;
const named = { name: 'x' };
const reachable = { ...named, endpoint: 'https://mcp.example.com/mcp' };
const bound = { mcp_server_id: 'srv_1', mcp_server_scope: 'workspace' };

/** The table "Who may do what" of docs/access.md, line by line. */
// prettier-ignore
const table: Line[] = [
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

const asRole = (role: Role): Access => ({ ...owner, role, actor: { ...owner.actor, role } });
const asAgent = (agentId: string): Access => ({
  ...owner,
  role: null,
  actor: { kind: 'agent', id: 'tok_2', agent_id: agentId },
});
const callers: [string, Access][] = [
  ...roles.map((role): [string, Access] => [role, asRole(role)]),
  ['the agent itself', asAgent('agt_1')],
];

describe('who may do what', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway();
    for (const { calls } of table) if (calls !== null) gateway.bus.answer(calls, shapeOf(calls));
  });
  afterAll(() => gateway.app.close());

  /** The code of the refusal, or null when the request came through to the service. */
  async function refusal({ route, body, calls }: Line, access: Access): Promise<string | null> {
    gateway.callerIs(access);
    gateway.bus.asked.length = 0;
    const [method, url] = route;
    const answer = await gateway.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { payload: body }),
    });
    const reached = gateway.bus.asked.some(({ subject }) => subject === calls?.subject);
    if (answer.statusCode < 300) {
      expect(reached || calls === null).toBe(true);
      return null;
    }
    // Nothing of what was refused has reached a service.
    expect(gateway.bus.asked.map(({ subject }) => subject)).toEqual([authorise.subject]);
    return answer.json<{ code: string }>().code;
  }

  it('is said for every permission that there is', () => {
    expect([...new Set(table.map(({ permission }) => permission))].sort()).toEqual(
      Object.keys(permissions).sort(),
    );
  });

  it.each(table)('$permission, by role: $route', async (line) => {
    const outcomes: [string, boolean][] = [];
    for (const [name, access] of callers) {
      const code = await refusal(line, access);
      expect([null, 'forbidden']).toContain(code);
      outcomes.push([name, code === null]);
    }
    expect(outcomes).toEqual(callers.map(([name], index) => [name, line.may[index]]));
  });

  it.each(table)('$permission, by scope: $route', async (line) => {
    const withScopes = (scopes: TokenScope[]): Promise<string | null> => refusal(line, { ...owner, scopes });
    const enough = (scope: TokenScope): string | null => (line.scope === scope ? null : 'scope_missing');
    expect(await withScopes([read])).toBe(enough(read));
    expect(await withScopes([write])).toBe(enough(write));
    expect(await withScopes([read, write])).toBe(line.scope === null ? 'scope_missing' : null);
    expect(await withScopes([])).toBe('scope_missing');
  });

  it.each(table.filter(({ route }) => route[1].includes('agt_1')))(
    "$permission, never by another agent's token: $route",
    async (line) => {
      expect(await refusal(line, asAgent('agt_2'))).toBe('forbidden');
    },
  );

  it('gives secrets to OWNER, ADMIN and the agent itself only', () => {
    const plain = roles.filter((role) => mayReadSecrets({ kind: 'user', role }));
    expect(plain).toEqual(['OWNER', 'ADMIN']);
    expect(roles.filter((role) => mayReadSecrets({ kind: 'service', role }))).toEqual(plain);
    expect(mayReadSecrets({ kind: 'agent' })).toBe(true);
    expect(mayReadSecrets({ kind: 'system' })).toBe(false);
  });
});

/** An answer that is good enough to be sent on. */
function shapeOf({ response }: AnyRpc): object {
  return Array.isArray(response) ? [] : { items: [], next_cursor: null };
}
