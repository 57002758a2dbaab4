import { Api, type Json } from '../harness/api.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, explained, newCrewServer, resolved } from '../harness/tiers.js';

const endpoint = 'https://mcp.example.com/mcp';
const names = (list: Json[]): string[] => list.map(({ name }: { name: string }) => name);

let anyUser: Api;
let tenant: Tenant;
let owner: Api;
beforeAll(async () => {
  const system = await theSystem();
  anyUser = new Api(system.gateways, system.ownerToken);
});
// Each case has a workspace to itself: what other cases declare would be in its answer.
beforeEach(async () => {
  tenant = await newTenant(anyUser);
  owner = tenant.owner;
});

describe('what an agent may use', () => {
  it('is every field of a workspace server, in a fixed order, when nothing stands below it', async () => {
    const server = await tenant.newServer({ name: 'github', icon: 'cat', headers_json: '{"X-Team": "all"}' });
    const answer = await resolved(tenant);
    expect(answer).toEqual([
      {
        server_id: server,
        crew_server_id: null,
        scope: 'workspace',
        name: 'github',
        display_name: 'github',
        transport: 'streamable-http',
        endpoint,
        command: null,
        args_json: null,
        env_json: null,
        config_json: null,
        icon: 'cat',
        enabled: true,
        binding_id: null,
        credential_id: null,
        credential_name: null,
        cred_type: null,
        headers: { 'X-Team': 'all' },
        tools: { disabled: [] },
        problems: [],
      },
    ]);
    expect(Object.keys(answer[0] as object)).toEqual(
      (
        'server_id crew_server_id scope name display_name transport endpoint command args_json env_json ' +
        'config_json icon enabled binding_id credential_id credential_name cred_type headers tools problems'
      ).split(' '),
    );
  });

  it('has what a crew overrides merged in: headers without case, null deletes, arguments whole', async () => {
    const http = await tenant.newServer({
      name: 'http',
      headers_json: '{"X-Team":"all","X-Env":"prod","X-Old":"1"}',
      config_json: '{"log":{"level":"info","json":true}}',
    });
    const stdio = await tenant.newServer({
      name: 'stdio',
      transport: 'stdio',
      endpoint: null,
      command: 'npx',
      args_json: '["-y", "tool"]',
      env_json: '{"KEPT":"1","GONE":"2"}',
    });
    const overHttp = await newCrewServer(tenant, {
      name: 'another-name',
      workspace_mcp_server_id: http,
      endpoint: 'https://mcp.example.com/ours',
      headers_json: '{"x-team":"ours","x-old":null}',
      config_json: '{"log":{"level":"debug"}}',
    });
    await newCrewServer(tenant, {
      workspace_mcp_server_id: stdio,
      display_name: 'Ours',
      args_json: '["tool"]',
      env_json: '{"GONE":null,"NEW":"3"}',
    });
    const binding = await bind(tenant, http, { config_override_json: '{"log":{"json":null},"region":"eu"}' });

    expect(await resolved(tenant)).toMatchObject([
      {
        server_id: http,
        crew_server_id: overHttp,
        scope: 'workspace',
        name: 'http',
        endpoint: 'https://mcp.example.com/ours',
        headers: { 'x-team': 'ours', 'X-Env': 'prod' },
        config_json: '{"log":{"level":"debug"},"region":"eu"}',
        binding_id: binding,
        problems: [],
      },
      {
        name: 'stdio',
        display_name: 'Ours',
        command: 'npx',
        args_json: '["tool"]',
        env_json: '{"KEPT":"1","NEW":"3"}',
        headers: null,
        problems: [],
      },
    ]);
    expect((await resolved(tenant))[0].headers).not.toHaveProperty('X-Old');
    // Agents of no crew and of other crews have the workspace's.
    for (const crew_id of [null, await tenant.newCrew()]) {
      const [entry] = await resolved(tenant, await tenant.newAgent({ crew_id }));
      expect(entry).toMatchObject({ crew_server_id: null, endpoint, binding_id: null });
    }
  });

  it("is the crew's own server where it has the name of a workspace server", async () => {
    const shadowed = await tenant.newServer({ name: 'github', headers_json: '{"X-Team":"all"}' });
    const own = await newCrewServer(tenant, { name: 'github' });
    expect(await resolved(tenant)).toMatchObject([
      { server_id: own, crew_server_id: own, scope: 'crew', headers: null },
    ]);
    await owner.must('PATCH', `/api/v1/crews/${tenant.crewId}/integrations/${own}`, { enabled: false });
    expect(await resolved(tenant)).toEqual([]);
    expect((await resolved(tenant, await tenant.newAgent({ crew_id: null })))[0].server_id).toBe(shadowed);
  });

  it('lacks what the workspace, the crew or the agent itself has switched off', async () => {
    const [byWorkspace, byCrew, byAgent] = [
      await tenant.newServer({ name: 'a-off' }),
      await tenant.newServer({ name: 'b-off' }),
      await tenant.newServer({ name: 'c-off' }),
    ];
    await tenant.newServer({ name: 'on' });
    await newCrewServer(tenant, { workspace_mcp_server_id: byWorkspace });
    const override = await newCrewServer(tenant, { workspace_mcp_server_id: byCrew, enabled: false });
    await owner.must('PATCH', `/api/v1/integrations/${byWorkspace}`, { enabled: false });
    const optOut = await bind(tenant, byAgent, { enabled: false });

    expect(names(await resolved(tenant))).toEqual(['on']);
    expect((await explained(tenant)).left_out).toMatchObject([
      { server_id: byWorkspace, reason: 'disabled_by_workspace', by: { tier: 'workspace', id: byWorkspace } },
      { server_id: byCrew, reason: 'disabled_by_crew', by: { tier: 'crew', id: override } },
      { server_id: byAgent, reason: 'opted_out', by: { tier: 'agent', id: optOut } },
    ]);
    // The opt-out is that agent's alone.
    expect(names(await resolved(tenant, await tenant.newAgent()))).toEqual(['c-off', 'on']);
  });

  it('has a bound server only where the agent is bound to it, and binding one takes it from nobody', async () => {
    const bound = await tenant.newServer({ name: 'bound', exposure: 'bound' });
    const all = await tenant.newServer({ name: 'for-all' });
    const other = await tenant.newAgent();
    expect(names(await resolved(tenant))).toEqual(['for-all']);
    const binding = await bind(tenant, bound);
    await bind(tenant, all);
    expect(names(await resolved(tenant))).toEqual(['bound', 'for-all']);
    expect(names(await resolved(tenant, other))).toEqual(['for-all']);
    await owner.must('PATCH', `/api/v1/agents/${tenant.agentId}/integrations/${binding}`, { enabled: false });
    expect(names(await resolved(tenant))).toEqual(['for-all']);
  });

  it('takes the binding to the crew row whole where there are bindings to both rows', async () => {
    const server = await tenant.newServer({ config_json: '{"a":1}' });
    const override = await newCrewServer(tenant, { workspace_mcp_server_id: server });
    const toWorkspace = await bind(tenant, server, { config_override_json: '{"b":2}' });
    expect(await resolved(tenant)).toMatchObject([{ binding_id: toWorkspace, config_json: '{"a":1,"b":2}' }]);
    const toCrew = await bind(tenant, override, { mcp_server_scope: 'crew' });
    expect(await resolved(tenant)).toMatchObject([{ binding_id: toCrew, config_json: '{"a":1}' }]);
  });

  it('keeps headers and variables from a target that the crew moved, and says which', async () => {
    const http = await tenant.newServer({
      name: 'http',
      headers_json: '{"Authorization":"s3cret","X-A":"1"}',
    });
    const stdio = await tenant.newServer({
      name: 'stdio',
      transport: 'stdio',
      endpoint: null,
      command: 'npx',
      env_json: '{"TOKEN":"s3cret"}',
    });
    await newCrewServer(tenant, {
      workspace_mcp_server_id: http,
      endpoint: 'https://other.example.com/mcp',
      headers_json: '{"X-A":"2"}',
    });
    await newCrewServer(tenant, { workspace_mcp_server_id: stdio, command: 'cat' });

    const answer = await resolved(tenant);
    expect(answer).toMatchObject([
      {
        name: 'http',
        headers: { 'X-A': '2' },
        problems: [{ code: 'credential_withheld', field: 'headers' }],
      },
      { name: 'stdio', env_json: null, problems: [{ code: 'credential_withheld', field: 'env_json' }] },
    ]);
    expect(answer[0].headers).toEqual({ 'X-A': '2' });
    expect(answer[0].problems[0].message).toContain('Authorization');
    expect(JSON.stringify([answer, await explained(tenant)])).not.toContain('s3cret');
  });

  it('ignores bindings to servers of a crew that the agent has left, which stay listed as not effective', async () => {
    const server = await tenant.newServer({ name: 'shared' });
    const override = await newCrewServer(tenant, { workspace_mcp_server_id: server });
    const own = await newCrewServer(tenant, { name: 'own' });
    const crewScoped = { mcp_server_scope: 'crew', enabled: false };
    const [one, two] = [await bind(tenant, override, crewScoped), await bind(tenant, own, crewScoped)];
    expect(await resolved(tenant)).toEqual([]);

    await owner.must('PATCH', `/api/v1/agents/${tenant.agentId}`, { crew_id: await tenant.newCrew() });
    expect(await resolved(tenant)).toMatchObject([{ server_id: server, binding_id: null }]);
    const listed = async (): Promise<Json> =>
      owner.must('GET', `/api/v1/agents/${tenant.agentId}/integrations`);
    expect(await listed()).toMatchObject([
      { id: one, effective: false },
      { id: two, effective: false },
    ]);
    await owner.must('PATCH', `/api/v1/agents/${tenant.agentId}`, { crew_id: tenant.crewId });
    expect(await listed()).toMatchObject([{ effective: true }, { effective: true }]);
    expect(await resolved(tenant)).toEqual([]);
  });

  it('keeps a server that the workspace made incomplete, with a problem that says what it lacks', async () => {
    const server = await tenant.newServer({ command: 'npx' });
    await newCrewServer(tenant, { workspace_mcp_server_id: server, transport: 'stdio' });
    expect(await resolved(tenant)).toMatchObject([{ command: 'npx', problems: [] }]);
    await owner.must('PATCH', `/api/v1/integrations/${server}`, { command: null });
    expect(await resolved(tenant)).toMatchObject([
      { command: null, problems: [{ code: 'config_incomplete', field: 'command' }] },
    ]);
  });

  it('is ordered by name in code units, whatever tier a server is of', async () => {
    for (const name of ['b', 'a', 'Z', '1', 'a.b', 'a-b', 'a_b']) await tenant.newServer({ name });
    for (const name of ['aa', 'B']) await newCrewServer(tenant, { name });
    const answer = names(await resolved(tenant));
    expect(answer).toEqual(['1', 'B', 'Z', 'a', 'a-b', 'a.b', 'a_b', 'aa', 'b']);
  });
});
