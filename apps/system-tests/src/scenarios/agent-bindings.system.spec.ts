import { Api, type Json } from '../harness/api.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, newCrewServer, resolved } from '../harness/tiers.js';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const ids = (list: Json[]): string[] => list.map(({ id }: { id: string }) => id);

let anyUser: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
});

describe('the bindings of an agent', () => {
  let tenant: Tenant;
  let owner: Api;
  let path: string;
  let server: string;
  let binding: Json;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    owner = tenant.owner;
    path = `/api/v1/agents/${tenant.agentId}/integrations`;
    server = await tenant.newServer();
  });

  it('are created with 201 and say every default', async () => {
    const answer = await owner.post(path, { mcp_server_id: server, mcp_server_scope: 'workspace' });
    binding = answer.body;
    expect(answer.status).toBe(201);
    expect(binding).toEqual({
      id: expect.stringMatching(/^bnd_\w+$/),
      workspace_id: tenant.id,
      agent_id: tenant.agentId,
      mcp_server_id: server,
      mcp_server_scope: 'workspace',
      credential_id: null,
      cred_type: 'bearer',
      cred_header: null,
      env_var_name: null,
      enabled: true,
      config_override_json: null,
      managed_by: null,
      effective: true,
      created_at: time,
      updated_at: binding.created_at,
    });
  });

  it.each([
    ['without a server', { mcp_server_scope: 'workspace' }, 'mcp_server_id'],
    ['without a scope', { mcp_server_id: 'srv_x' }, 'mcp_server_scope'],
    ['to no server', { mcp_server_id: 'srv_x', mcp_server_scope: 'workspace' }, 'mcp_server_id'],
    [
      'with an unknown cred_type',
      { mcp_server_id: 'srv_x', mcp_server_scope: 'crew', cred_type: 'oauth' },
      'cred_type',
    ],
  ])('are refused %s, naming the field', async (_, body, field) => {
    const answer = await owner.post(path, body);
    expect(answer.status).toBe(400);
    expect((answer.body.errors as Json[]).map((error) => error.field as string)).toEqual([field]);
  });

  it('are refused to a server of the other scope, of another workspace and of another crew', async () => {
    const crewRow = await newCrewServer(tenant, {}, await tenant.newCrew());
    const foreign = await (await newTenant(anyUser)).newServer();
    const attempt = async (mcp_server_id: string, mcp_server_scope: string): Promise<number> =>
      (await owner.post(path, { mcp_server_id, mcp_server_scope })).status;
    expect(await attempt(server, 'crew')).toBe(400);
    expect(await attempt(foreign, 'workspace')).toBe(400);
    expect(await attempt(crewRow, 'crew')).toBe(400);
  });

  it('are refused twice to the same server, and for an agent that is not there', async () => {
    const body = { mcp_server_id: server, mcp_server_scope: 'workspace' };
    const second = await owner.post(path, body);
    expect([second.status, second.body.code]).toEqual([409, 'already_bound']);
    expect((await owner.post('/api/v1/agents/agt_none/integrations', body)).status).toBe(404);
  });

  it("are changed by their own id and by the server's", async () => {
    const byId = await owner.patch(`${path}/${binding.id}`, { cred_type: 'api_key', cred_header: 'X-Key' });
    expect([byId.status, byId.body]).toEqual([
      200,
      { ...binding, cred_type: 'api_key', cred_header: 'X-Key', updated_at: time },
    ]);
    const override = '{"region":"eu"}';
    const byServer = await owner.patch(`${path}/${server}`, {
      env_var_name: 'TOKEN',
      config_override_json: override,
    });
    expect([byServer.status, byServer.body]).toEqual([
      200,
      { ...byId.body, env_var_name: 'TOKEN', config_override_json: override, updated_at: time },
    ]);
    expect((await owner.get(path)).body).toEqual([byServer.body]);
  });

  it('are cleared by empty strings where the field may be empty', async () => {
    const { status, body } = await owner.patch(`${path}/${binding.id}`, {
      env_var_name: '',
      credential_id: '',
      cred_header: '',
      config_override_json: null,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      env_var_name: null,
      credential_id: null,
      cred_header: null,
      config_override_json: null,
    });
  });

  it('refuse a change that says nothing or something unknown, and one of no binding', async () => {
    expect((await owner.patch(`${path}/${binding.id}`, {})).status).toBe(400);
    expect((await owner.patch(`${path}/${binding.id}`, { cred_type: 'magic' })).status).toBe(400);
    expect((await owner.patch(`${path}/bnd_none`, { enabled: false })).status).toBe(404);
    const otherAgent = await tenant.newAgent();
    const viaOther = `/api/v1/agents/${otherAgent}/integrations/${binding.id}`;
    expect((await owner.patch(viaOther, { enabled: false })).status).toBe(404);
    expect((await owner.delete(viaOther)).status).toBe(404);
  });

  it("are deleted by the server's id and by their own", async () => {
    const byServer = await owner.delete(`${path}/${server}`);
    expect([byServer.status, byServer.body]).toEqual([200, { id: binding.id, deleted: true }]);
    const again = await bind(tenant, server);
    expect((await owner.delete(`${path}/${again}`)).status).toBe(200);
    expect((await owner.get(path)).body).toEqual([]);
    expect((await owner.delete(`${path}/${again}`)).status).toBe(404);
  });
});

describe('deleting a server of a workspace', () => {
  it('takes its bindings, its overrides, their bindings and their tools along, and nothing else', async () => {
    const tenant = await newTenant(anyUser);
    const { owner, crewId, agentId } = tenant;
    const doomed = await tenant.newServer();
    const spared = await tenant.newServer({ name: 'spared' });
    const override = await newCrewServer(tenant, { workspace_mcp_server_id: doomed });
    const sparedOverride = await newCrewServer(tenant, { workspace_mcp_server_id: spared });
    const crewScoped = { mcp_server_scope: 'crew' };
    await bind(tenant, doomed);
    await bind(tenant, override, crewScoped);
    const sparedBindings = [await bind(tenant, spared), await bind(tenant, sparedOverride, crewScoped)];
    const toolsOf = (row: string): string => `/api/v1/crews/${crewId}/integrations/${row}/tools`;
    for (const row of [override, sparedOverride])
      await owner.must('PATCH', `${toolsOf(row)}/search`, { enabled: false });

    const answer = await owner.delete(`/api/v1/integrations/${doomed}`);
    expect([answer.status, answer.body]).toEqual([200, { id: doomed, deleted: true }]);

    expect((await owner.get(`/api/v1/integrations/${doomed}`)).status).toBe(404);
    expect(ids((await owner.get('/api/v1/integrations/crews')).body)).toEqual([sparedOverride]);
    expect(ids((await owner.get(`/api/v1/agents/${agentId}/integrations`)).body)).toEqual(sparedBindings);
    expect((await owner.get(toolsOf(override))).status).toBe(404);
    expect((await owner.get(toolsOf(sparedOverride))).body).toHaveLength(1);
    expect((await owner.get('/api/v1/integrations')).body).toEqual([
      expect.objectContaining({ id: spared, agent_binding_count: 1, crew_server_count: 1 }),
    ]);
    expect((await resolved(tenant)).map(({ name }) => name as string)).toEqual(['spared']);
    expect((await owner.delete(`/api/v1/integrations/${doomed}`)).status).toBe(404);
  });

  it('frees its name', async () => {
    const tenant = await newTenant(anyUser);
    const first = await tenant.newServer({ name: 'github-mcp' });
    await tenant.owner.must('DELETE', `/api/v1/integrations/${first}`);
    expect(await tenant.newServer({ name: 'github-mcp' })).not.toBe(first);
  });
});
