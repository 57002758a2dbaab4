import { createWorkspaceServer } from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from './testing/bindings-harness.js';
import { outcomesOf } from './testing/outcomes.js';
import type { TestCrew, TestWorkspace } from './testing/test-workspace.js';

const canary = 'canary-5ee1';

describe('what bindings tells of its changes', () => {
  let database: TestDatabase;
  let harness: BindingsHarness;
  let workspace: TestWorkspace;
  let crew: TestCrew;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await BindingsHarness.start(database.url);
  });
  beforeEach(() => {
    workspace = harness.workspace();
    crew = workspace.crew();
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  /** What was told since it was last asked. */
  function listener(): () => Promise<object[]> {
    let heard = 0;
    return async () => {
      const all = (await harness.told(workspace.id)).map(({ data }) => data);
      const fresh = all.slice(heard);
      heard = all.length;
      return fresh;
    };
  }

  it('tells of workspace servers', async () => {
    const told = listener();
    const { id } = await workspace.servers.create({ name: 'github' });
    const change = { entity: 'workspace_server', id, name: 'github' };
    expect(await told()).toEqual([{ ...change, fact: 'created', fields: [] }]);
    await workspace.servers.update(id, { enabled: true, icon: 'x', headers_json: '{}' });
    expect(await told()).toEqual([{ ...change, fact: 'updated', fields: ['headers_json', 'icon'] }]);
    await workspace.servers.delete(id);
    expect(await told()).toEqual([{ ...change, fact: 'deleted', fields: [] }]);
  });

  it('tells of crew servers', async () => {
    const told = listener();
    const { id } = await crew.servers.create({ name: 'notes' });
    const change = { entity: 'crew_server', id, name: 'notes' };
    expect(await told()).toEqual([{ ...change, fact: 'created', fields: [] }]);
    await crew.servers.update(id, { enabled: false, exposure: 'all' });
    expect(await told()).toEqual([{ ...change, fact: 'updated', fields: ['enabled'] }]);
    await crew.servers.delete(id);
    expect(await told()).toEqual([{ ...change, fact: 'deleted', fields: [] }]);
  });

  it('tells of agent bindings', async () => {
    const agent = workspace.agent();
    const server = await workspace.servers.create();
    const told = listener();
    await told();
    const { id } = await agent.bindings.create(server);
    const change = { entity: 'agent_binding', id, name: null };
    expect(await told()).toEqual([{ ...change, fact: 'created', fields: [] }]);
    await agent.bindings.update(id, { enabled: false, cred_type: 'bearer', env_var_name: 'TOKEN' });
    const [updated] = await told();
    expect(updated).toEqual({
      ...change,
      fact: 'updated',
      fields: expect.arrayContaining(['enabled', 'env_var_name']),
    });
    expect(updated).toHaveProperty('fields.length', 2);
    await agent.bindings.delete(server.id);
    expect(await told()).toEqual([{ ...change, fact: 'deleted', fields: [] }]);
  });

  it('tells of tool states, and once of a whole refresh', async () => {
    const server = await crew.servers.create({ name: 'notes' });
    const tools = crew.tools(server.id);
    const told = listener();
    await told();
    const { id } = await tools.upsert('search', { enabled: false });
    const change = { entity: 'tool_state', id, name: 'search', fact: 'updated' };
    expect(await told()).toEqual([{ ...change, fields: ['enabled'] }]);
    await tools.refresh([{ name: 'search' }, { name: 'create' }]);
    expect(await told()).toEqual([
      { entity: 'crew_server', id: server.id, name: 'notes', fact: 'updated', fields: ['tools'] },
    ]);
  });

  it('says nothing when nothing changes', async () => {
    const server = await workspace.servers.create({ icon: 'x' });
    const own = await crew.servers.create();
    const agent = workspace.agent();
    await agent.bindings.create(server);
    await crew.tools(own.id).upsert('search', { enabled: false });
    const told = listener();
    await told();
    await workspace.servers.update(server.id, { icon: 'x', enabled: true });
    await workspace.servers.update(server.id, {});
    await crew.servers.update(own.id, { display_name: own.display_name });
    await agent.bindings.update(server.id, { enabled: true, cred_header: '' });
    await crew.tools(own.id).upsert('search', { enabled: false });
    await crew.tools(own.id).refresh([]);
    expect(await told()).toEqual([]);
  });

  it('says nothing of what it refuses', async () => {
    const { id } = await workspace.servers.create({ name: 'github' });
    const managed = await workspace.servers.createManaged();
    const told = listener();
    await told();
    const calls = [
      workspace.servers.create({ name: 'github' }),
      workspace.servers.create({ endpoint: null }),
      workspace.servers.update(id, { endpoint: null }),
      workspace.servers.update(managed, { enabled: false }),
      workspace.servers.delete('srv_none'),
      crew.servers.override({ id: 'srv_none' }),
    ];
    expect(await outcomesOf(calls)).not.toHaveProperty('answered');
    expect(await told()).toEqual([]);
  });

  it('tells once of a creation that is repeated with its Idempotency-Key', async () => {
    const request = { name: 'once', endpoint: 'https://mcp.example.com/mcp' };
    for (let count = 0; count < 2; count += 1) {
      await workspace.call(createWorkspaceServer, request, { idempotencyKey: 'key' });
    }
    expect(await harness.told(workspace.id)).toHaveLength(1);
  });

  it('says who did it, in which request and trace, and where', async () => {
    const actor = { kind: 'agent' as const, id: 'tok_1', agent_id: 'agt_1' };
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${trace}-b7ad6b7169203331-01`;
    const context = { actor, requestId: 'req_told', traceparent };
    await workspace.call(createWorkspaceServer, { name: 'a', endpoint: 'https://mcp.example.com' }, context);
    expect(await harness.told(workspace.id)).toEqual([
      expect.objectContaining({
        subject: 'hawser.events.bindings.record.changed.v1',
        workspace_id: workspace.id,
        actor,
        request_id: 'req_told',
        traceparent: expect.stringContaining(trace),
      }),
    ]);
  });

  it('never tells a value', async () => {
    const secret = `{"A":"${canary}"}`;
    const fields = {
      env_json: secret,
      config_json: secret,
      headers_json: secret,
      args_json: `["${canary}"]`,
    };
    const more = {
      display_name: canary,
      command: canary,
      icon: canary,
      endpoint: `https://${canary}.example`,
    };
    const server = await workspace.servers.create({ ...fields, ...more });
    await workspace.servers.update(server.id, { config_json: `{"B":"${canary}"}`, icon: null });
    const override = await crew.servers.override(server, { ...fields, ...more });
    await crew.servers.update(override.id, { ...fields, icon: `${canary}2` });
    const agent = workspace.agent(crew);
    await agent.bindings.create(override, { config_override_json: secret, env_var_name: 'CANARY' });
    await agent.bindings.update(override.id, { config_override_json: '{}' });
    await crew.tools(override.id).upsert('search', { description: canary });
    await crew.tools(override.id).refresh([{ name: 'search', description: `${canary}2` }]);
    await workspace.servers.delete(server.id);
    const told = await harness.told(workspace.id);
    expect(told.length).toBeGreaterThanOrEqual(9);
    expect(JSON.stringify(told)).not.toContain(canary);
  });
});
