import { mayReadSecrets, roles, type AnyRpc, type Role } from '@hawser/contracts';
import { authorise, type Access, type TokenScope } from '@hawser/contracts/directory';
import type { Line } from '../testing/permission-line.js';
import { table } from '../testing/permission-table.js';
import { owner, testGateway, token, type TestGateway } from '../testing/test-gateway.js';
import { isEnough, permissions, type PermissionName } from './permissions.js';

const read = 'integrations:read' as const;
const write = 'integrations:write' as const;

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

  it('opens to users outside any workspace what needs none, and nothing else', () => {
    const names = Object.keys(permissions) as PermissionName[];
    const open = names.filter((name) => isEnough(null, permissions[name], false));
    expect(open.sort()).toEqual([
      'directory.read',
      'oauth.discover',
      'oauth.providers',
      'self',
      'workspaces.create',
    ]);
    // Whoever has no role in a workspace may do nothing there.
    expect(names.filter((name) => isEnough(null, permissions[name], true))).toEqual([]);
  });

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
