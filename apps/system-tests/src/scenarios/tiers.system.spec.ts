import { Api, type Json } from '../harness/api.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, newCrewServer, resolved } from '../harness/tiers.js';

/** The example of the API's own description, as it stands there. */
const githubMcp = {
  name: 'github-mcp',
  display_name: 'GitHub MCP Server',
  transport: 'stdio',
  command: 'npx',
  args_json: '["-y", "@modelcontextprotocol/server-github"]',
  env_json: '{"GITHUB_TOKEN": "{{credential:github-token}}"}',
};

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const names = (list: Json[]): string[] => list.map(({ name }: { name: string }) => name);
const ids = (list: Json[]): string[] => list.map(({ id }: { id: string }) => id);

let anyUser: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
});

describe('the servers of a workspace', () => {
  let tenant: Tenant;
  let owner: Api;
  let created: Json;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    owner = tenant.owner;
  });

  it('are created with 201 and answer every field, enabled, as they were sent', async () => {
    const answer = await owner.post('/api/v1/integrations', githubMcp);
    created = answer.body;
    expect(answer.status).toBe(201);
    expect(created).toEqual({
      ...githubMcp,
      id: expect.stringMatching(/^srv_\w+$/),
      workspace_id: tenant.id,
      endpoint: null,
      config_json: null,
      headers_json: null,
      icon: null,
      enabled: true,
      exposure: 'all',
      managed_by: null,
      created_at: time,
      updated_at: created.created_at,
      agent_binding_count: 0,
      crew_server_count: 0,
    });
  });

  it('need no display name and no transport, for which the name and streamable-http stand in', async () => {
    const body = { name: 'plain', endpoint: 'https://mcp.example.com/mcp' };
    expect(await owner.must('POST', '/api/v1/integrations', body)).toMatchObject({
      display_name: 'plain',
      transport: 'streamable-http',
      command: null,
    });
  });

  it.each([
    ['without a name', { command: 'npx', transport: 'stdio' }, 400, 'name'],
    ['of an unknown transport', { name: 'x', transport: 'sse' }, 400, 'transport'],
    ['of streamable-http without an endpoint', { name: 'x' }, 400, 'endpoint'],
    ['of stdio without a command', { name: 'x', transport: 'stdio' }, 400, 'command'],
    ['of a name that is taken', githubMcp, 409, undefined],
  ])('are refused %s', async (_, body, status, field) => {
    const answer = await owner.post('/api/v1/integrations', body);
    expect(answer.status).toBe(status);
    expect(answer.body.errors?.[0]?.field).toBe(field);
  });

  it('are listed by name as a bare array, with the bindings to them and the crew rows that override them', async () => {
    const secondCrew = await tenant.newCrew();
    for (const crew of [tenant.crewId, secondCrew])
      await newCrewServer(tenant, { workspace_mcp_server_id: created.id }, crew);
    for (const agent of [tenant.agentId, await tenant.newAgent()]) await bind(tenant, created.id, {}, agent);

    const { status, body } = await owner.get('/api/v1/integrations');
    expect(status).toBe(200);
    expect(names(body)).toEqual(['github-mcp', 'plain']);
    expect(body[0]).toEqual({ ...created, agent_binding_count: 2, crew_server_count: 2 });
    expect(body[1]).toMatchObject({ agent_binding_count: 0, crew_server_count: 0 });
  });

  it('can be got and changed field by field, where null clears', async () => {
    const path = `/api/v1/integrations/${created.id}`;
    const before = await owner.must('GET', path);
    const changes = { icon: 'github', config_json: '{"read_only":true}', env_json: null, enabled: false };
    const answer = await owner.patch(path, changes);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...before, ...changes, updated_at: time });
    expect(Date.parse(answer.body.updated_at)).toBeGreaterThan(Date.parse(before.updated_at));
    expect(await owner.must('GET', path)).toEqual(answer.body);
  });

  it('refuse a change to a transport that they lack the target of, and stay as they are', async () => {
    const path = `/api/v1/integrations/${created.id}`;
    const before = await owner.must('GET', path);
    expect((await owner.patch(path, { transport: 'streamable-http' })).status).toBe(400);
    expect(await owner.must('GET', path)).toEqual(before);
  });
});

describe('the servers of a crew', () => {
  let tenant: Tenant;
  let owner: Api;
  let parent: string;
  let override: Json;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    owner = tenant.owner;
    parent = await tenant.newServer({ ...githubMcp, endpoint: null });
  });

  it('leave null what an override does not say, transport and display name too', async () => {
    const body = { name: 'ours', workspace_mcp_server_id: parent, icon: 'cat' };
    const answer = await owner.post(`/api/v1/crews/${tenant.crewId}/integrations`, body);
    override = answer.body;
    expect(answer.status).toBe(201);
    expect(override).toEqual({
      ...body,
      id: expect.stringMatching(/^srv_\w+$/),
      workspace_id: tenant.id,
      crew_id: tenant.crewId,
      display_name: null,
      transport: null,
      endpoint: null,
      command: null,
      args_json: null,
      env_json: null,
      config_json: null,
      headers_json: null,
      enabled: true,
      exposure: 'all',
      managed_by: null,
      created_at: time,
      updated_at: override.created_at,
    });
  });

  it('are refused as a second override of a server, under a taken name, and for a foreign server', async () => {
    const path = `/api/v1/crews/${tenant.crewId}/integrations`;
    const foreign = await (await newTenant(anyUser)).newServer();
    const second = await owner.post(path, { name: 'again', workspace_mcp_server_id: parent });
    expect([second.status, second.body.code]).toEqual([409, 'override_exists']);
    const taken = await owner.post(path, { name: 'ours', endpoint: 'https://a.example/mcp' });
    expect([taken.status, taken.body.code]).toEqual([409, 'name_taken']);
    expect((await owner.post(path, { name: 'x', workspace_mcp_server_id: foreign })).status).toBe(400);
    expect((await owner.post('/api/v1/crews/crew_none/integrations', { name: 'x' })).status).toBe(404);
  });

  it('may name a transport only if the merged row has what it needs', async () => {
    const path = `/api/v1/crews/${tenant.crewId}/integrations/${override.id}`;
    expect((await owner.patch(path, { transport: 'streamable-http' })).status).toBe(400);
    const endpoint = 'https://crew.example.com/mcp';
    const both = await owner.patch(path, { transport: 'streamable-http', endpoint });
    expect(both.body).toMatchObject({ transport: 'streamable-http', endpoint, command: null });
    const back = await owner.patch(path, { transport: null, endpoint: null });
    expect(back.body).toEqual({ ...override, updated_at: time });
  });

  it('are listed for one crew, and of all crews in the overview', async () => {
    const otherCrew = await tenant.newCrew();
    const own = await newCrewServer(tenant, { name: 'own' });
    const others = await newCrewServer(tenant, { name: 'others' }, otherCrew);
    const { body } = await owner.get(`/api/v1/crews/${tenant.crewId}/integrations`);
    expect(ids(body)).toEqual([override.id, own]);
    const overview = (await owner.get('/api/v1/integrations/crews')).body as Json[];
    expect(new Set(ids(overview))).toEqual(new Set([override.id, own, others]));
    expect(overview.find(({ id }) => id === own)).toEqual(body[0].id === own ? body[0] : body[1]);
  });

  it('take the bindings to them along when they are deleted', async () => {
    const binding = await bind(tenant, override.id, { mcp_server_scope: 'crew' });
    const kept = await bind(tenant, parent);
    const answer = await owner.delete(`/api/v1/crews/${tenant.crewId}/integrations/${override.id}`);
    expect([answer.status, answer.body]).toEqual([200, { id: override.id, deleted: true }]);
    expect(binding).not.toBe(kept);
    expect(ids((await owner.get(`/api/v1/agents/${tenant.agentId}/integrations`)).body)).toEqual([kept]);
    expect(await resolved(tenant)).toEqual(
      expect.arrayContaining([expect.objectContaining({ server_id: parent, crew_server_id: null })]),
    );
    expect((await owner.must('GET', `/api/v1/integrations/${parent}`)).crew_server_count).toBe(0);
    const again = await owner.delete(`/api/v1/crews/${tenant.crewId}/integrations/${override.id}`);
    expect(again.status).toBe(404);
  });
});

describe('the tools of a crew server', () => {
  let tenant: Tenant;
  let owner: Api;
  let path: string;
  let server: string;
  beforeAll(async () => {
    tenant = await newTenant(anyUser);
    owner = tenant.owner;
    server = await newCrewServer(tenant, { name: 'tracker' });
    path = `/api/v1/crews/${tenant.crewId}/integrations/${server}/tools`;
  });
  const switches = async (): Promise<[string, boolean, string | null][]> =>
    ((await owner.get(path)).body as Json[]).map(({ tool_name, enabled, description }) => [
      tool_name as string,
      enabled as boolean,
      description as string | null,
    ]);

  it('are none until one is switched, which makes its row', async () => {
    expect((await owner.get(path)).body).toEqual([]);
    const { status, body } = await owner.patch(`${path}/search`, { enabled: false });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^tool_\w+$/),
      tool_name: 'search',
      description: null,
      enabled: false,
      seen_at: null,
      changed_at: null,
      created_at: time,
      updated_at: time,
    });
    expect((await owner.get(path)).body).toEqual([body]);
  });

  it('default to enabled when only described, and need one of the two', async () => {
    const { body } = await owner.patch(`${path}/describe-me`, { description: 'Says what it is' });
    expect(body).toMatchObject({ enabled: true, description: 'Says what it is' });
    expect((await owner.patch(`${path}/describe-me`, {})).status).toBe(400);
  });

  it('are reconciled with a seen list: new ones on, known ones described but not switched, absent ones kept', async () => {
    const tools = [
      { name: 'search', description: 'Search issues' },
      { name: 'create_issue', description: null },
    ];
    const { status, body } = await owner.post(`${path}/refresh`, { tools });
    expect([status, body]).toEqual([200, { created: 1, updated: 1, total: 2 }]);
    expect(await switches()).toEqual([
      ['create_issue', true, null],
      ['describe-me', true, 'Says what it is'],
      ['search', false, 'Search issues'],
    ]);
  });

  it('stay as they are after an empty list', async () => {
    const before = (await owner.get(path)).body;
    const { body } = await owner.post(`${path}/refresh`, { tools: [] });
    expect(body).toEqual({ created: 0, updated: 0, total: 0 });
    expect((await owner.get(path)).body).toEqual(before);
  });

  it("show in the agent's effective set when they are off, in code-unit order", async () => {
    for (const tool of ['b', 'Z', 'a']) await owner.patch(`${path}/${tool}`, { enabled: false });
    expect((await resolved(tenant))[0].tools).toEqual({ disabled: ['Z', 'a', 'b', 'search'] });
    await owner.patch(`${path}/search`, { enabled: true });
    expect((await resolved(tenant))[0].tools).toEqual({ disabled: ['Z', 'a', 'b'] });
  });

  it('go with their server', async () => {
    await owner.must('DELETE', path.replace(/\/tools$/, ''));
    expect((await owner.get(path)).status).toBe(404);
  });
});
