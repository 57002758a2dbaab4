import {
  createWorkspaceServer,
  getWorkspaceServer,
  listWorkspaceServers,
  type CreateWorkspaceServer,
  type PatchWorkspaceServer,
} from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { atOnce, outcomesOf, refusedFields } from '../testing/outcomes.js';
import type { TestWorkspace } from '../testing/test-workspace.js';

describe('workspace servers', () => {
  let database: TestDatabase;
  let harness: BindingsHarness;
  let workspace: TestWorkspace;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await BindingsHarness.start(database.url);
  });
  beforeEach(() => {
    workspace = harness.workspace();
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  const list = async (page = {}): Promise<string[]> =>
    (await workspace.call(listWorkspaceServers, page)).items.map(({ name }) => name);

  describe('creating one', () => {
    it('fills in every field that was left out', async () => {
      const { id, created_at, updated_at, ...server } = await workspace.call(createWorkspaceServer, {
        name: 'github',
        endpoint: 'https://mcp.example.com/mcp',
      });
      expect(server).toEqual({
        workspace_id: workspace.id,
        name: 'github',
        display_name: 'github',
        transport: 'streamable-http',
        endpoint: 'https://mcp.example.com/mcp',
        command: null,
        args_json: null,
        env_json: null,
        config_json: null,
        headers_json: null,
        icon: null,
        enabled: true,
        exposure: 'all',
        managed_by: null,
        agent_binding_count: 0,
        crew_server_count: 0,
      });
      expect(id).toMatch(/^srv_[0-9a-z]{26}$/);
      expect(Date.now() - Date.parse(created_at)).toBeLessThan(10_000);
      expect(updated_at).toBe(created_at);
    });

    it('takes null for a field as if it were left out', async () => {
      const nothing = {
        display_name: null,
        transport: null,
        command: null,
        args_json: null,
        env_json: null,
        config_json: null,
        headers_json: null,
        icon: null,
      };
      expect(await workspace.servers.create({ name: 'a', ...nothing })).toMatchObject({
        ...nothing,
        display_name: 'a',
        transport: 'streamable-http',
      });
    });

    it('answers what it was given, and so does every read after it', async () => {
      const given: CreateWorkspaceServer = {
        name: 'Full.server_1-x',
        display_name: 'Größe ✓',
        transport: 'stdio',
        endpoint: 'http://mcp.example.com:9/mcp',
        command: 'npx',
        args_json: '["-y"]',
        env_json: '{"A": "\\u0007 {{credential:x}}"}',
        config_json: '{"deep":{"list":[1,null]}}',
        headers_json: '{"X-Team":"research"}',
        icon: 'github',
        enabled: false,
        exposure: 'bound',
      };
      const created = await workspace.servers.create(given);
      expect(created).toMatchObject(given);
      expect(await workspace.call(getWorkspaceServer, { server_id: created.id })).toEqual(created);
      expect((await workspace.call(listWorkspaceServers, {})).items).toEqual([created]);
    });

    it.each<[string, Partial<CreateWorkspaceServer>, string]>([
      ['no endpoint for streamable-http', { endpoint: null }, 'endpoint'],
      ['no endpoint, whatever the command is', { endpoint: null, command: 'npx' }, 'endpoint'],
      ['no command for stdio', { transport: 'stdio' }, 'command'],
      ['an env entry to delete', { env_json: '{"A":null}' }, 'env_json'],
      ['a header to delete', { headers_json: '{"A":"x","B":null}' }, 'headers_json'],
      ['a character that the database cannot keep', { display_name: 'a\0b' }, 'display_name'],
      ['half a character', { command: 'a\ud800' }, 'command'],
    ])('refuses %s', async (_, fields, field) => {
      expect(await refusedFields(workspace.servers.create(fields))).toEqual([field]);
      expect(await harness.rowsOf(workspace.id)).toEqual({});
    });

    it('lets one of many at the same time have a name', async () => {
      const calls = atOnce(20, () => workspace.servers.create({ name: 'github' }));
      expect(await outcomesOf(calls)).toEqual({ answered: 1, name_taken: 19 });
      expect(await list()).toEqual(['github']);
    });

    it('tells which name is taken', async () => {
      await workspace.servers.create({ name: 'github' });
      await expect(workspace.servers.create({ name: 'github' })).rejects.toMatchObject({
        code: 'name_taken',
        message: expect.stringContaining('"github"'),
        details: { field: 'name', value: 'github' },
      });
    });

    it('takes a name that differs in case, that another workspace has, or that a managed row has', async () => {
      await workspace.servers.create({ name: 'github' });
      await harness.workspace().servers.create({ name: 'github' });
      await workspace.servers.create({ name: 'GitHub' });
      await workspace.servers.createManaged('github');
      await workspace.servers.createManaged('github');
      expect(await list()).toEqual(['GitHub', 'github', 'github', 'github']);
    });

    it('answers a repeated Idempotency-Key with the first row, also when all come at once', async () => {
      const request = { name: 'once', endpoint: 'https://mcp.example.com/mcp' };
      const create = (): Promise<{ id: string }> =>
        workspace.call(createWorkspaceServer, request, { idempotencyKey: 'key' });
      const ids = (await Promise.all(atOnce(8, create))).map(({ id }) => id);
      expect(new Set(ids).size).toBe(1);
      expect(await harness.rowsOf(workspace.id)).toEqual({ idempotency_keys: 1, workspace_servers: 1 });
    });
  });

  describe('changing one', () => {
    it('changes what is named, clears what is null, and leaves the rest', async () => {
      const created = await workspace.servers.create({ icon: 'old', config_json: '{}' });
      const patch: PatchWorkspaceServer = {
        display_name: 'New',
        icon: null,
        enabled: false,
        exposure: 'bound',
      };
      const updated = await workspace.servers.update(created.id, patch);
      expect(updated).toEqual({ ...created, ...patch, updated_at: updated.updated_at });
      expect(Date.parse(updated.updated_at)).toBeGreaterThan(Date.parse(created.updated_at));
      expect(await workspace.call(getWorkspaceServer, { server_id: created.id })).toEqual(updated);
    });

    it.each<[string, PatchWorkspaceServer, string]>([
      ['a transport without what it needs', { transport: 'stdio' }, 'command'],
      ['clearing what the transport needs', { endpoint: null }, 'endpoint'],
      ['a header to delete', { headers_json: '{"A":null}' }, 'headers_json'],
      ['an env entry to delete', { env_json: '{"A":null}' }, 'env_json'],
    ])('refuses %s, and changes nothing', async (_, patch, field) => {
      const server = await workspace.servers.create();
      const call = workspace.servers.update(server.id, { display_name: 'New', ...patch });
      expect(await refusedFields(call)).toEqual([field]);
      expect(await workspace.call(getWorkspaceServer, { server_id: server.id })).toEqual(server);
    });

    it('changes the transport together with what it needs, and keeps the other field', async () => {
      const server = await workspace.servers.create();
      const updated = await workspace.servers.update(server.id, { transport: 'stdio', command: 'npx' });
      expect(updated).toMatchObject({ transport: 'stdio', command: 'npx', endpoint: server.endpoint });
    });

    it('leaves the time of the last change alone when nothing changes', async () => {
      const server = await workspace.servers.create({ icon: 'x' });
      const same = { icon: 'x', enabled: true, display_name: server.display_name };
      expect(await workspace.servers.update(server.id, same)).toEqual(server);
      expect(await workspace.servers.update(server.id, {})).toEqual(server);
    });

    it('loses none of many changes made at the same time', async () => {
      const { id } = await workspace.servers.create();
      await Promise.all([
        ...atOnce(5, () => workspace.servers.update(id, { icon: 'new' })),
        ...atOnce(5, () => workspace.servers.update(id, { config_json: '{"a":1}' })),
        ...atOnce(5, () => workspace.servers.update(id, { enabled: false })),
      ]);
      expect(await workspace.call(getWorkspaceServer, { server_id: id })).toMatchObject({
        icon: 'new',
        config_json: '{"a":1}',
        enabled: false,
      });
    });
  });

  it('refuses to change or delete a managed row, which is listed like any other', async () => {
    const id = await workspace.servers.createManaged('slack');
    expect(await list()).toEqual(['slack']);
    const calls = [workspace.servers.update(id, { enabled: false }), workspace.servers.delete(id)];
    expect(await outcomesOf(calls)).toEqual({ managed: 2 });
    expect(await workspace.call(getWorkspaceServer, { server_id: id })).toMatchObject({
      enabled: true,
      managed_by: 'connection',
    });
  });

  it('counts the bindings to a server and the overrides of it, by themselves', async () => {
    const server = await workspace.servers.create();
    const other = await workspace.servers.create();
    const [crew, second] = [workspace.crew(), workspace.crew()];
    const override = await crew.servers.override(server);
    await second.servers.override(server);
    await crew.servers.create();
    await workspace.agent(crew).bindings.create(override);
    await Promise.all(atOnce(3, () => workspace.agent().bindings.create(server)));

    const counts = { agent_binding_count: 3, crew_server_count: 2 };
    expect(await workspace.call(getWorkspaceServer, { server_id: server.id })).toMatchObject(counts);
    expect(await workspace.servers.update(server.id, { icon: 'x' })).toMatchObject(counts);
    const { items } = await workspace.call(listWorkspaceServers, {});
    expect(items.find(({ id }) => id === server.id)).toMatchObject(counts);
    expect(items.find(({ id }) => id === other.id)).toMatchObject({
      agent_binding_count: 0,
      crew_server_count: 0,
    });
  });

  it('deletes with a server its overrides, all bindings to it and to them, and their tool states', async () => {
    const [server, other] = [await workspace.servers.create(), await workspace.servers.create()];
    const crew = workspace.crew();
    const override = await crew.servers.override(server);
    await crew.tools(override.id).upsert('search', { enabled: false });
    await workspace.agent(crew).bindings.create(override);
    await workspace.agent().bindings.create(server);
    await workspace.agent().bindings.create(other);

    expect(await workspace.servers.delete(server.id)).toEqual({ id: server.id, deleted: true });
    expect(await harness.rowsOf(workspace.id)).toEqual({ workspace_servers: 1, agent_bindings: 1 });
    expect(await outcomesOf([workspace.servers.delete(server.id)])).toEqual({ not_found: 1 });
  });

  it('keeps everything when a part of the deletion fails', async () => {
    const server = await workspace.servers.create();
    await workspace.agent().bindings.create(server);
    await harness.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
      CREATE TRIGGER refuse BEFORE DELETE ON agent_bindings FOR EACH ROW EXECUTE FUNCTION refuse()`);
    try {
      expect(await outcomesOf([workspace.servers.delete(server.id)])).toEqual({ internal: 1 });
    } finally {
      await harness.query(`DROP FUNCTION refuse CASCADE`);
    }
    expect(await harness.rowsOf(workspace.id)).toEqual({ workspace_servers: 1, agent_bindings: 1 });
    expect((await harness.told(workspace.id)).map(({ data }) => data)).not.toContainEqual(
      expect.objectContaining({ fact: 'deleted' }),
    );
  });

  describe('listing them', () => {
    it('goes by name in code-unit order, page after page, each once, whatever comes in between', async () => {
      const names = ['B', 'Z', 'a', 'a.b', 'a1', 'b', 'Ba', 'a-b', 'a_b', '0'];
      for (const name of names) await workspace.servers.create({ name });
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: { items: { name: string }[]; next_cursor: string | null } = await workspace.call(
          listWorkspaceServers,
          { limit: 3, ...(cursor === null ? {} : { cursor }) },
        );
        seen.push(...page.items.map(({ name }) => name));
        if (cursor === null) await workspace.servers.create({ name: '-'.padStart(2, '1') });
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(seen).toEqual([...names].sort());
    });

    it('shows 100 at a time unless told otherwise', async () => {
      await Promise.all(atOnce(101, (index) => workspace.servers.create({ name: `s${index}` })));
      const { items, next_cursor } = await workspace.call(listWorkspaceServers, {});
      expect(items).toHaveLength(100);
      expect(next_cursor).not.toBeNull();
      expect(await list({ limit: 101 })).toHaveLength(101);
    });

    it.each([{ limit: 0 }, { limit: 1001 }, { limit: 1.5 }, { cursor: 'x' }])('refuses %j', async (page) => {
      expect(await refusedFields(list(page))).toEqual(Object.keys(page));
    });

    it('refuses a cursor with a character that the database cannot keep', async () => {
      const cursor = Buffer.from(JSON.stringify(['a\0', 'b'])).toString('base64url');
      expect(await refusedFields(list({ cursor }))).toEqual(['cursor']);
    });
  });
});
