import { eventually } from '@hawser/testing/eventually';
import { Api, type Answer, type Json } from '../harness/api.js';
import { Place } from '../harness/place.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { routes } from '../harness/routes.js';
import { newTenant, unique, type Member, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';

let anyUser: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
}, 60_000);

type Attempt = (api: Api) => Promise<Answer>;

const server = (): object => ({ name: unique('server'), endpoint: 'https://mcp.example.com/mcp' });
const detailOf = ({ body }: Answer): string => (body as { detail: string }).detail;

describe('a token with scopes', () => {
  let tenant: Tenant;
  let place: Place;
  const callers = new Map<string, Api>();
  const scopeSets = [
    ['integrations:read'],
    ['integrations:write'],
    ['integrations:read', 'integrations:write'],
  ];
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    place = new Place(tenant);
    for (const scopes of scopeSets) {
      callers.set(scopes.join(), (await tenant.token({ kind: 'service', role: 'OWNER', scopes })).api);
    }
  });

  const cases = scopeSets.flatMap((scopes) =>
    routes.map((route) => ({ ...route, scopes, line: `${route.method} ${route.path}` })),
  );
  it.each(cases.filter(({ scope, scopes }) => scope === null || !scopes.includes(scope)))(
    'of $scopes is refused $line',
    async ({ method, path, body, scope, scopes }) => {
      const api = callers.get(scopes.join()) as Api;
      const answer = await api.send(method, await place.fill(path), { body: await body(place) });
      expectProblem(answer, 403, 'scope_missing');
      expect(answer.body).toMatchObject({ scopes });
      const words = scope === null ? scopes : [...scopes, scope];
      for (const word of words) expect(detailOf(answer)).toContain(word);
    },
  );

  it.each(cases.filter(({ scope, scopes }) => scope !== null && scopes.includes(scope)))(
    'of $scopes is let in at $line',
    async ({ method, path, body, scopes, status }) => {
      const fresh = new Place(tenant);
      const api = callers.get(scopes.join()) as Api;
      const answer = await api.send(method, await fresh.fill(path), { body: await body(fresh) });
      expect(answer.status).toBe(status);
    },
  );

  it('never adds to a role: a VIEWER with both may still only read', async () => {
    const scopes = ['integrations:read', 'integrations:write'];
    const { api } = await tenant.token({ kind: 'service', role: 'VIEWER', scopes });
    expect((await api.get('/api/v1/integrations')).status).toBe(200);
    expectProblem(await api.post('/api/v1/integrations', server()), 403, 'forbidden');
  });

  it('binds an agent too: without integrations:read it cannot resolve', async () => {
    const scopes = ['integrations:write'];
    const { api } = await tenant.token({ kind: 'agent', agent_id: tenant.agentId, scopes });
    const answer = await api.get(`/api/v1/agents/${tenant.agentId}/integrations/resolved`);
    expectProblem(answer, 403, 'scope_missing');
  });
});

describe('a token ends', () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
  });
  const statusOf = async (api: Api): Promise<number> => (await api.get('/api/v1/crews')).status;

  it('when it expires', async () => {
    // Another one, where it has expired before it was used.
    const { api, expires_at } = await eventually(async () => {
      const expires_at = new Date(Date.now() + 1000).toISOString();
      const { api } = await tenant.token({ kind: 'service', role: 'VIEWER', expires_at });
      return (await statusOf(api)) === 200 ? { api, expires_at } : undefined;
    });
    const refusal = await eventually(async () => {
      const answer = await api.get('/api/v1/crews');
      return answer.status === 200 ? undefined : answer;
    });
    expectProblem(refusal, 401, 'unauthenticated');
    expect(refusal.headers.get('www-authenticate')).toMatch(/^Bearer\b/);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires_at));
  });

  it('in the very next request after it is deleted', async () => {
    const { id, api } = await tenant.token({ kind: 'service', role: 'VIEWER' });
    expect(await statusOf(api)).toBe(200);
    await tenant.owner.must('DELETE', `/api/v1/tokens/${id}`);
    expectProblem(await api.get('/api/v1/crews'), 401, 'unauthenticated');
  });

  it('with the membership of its user', async () => {
    const { id, api } = await tenant.member('ADMIN');
    expect(await statusOf(api)).toBe(200);
    await tenant.owner.must('DELETE', `/api/v1/workspaces/${tenant.id}/members/${id}`);
    expectProblem(await api.get('/api/v1/crews'), 401, 'unauthenticated');
  });

  it('with its agent', async () => {
    const agentId = await tenant.newAgent();
    const api = await tenant.agentApi(agentId);
    expect((await api.get('/api/v1/me')).status).toBe(200);
    await tenant.owner.must('DELETE', `/api/v1/agents/${agentId}`);
    expectProblem(await api.get('/api/v1/me'), 401, 'unauthenticated');
  });

  it('with its workspace', async () => {
    const doomed = await newTenant(anyUser);
    const viewer = await doomed.as('VIEWER');
    await doomed.owner.must('DELETE', `/api/v1/workspaces/${doomed.id}`);
    expectProblem(await viewer.get('/api/v1/me'), 401, 'unauthenticated');
    expectProblem(await doomed.owner.get('/api/v1/me'), 401, 'unauthenticated');
  });
});

describe("a user's token", () => {
  it('has the role that the member has now, in the very next request after a change', async () => {
    const tenant = await newTenant(anyUser);
    const { id, api } = await tenant.member('VIEWER');
    const become = (role: string): Promise<Json> =>
      tenant.owner.must('PATCH', `/api/v1/workspaces/${tenant.id}/members/${id}`, { role });
    expectProblem(await api.post('/api/v1/integrations', server()), 403, 'forbidden');
    await become('ADMIN');
    expect((await api.post('/api/v1/integrations', server())).status).toBe(201);
    await become('MANAGER');
    expectProblem(await api.post('/api/v1/integrations', server()), 403, 'forbidden');
  });
});

describe('an ADMIN', () => {
  let tenant: Tenant;
  let admin: Member;
  let ownerMember: { id: string; user_id: string };
  let members: string;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    admin = await tenant.member('ADMIN');
    members = `/api/v1/workspaces/${tenant.id}/members`;
    const list = (await tenant.owner.must('GET', members)) as {
      members: { id: string; user_id: string; role: string }[];
    };
    ownerMember = list.members.find(({ role }) => role === 'OWNER') as typeof ownerMember;
  });

  it.each<[string, Attempt]>([
    [
      'mint an OWNER token',
      (api) => api.post('/api/v1/tokens', { name: 'x', kind: 'service', role: 'OWNER' }),
    ],
    [
      "mint a token of the OWNER's user",
      (api) => api.post('/api/v1/tokens', { name: 'x', kind: 'user', user_id: ownerMember.user_id }),
    ],
    ['add an OWNER', (api) => api.post(members, { user_id: unique('user'), role: 'OWNER' })],
    ['become OWNER', (api) => api.patch(`${members}/${admin.id}`, { role: 'OWNER' })],
    ['lower the OWNER', (api) => api.patch(`${members}/${ownerMember.id}`, { role: 'VIEWER' })],
    ['remove the OWNER', (api) => api.delete(`${members}/${ownerMember.id}`)],
  ])('may not %s, and is told both roles', async (_, attempt) => {
    const answer = await attempt(admin.api);
    expectProblem(answer, 403, 'forbidden');
    expect(detailOf(answer)).toMatch(/OWNER.*ADMIN/s);
  });

  it('may mint tokens up to its own role, which are shown once', async () => {
    const made = await admin.api.post('/api/v1/tokens', { name: 'x', kind: 'service', role: 'ADMIN' });
    expect(made.status).toBe(201);
    const { id, token } = made.body as { id: string; token: string };
    expect(token).toMatch(/^hws_live_[A-Za-z0-9_-]{43}$/);
    for (const path of [`/api/v1/tokens/${id}`, '/api/v1/tokens', '/api/v1/audit']) {
      expect((await admin.api.get(path)).text).not.toContain(token);
    }
  });
});

it('a service token makes no workspace, having no user to be its OWNER', async () => {
  const service = await (await newTenant(anyUser)).as('OWNER');
  expectProblem(await service.post('/api/v1/workspaces', { name: 'Mine' }), 403, 'forbidden');
});

describe('a test token', () => {
  let tenant: Tenant;
  let test: Api;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    test = (await tenant.token({ kind: 'user', mode: 'test' })).api;
  });
  const names = async (api: Api): Promise<string[]> =>
    ((await api.must('GET', '/api/v1/integrations')) as { name: string }[]).map(({ name }) => name);

  it('shares nothing with the live data, though the same slug and id name both', async () => {
    const { slug } = (await tenant.owner.must('GET', `/api/v1/workspaces/${tenant.id}`)) as { slug: string };
    for (const name of [slug, tenant.id]) {
      const [live, sandboxed] = (await Promise.all(
        [tenant.owner, test].map((api) => api.in(name).must('POST', '/api/v1/integrations', server())),
      )) as [Json, Json];
      expect(live.workspace_id).toBe(tenant.id);
      expect(sandboxed.workspace_id).not.toBe(tenant.id);
      expect(await names(tenant.owner.in(name))).toContain(live.name);
      expect(await names(tenant.owner.in(name))).not.toContain(sandboxed.name);
      expect(await names(test.in(name))).toContain(sandboxed.name);
      expect(await names(test.in(name))).not.toContain(live.name);
      expectProblem(await test.in(name).get(`/api/v1/integrations/${live.id}`), 404, 'not_found');
      expectProblem(
        await tenant.owner.in(name).get(`/api/v1/integrations/${sandboxed.id}`),
        404,
        'not_found',
      );
    }
  });

  it('names its sandbox by the id of that too, which a live token cannot', async () => {
    const { workspace } = (await test.must('GET', '/api/v1/me')) as {
      workspace: { id: string; sandbox_of: string };
    };
    expect(workspace.sandbox_of).toBe(tenant.id);
    expect((await test.in(workspace.id).get('/api/v1/crews')).status).toBe(200);
    expectProblem(await tenant.owner.in(workspace.id).get('/api/v1/crews'), 404, 'not_found');
  });

  it('makes test tokens but no live ones, not even by leaving the mode out', async () => {
    const token = { name: 'x', kind: 'service', role: 'VIEWER' };
    const made = await test.post('/api/v1/tokens', { ...token, mode: 'test' });
    expect(made.body).toMatchObject({
      token: expect.stringMatching(/^hws_test_[A-Za-z0-9_-]{43}$/) as unknown,
    });
    expectProblem(await test.post('/api/v1/tokens', { ...token, mode: 'live' }), 403, 'forbidden');
    expectProblem(await test.post('/api/v1/tokens', token), 403, 'forbidden');
  });

  it.each<[string, Attempt]>([
    ['make a workspace', (api) => api.post('/api/v1/workspaces', { name: 'Mine' })],
    ['change the workspace', (api) => api.patch(`/api/v1/workspaces/${tenant.id}`, { name: 'Mine' })],
    [
      'add a member',
      (api) => api.post(`/api/v1/workspaces/${tenant.id}/members`, { user_id: 'u', role: 'VIEWER' }),
    ],
  ])('cannot %s', async (_, attempt) => {
    expectProblem(await attempt(test), 403, 'forbidden');
  });

  it('is for an agent of the sandbox: one of the live workspace is refused', async () => {
    const agent = { name: 'x', kind: 'agent', agent_id: tenant.agentId, mode: 'test' };
    expectInvalid(await tenant.owner.post('/api/v1/tokens', agent), 'agent_id');
  });

  it('ends with the membership of its user', async () => {
    const { id, userId } = await tenant.member('MANAGER');
    const { api } = await tenant.token({ kind: 'user', user_id: userId, mode: 'test' });
    expect((await api.get('/api/v1/crews')).status).toBe(200);
    await tenant.owner.must('DELETE', `/api/v1/workspaces/${tenant.id}/members/${id}`);
    expectProblem(await api.get('/api/v1/crews'), 401, 'unauthenticated');
  });
});
