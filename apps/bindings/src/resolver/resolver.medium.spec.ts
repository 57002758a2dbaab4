import { explainAgent, resolveServer } from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { refusedFields } from '../testing/outcomes.js';
import { planOf, statementsOf } from '../testing/query-plans.js';
import type { TestAgent } from '../testing/test-agent.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';

describe('the resolver', () => {
  let database: TestDatabase;
  let harness: BindingsHarness;
  let workspace: TestWorkspace;
  let crew: TestCrew;
  let agent: TestAgent;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await BindingsHarness.start(database.url);
  });
  beforeEach(() => {
    workspace = harness.workspace();
    crew = workspace.crew();
    agent = workspace.agent(crew);
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const names = async (of = agent): Promise<string[]> => (await of.resolve()).map(({ name }) => name);

  it('gives an agent what its workspace, its crew and its bindings come to', async () => {
    const server = await workspace.servers.create({
      name: 'github',
      display_name: 'GitHub',
      env_json: '{"A":"1","B":"2"}',
      config_json: '{"read_only":true,"depth":1}',
      headers_json: '{"X-Team":"all","X-Gone":"x"}',
      icon: 'cat',
    });
    const override = await crew.servers.override(server, {
      endpoint: 'https://mcp.example.com/crew',
      headers_json: '{"x-team":"research","X-Gone":null}',
    });
    await crew.tools(override.id).refresh([{ name: 'search' }, { name: 'delete' }]);
    await crew.tools(override.id).upsert('delete', { enabled: false });
    const binding = await agent.bindings.create(server, { config_override_json: '{"depth":2}' });

    expect(await agent.resolve()).toEqual([
      {
        server_id: server.id,
        crew_server_id: override.id,
        scope: 'workspace',
        name: 'github',
        display_name: 'GitHub',
        transport: 'streamable-http',
        endpoint: 'https://mcp.example.com/crew',
        command: null,
        args_json: null,
        env_json: null,
        config_json: '{"read_only":true,"depth":2}',
        icon: 'cat',
        enabled: true,
        binding_id: binding.id,
        credential_id: null,
        credential_name: null,
        cred_type: null,
        headers: { 'x-team': 'research' },
        tools: { disabled: ['delete'] },
        problems: [],
      },
    ]);
  });

  it('shows every change in the next answer', async () => {
    const server = await workspace.servers.create({ name: 'a' });
    const own = await crew.servers.create({ name: 'b' });
    expect(await names()).toEqual(['a', 'b']);
    await agent.bindings.create(server, { enabled: false });
    expect(await names()).toEqual(['b']);
    await agent.bindings.update(server.id, { enabled: true });
    await crew.servers.update(own.id, { exposure: 'bound' });
    expect(await names()).toEqual(['a']);
    await agent.bindings.create(own);
    expect(await names()).toEqual(['a', 'b']);
    await crew.servers.delete(own.id);
    await workspace.servers.update(server.id, { enabled: false });
    expect(await names()).toEqual([]);
  });

  it('lists by name in code-unit order, the managed row of a name giving way', async () => {
    for (const name of ['b', 'a', 'B', 'a_b', 'a-b']) await workspace.servers.create({ name });
    await workspace.servers.createManaged('a');
    await workspace.servers.createManaged('Z');
    expect(await names()).toEqual(['B', 'Z', 'a', 'a-b', 'a_b', 'b']);
  });

  it('gives an agent that changes crew what the new crew has', async () => {
    const other = workspace.crew();
    await crew.servers.create({ name: 'old' });
    await other.servers.create({ name: 'new' });
    expect(await names()).toEqual(['old']);
    expect(await names(agent.movedTo(other))).toEqual(['new']);
    expect(await names(agent.movedTo(null))).toEqual([]);
  });

  it('says where every field came from, and why a server is left out', async () => {
    const shown = await workspace.servers.create({ name: 'shown' });
    const off = await workspace.servers.create({ name: 'off', enabled: false });
    const { servers, left_out } = await agent.call(explainAgent, { agent_id: agent.id, plain: true });
    expect(servers).toMatchObject([
      { server_id: shown.id, origins: { endpoint: { tier: 'workspace', id: shown.id } } },
    ]);
    expect(left_out).toMatchObject([{ server_id: off.id, by: { tier: 'workspace', id: off.id } }]);
  });

  it('never lets the data of a workspace into the answer of another, even for the same agent and crew', async () => {
    const server = await workspace.servers.create({ name: 'secret' });
    const own = await crew.servers.create({ name: 'of-crew' });
    await crew.tools(own.id).upsert('search', { enabled: false });
    await agent.bindings.create(server);
    const stranger = harness.workspace();
    const impostor = Object.assign(stranger.agent(crew), { id: agent.id });
    expect(await impostor.resolve()).toEqual([]);
    expect(await impostor.call(explainAgent, { agent_id: agent.id, plain: true })).toEqual({
      servers: [],
      left_out: [],
    });
    await stranger.servers.create({ name: 'theirs' });
    expect(await impostor.resolve()).toMatchObject([{ name: 'theirs', binding_id: null }]);
    expect(await names()).toEqual(['of-crew', 'secret']);
  });

  it('answers nothing in a call about another agent, or about none', async () => {
    const other = workspace.agent();
    const request = { agent_id: agent.id, plain: true };
    await expect(other.call(explainAgent, request)).rejects.toMatchObject({ code: 'internal' });
    await expect(workspace.call(explainAgent, request)).rejects.toMatchObject({ code: 'internal' });
  });

  it('merges configs as deep as they may be, and deeper ones are refused', async () => {
    const nested = (levels: number): string => '{"a":'.repeat(levels - 1) + '{}' + '}'.repeat(levels - 1);
    const server = await workspace.servers.create({ config_json: nested(64) });
    await crew.servers.override(server, { config_json: nested(64) });
    await agent.bindings.create(server, { config_override_json: nested(64) });
    expect(await agent.resolve()).toMatchObject([{ config_json: nested(64) }]);
    for (const levels of [65, 10_000]) {
      const call = workspace.servers.create({ config_json: nested(levels) });
      expect(await refusedFields(call)).toEqual(['config_json']);
    }
  });

  describe('at the database', () => {
    it('makes exactly one round trip, however much there is', async () => {
      for (let count = 0; count < 5; count += 1) {
        const server = await workspace.servers.create();
        const override = await crew.servers.override(server);
        await crew.tools(override.id).upsert('search', { enabled: false });
        await agent.bindings.create(server);
      }
      expect(await statementsOf(() => agent.resolve())).toHaveLength(1);
      const explained = (): Promise<unknown> => agent.call(explainAgent, { agent_id: agent.id, plain: true });
      expect(await statementsOf(explained)).toHaveLength(1);
      const { id } = await crew.servers.override(await workspace.servers.create());
      const one = (): Promise<unknown> =>
        workspace.call(resolveServer, { server_id: id, crew_id: crew.id, plain: true });
      expect(await statementsOf(one)).toHaveLength(1);
    });

    it('reads no row of another workspace, not even one that would have no effect', async () => {
      const own = await crew.servers.create();
      await crew.tools(own.id).upsert('search', { enabled: false });
      await agent.bindings.create(await workspace.servers.create());
      const impostor = Object.assign(harness.workspace().agent(crew), { id: agent.id });
      const rowsRead = async (of: TestAgent): Promise<unknown> => {
        const [statement] = await statementsOf(() => of.resolve());
        const [row] = await harness.query<Record<string, object[]>>(statement?.text ?? '', statement?.values);
        return Object.fromEntries(Object.entries(row ?? {}).map(([tier, rows]) => [tier, rows.length]));
      };
      const none = { workspace_servers: 0, crew_servers: 0, bindings: 0, tools: 0 };
      expect(await rowsRead(impostor)).toEqual(none);
      expect(await rowsRead(agent)).toEqual({ workspace_servers: 1, crew_servers: 1, bindings: 1, tools: 1 });
    });

    it('finds its rows by indexes among 100,000 bindings of other agents', async () => {
      const server = await workspace.servers.create();
      await agent.bindings.create(server);
      await fill(server.id);
      const [statement] = await statementsOf(() => agent.resolve());
      expect(await planOf(harness, statement)).toEqual({ scans: [], discarded: 0 });
      expect(await agent.resolve()).toMatchObject([{ server_id: server.id }]);

      // The same reading finds a scan where there is one.
      const whole = { text: `SELECT * FROM agent_bindings WHERE cred_header = $1`, values: ['x'] };
      const { scans, discarded } = await planOf(harness, whole);
      expect(scans).toEqual(['agent_bindings']);
      expect(discarded).toBeGreaterThan(100_000);
    }, 60_000);

    /** Half of the bindings in this very workspace, and many rows of all kinds in others. */
    async function fill(serverId: string): Promise<void> {
      await harness.query(
        `INSERT INTO agent_bindings (id, workspace_id, agent_id, workspace_server_id, cred_type, enabled)
         SELECT 'bnd_fill' || n, $1, 'agt_fill' || n, $2, 'bearer', true FROM generate_series(1, 50000) n`,
        [workspace.id, serverId],
      );
      await harness.query(
        `INSERT INTO workspace_servers (id, workspace_id, name, display_name, transport, enabled, exposure)
         SELECT 'srv_fill' || n, 'ws_' || n % 1000, 'n' || n, 'n', 'stdio', true, 'all' FROM generate_series(0, 19999) n`,
      );
      await harness.query(
        `INSERT INTO crew_servers (id, workspace_id, crew_id, name, display_name, transport, enabled, exposure)
         SELECT 'srv_crew' || n, 'ws_' || n % 1000, 'crew_' || n % 2000, 'n' || n, 'n', 'stdio', true, 'all'
           FROM generate_series(0, 19999) n`,
      );
      await harness.query(
        `INSERT INTO tool_states (id, workspace_id, crew_server_id, tool_name, enabled)
         SELECT 'tool_fill' || n, 'ws_' || n % 1000, 'srv_crew' || n, 'search', false FROM generate_series(0, 19999) n`,
      );
      await harness.query(
        `INSERT INTO agent_bindings (id, workspace_id, agent_id, workspace_server_id, cred_type, enabled)
         SELECT 'bnd_other' || n, 'ws_' || n % 1000, 'agt_other' || n, 'srv_fill' || n % 20000, 'bearer', true
           FROM generate_series(0, 49999) n`,
      );
      await harness.query(`ANALYZE`);
    }
  });
});
