import { Api, type Json } from '../harness/api.js';
import { newTenant, unique, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, newCrewServer, resolved } from '../harness/tiers.js';

let anyUser: Api;
let tenant: Tenant;
let owner: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
});
beforeEach(async () => {
  tenant = await newTenant(anyUser);
  owner = tenant.owner;
});

const countsOf = async (server: string): Promise<[number, number]> => {
  const { agent_binding_count, crew_server_count } = await owner.must(
    'GET',
    `/api/v1/integrations/${server}`,
  );
  return [agent_binding_count as number, crew_server_count as number];
};

describe('deleting an agent', () => {
  it('takes its bindings and its tokens along before the answer leaves', async () => {
    const server = await tenant.newServer();
    const runtime = await tenant.agentApi();
    await bind(tenant, server);
    await bind(tenant, server, {}, await tenant.newAgent());
    expect(await countsOf(server)).toEqual([2, 0]);

    const answer = await owner.delete(`/api/v1/agents/${tenant.agentId}`);
    expect([answer.status, answer.body]).toEqual([200, { id: tenant.agentId, deleted: true }]);
    expect(await countsOf(server)).toEqual([1, 0]);
    expect((await runtime.get('/api/v1/me')).status).toBe(401);
  });

  it('leaves 404 wherever it is named, for reading and for writing', async () => {
    const server = await tenant.newServer();
    const path = `/api/v1/agents/${tenant.agentId}`;
    await owner.must('DELETE', path);
    const attempts = await Promise.all([
      owner.get(path),
      owner.patch(path, { name: 'again' }),
      owner.delete(path),
      owner.get(`${path}/integrations`),
      owner.get(`${path}/integrations/resolved`),
      owner.post(`${path}/integrations`, { mcp_server_id: server, mcp_server_scope: 'workspace' }),
    ]);
    expect(attempts.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(await countsOf(server)).toEqual([0, 0]);
  });
});

describe('deleting a crew', () => {
  it('takes its servers, the bindings to them and their tools along, and leaves its agents in no crew', async () => {
    const server = await tenant.newServer({ name: 'shared' });
    const override = await newCrewServer(tenant, { workspace_mcp_server_id: server });
    const own = await newCrewServer(tenant, { name: 'own' });
    const kept = await newCrewServer(tenant, { name: 'kept' }, await tenant.newCrew());
    await bind(tenant, override, { mcp_server_scope: 'crew' });
    await bind(tenant, own, { mcp_server_scope: 'crew' });
    const binding = await bind(tenant, server);
    expect(await countsOf(server)).toEqual([1, 1]);

    const answer = await owner.delete(`/api/v1/crews/${tenant.crewId}`);
    expect([answer.status, answer.body]).toEqual([200, { id: tenant.crewId, deleted: true }]);
    expect(await countsOf(server)).toEqual([1, 0]);
    const overview = (await owner.get('/api/v1/integrations/crews')).body as Json[];
    expect(overview.map(({ id }) => id as string)).toEqual([kept]);
    expect((await owner.get(`/api/v1/agents/${tenant.agentId}/integrations`)).body).toEqual([
      expect.objectContaining({ id: binding }),
    ]);
    expect((await owner.get(`/api/v1/agents/${tenant.agentId}`)).body.crew_id).toBeNull();
    expect(await resolved(tenant)).toMatchObject([{ server_id: server, crew_server_id: null }]);
  });

  it('leaves 404 wherever it is named', async () => {
    const row = await newCrewServer(tenant);
    const path = `/api/v1/crews/${tenant.crewId}`;
    await owner.must('DELETE', path);
    const attempts = await Promise.all([
      owner.get(path),
      owner.patch(path, { name: 'again' }),
      owner.delete(path),
      owner.get(`${path}/integrations`),
      owner.post(`${path}/integrations`, { name: 'x', endpoint: 'https://mcp.example.com/mcp' }),
      owner.patch(`${path}/integrations/${row}`, { enabled: false }),
      owner.get(`${path}/integrations/${row}/tools`),
    ]);
    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 404));
    expect((await owner.post('/api/v1/agents', { name: 'x', crew_id: tenant.crewId })).status).toBe(400);
  });

  it('leaves nothing behind of what is made for it at the same moment', async () => {
    const crew = await tenant.newCrew();
    const creations = Array.from({ length: 10 }, (_, number) =>
      owner.post(`/api/v1/crews/${crew}/integrations`, {
        name: `server-${number}`,
        endpoint: 'https://mcp.example.com/mcp',
      }),
    );
    const deletion = owner.delete(`/api/v1/crews/${crew}`);
    const statuses = (await Promise.all(creations)).map(({ status }) => status);
    expect((await deletion).status).toBe(200);
    expect(statuses.every((status) => status === 201 || status === 404)).toBe(true);
    expect((await owner.get('/api/v1/integrations/crews')).body).toEqual([]);
  });
});

describe('deleting a workspace', () => {
  it('leaves nothing to whoever takes its slug next', async () => {
    const slug = unique('slug');
    await owner.must('PATCH', `/api/v1/workspaces/${tenant.id}`, { slug });
    const server = await tenant.newServer({ name: 'gone' });
    await newCrewServer(tenant, { workspace_mcp_server_id: server });
    await bind(tenant, server);
    await owner.must('DELETE', `/api/v1/workspaces/${tenant.id}`);

    const { token } = await anyUser.must('POST', '/api/v1/workspaces', { name: 'Next', slug });
    const next = new Api(anyUser.gateways, token as string, slug);
    expect((await next.get('/api/v1/integrations')).body).toEqual([]);
    expect((await next.get('/api/v1/integrations/crews')).body).toEqual([]);
    expect((await next.get('/api/v1/crews')).body.crews).toEqual([]);
    expect((await next.get('/api/v1/agents')).body.agents).toEqual([]);
    expect((await next.get(`/api/v1/integrations/${server}`)).status).toBe(404);
    expect((await next.get(`/api/v1/agents/${tenant.agentId}/integrations/resolved`)).status).toBe(404);
  });
});
