import { eventually } from '@hawser/testing/eventually';
import { Api, type Answer, type Json } from '../harness/api.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const outcome = ({ status, body }: Answer): [number, string] => [status, body.code as string];

let anyUser: Api;
let tenant: Tenant;
let owner: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
  tenant = await newTenant(anyUser);
  owner = tenant.owner;
});

const make = (body: object): Promise<Json> => owner.must('POST', '/api/v1/tokens', body);
const asNew = async (body: object): Promise<Api> => owner.as((await make(body)).token as string);

describe('a token', () => {
  it('is shown once, and known by its beginning from then on', async () => {
    const { status, body } = await owner.post('/api/v1/tokens', {
      name: 'ci',
      kind: 'service',
      role: 'MEMBER',
    });
    const { token, ...shown } = body;
    expect(status).toBe(201);
    expect(token).toMatch(/^hws_live_[A-Za-z0-9_-]{43}$/);
    expect(shown).toEqual({
      id: expect.stringMatching(/^tok_\w+$/),
      workspace_id: tenant.id,
      name: 'ci',
      kind: 'service',
      mode: 'live',
      prefix: (token as string).slice(0, 13),
      role: 'MEMBER',
      agent_id: null,
      user_id: null,
      scopes: null,
      expires_at: null,
      last_used_at: null,
      created_at: time,
    });
    const one = await owner.get(`/api/v1/tokens/${shown.id}`);
    const list = await owner.get('/api/v1/tokens');
    expect(one.body).toEqual(shown);
    expect(list.body.tokens).toContainEqual(shown);
    const secret = (token as string).slice(14);
    expect(one.text + list.text).not.toContain(secret);
    expect(list.text).not.toMatch(/hash/);
  });

  it('says when it was last used', async () => {
    const { id, token } = await make({ name: 'used', kind: 'service', role: 'VIEWER' });
    const before = Date.now();
    await owner.as(token as string).must('GET', '/api/v1/me');
    const at = await eventually(async () => {
      const { last_used_at } = await owner.must('GET', `/api/v1/tokens/${id}`);
      return (last_used_at as string | null) ?? undefined;
    });
    expect(Math.abs(Date.parse(at) - before)).toBeLessThan(60_000);
  });

  it('is nobody from the moment it is deleted', async () => {
    const { id, token } = await make({ name: 'revoked', kind: 'service', role: 'ADMIN' });
    const api = owner.as(token as string);
    expect((await api.get('/api/v1/me')).status).toBe(200);
    expect((await owner.delete(`/api/v1/tokens/${id}`)).body).toEqual({ id, deleted: true });
    expect(outcome(await api.get('/api/v1/me'))).toEqual([401, 'unauthenticated']);
    expect((await owner.get(`/api/v1/tokens/${id}`)).status).toBe(404);
    expect((await owner.delete(`/api/v1/tokens/${id}`)).status).toBe(404);
  });

  it('is nobody from the moment it expires', async () => {
    // Another one, where it has expired before it was used.
    const { api, expires_at } = await eventually(async () => {
      const expires_at = new Date(Date.now() + 1_500).toISOString();
      const api = await asNew({ name: 'short', kind: 'service', role: 'VIEWER', expires_at });
      return (await api.get('/api/v1/me')).status === 200 ? { api, expires_at } : undefined;
    });
    const status = await eventually(async () => {
      const answer = await api.get('/api/v1/me');
      return answer.status === 200 ? undefined : answer.status;
    });
    expect(status).toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires_at));
  });

  it('does only what its scopes say', async () => {
    const reader = await asNew({ name: 'r', kind: 'service', role: 'OWNER', scopes: ['integrations:read'] });
    const writer = await asNew({ name: 'w', kind: 'service', role: 'OWNER', scopes: ['integrations:write'] });
    const body = { name: 'scoped', endpoint: 'https://mcp.example.com/mcp' };
    expect((await reader.get('/api/v1/integrations')).status).toBe(200);
    expect(outcome(await reader.post('/api/v1/integrations', body))).toEqual([403, 'scope_missing']);
    expect(outcome(await writer.get('/api/v1/integrations'))).toEqual([403, 'scope_missing']);
    expect((await writer.post('/api/v1/integrations', body)).status).toBe(201);
    expect(outcome(await reader.get('/api/v1/tokens'))).toEqual([403, 'scope_missing']);
  });

  it.each([
    ['of an unknown kind', { kind: 'robot' }, 'kind'],
    ['of kind service without a role', { kind: 'service' }, 'role'],
    ['of kind agent without an agent', { kind: 'agent' }, 'agent_id'],
    ["of kind agent for another workspace's agent", { kind: 'agent', agent_id: 'agt_none' }, 'agent_id'],
    ['of kind user for no member', { kind: 'user', user_id: 'nobody' }, 'user_id'],
    [
      'that has expired',
      { kind: 'service', role: 'VIEWER', expires_at: '2020-01-01T00:00:00Z' },
      'expires_at',
    ],
    ['without any scope', { kind: 'service', role: 'VIEWER', scopes: [] }, 'scopes'],
    ['of an unknown scope', { kind: 'service', role: 'VIEWER', scopes: ['all'] }, 'scopes'],
  ])('is refused %s, naming the field', async (_, body, field) => {
    const answer = await owner.post('/api/v1/tokens', { name: 'x', ...body });
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([400, field]);
  });

  it('of mode test reaches only a twin of the workspace with data of its own', async () => {
    const { token, workspace_id } = await make({ name: 't', kind: 'service', mode: 'test', role: 'OWNER' });
    expect(token).toMatch(/^hws_test_[A-Za-z0-9_-]{43}$/);
    expect(workspace_id).not.toBe(tenant.id);
    const sandboxed = owner.as(token as string);
    await tenant.newServer({ name: 'live-only' });
    expect((await sandboxed.get('/api/v1/me')).body.workspace).toMatchObject({
      id: workspace_id,
      sandbox_of: tenant.id,
    });
    expect((await sandboxed.get('/api/v1/integrations')).body).toEqual([]);
    await sandboxed.must('POST', '/api/v1/integrations', {
      name: 'in-test',
      endpoint: 'https://a.example/mcp',
    });
    const live = (await owner.get('/api/v1/integrations')).body as Json[];
    expect(live.map(({ name }) => name as string)).not.toContain('in-test');
    expect((await sandboxed.get(`/api/v1/agents/${tenant.agentId}`)).status).toBe(404);
  });
});

describe('GET /me', () => {
  const me = async (api: Api): Promise<Json> => api.in(null).must('GET', '/api/v1/me');

  it('says who a token is: a user, a service or an agent', async () => {
    const user = await me(owner);
    expect(user).toEqual({
      actor: {
        kind: 'user',
        id: expect.stringMatching(/^tok_/),
        user_id: expect.stringMatching(/^usr_/),
        role: 'OWNER',
      },
      role: 'OWNER',
      scopes: null,
      workspace: expect.objectContaining({ id: tenant.id, plan: 'free', sandbox_of: null }),
    });
    const service = await make({
      name: 's',
      kind: 'service',
      role: 'MANAGER',
      scopes: ['integrations:read', 'integrations:write'],
    });
    expect(await me(owner.as(service.token as string))).toMatchObject({
      actor: { kind: 'service', id: service.id, role: 'MANAGER' },
      role: 'MANAGER',
      scopes: ['integrations:read', 'integrations:write'],
    });
    expect(await me(await tenant.agentApi())).toMatchObject({
      actor: { kind: 'agent', agent_id: tenant.agentId },
      role: null,
    });
  });

  it("shows a user's role as it is now, not as it was when the token was made", async () => {
    const path = `/api/v1/workspaces/${tenant.id}/members`;
    const { id, user_id } = await owner.must('POST', path, { user_id: 'user-7', role: 'VIEWER' });
    const theirs = await asNew({ name: 'theirs', kind: 'user', user_id });
    expect((await me(theirs)).role).toBe('VIEWER');
    await owner.must('PATCH', `${path}/${id}`, { role: 'MANAGER' });
    expect((await me(theirs)).role).toBe('MANAGER');
    expect((await theirs.post('/api/v1/crews', { name: 'By a manager' })).status).toBe(201);
  });

  it('is 401 without a token or with an unknown one', async () => {
    const unknown = `hws_live_${'A'.repeat(43)}`;
    for (const api of [owner.as(null), owner.as(unknown), owner.as('nonsense')]) {
      const answer = await api.get('/api/v1/me');
      expect(outcome(answer)).toEqual([401, 'unauthenticated']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });
});
