import {
  createCrewServer,
  listAllCrewServers,
  listCrewServers,
  type CreateCrewServer,
  type CrewServer,
  type PatchCrewServer,
} from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { atOnce, outcomesOf, refusedFields } from '../testing/outcomes.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';

const nothing = {
  command: null,
  args_json: null,
  env_json: null,
  config_json: null,
  headers_json: null,
  icon: null,
};

describe('crew servers', () => {
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

  const list = async (of: TestCrew = crew): Promise<CrewServer[]> =>
    (await workspace.call(listCrewServers, { crew_id: of.id })).items;

  describe("a server of the crew's own", () => {
    it('gets every field that was left out', async () => {
      const endpoint = 'https://mcp.example.com/mcp';
      const created = await workspace.call(createCrewServer, { crew_id: crew.id, name: 'notes', endpoint });
      const { id, created_at, updated_at, ...server } = created;
      expect(server).toEqual({
        ...nothing,
        workspace_id: workspace.id,
        crew_id: crew.id,
        workspace_mcp_server_id: null,
        name: 'notes',
        display_name: 'notes',
        transport: 'streamable-http',
        endpoint,
        enabled: true,
        exposure: 'all',
        managed_by: null,
      });
      expect(id).toMatch(/^srv_/);
      expect(updated_at).toBe(created_at);
      expect(await list()).toEqual([created]);
    });

    it.each<[string, Partial<CreateCrewServer>, string]>([
      ['no endpoint', { endpoint: null }, 'endpoint'],
      ['stdio without a command', { transport: 'stdio' }, 'command'],
      ['an env entry to delete', { env_json: '{"A":null}' }, 'env_json'],
      ['a header to delete', { headers_json: '{"A":null}' }, 'headers_json'],
    ])('is refused with %s', async (_, fields, field) => {
      expect(await refusedFields(crew.servers.create(fields))).toEqual([field]);
    });

    it.each<[string, PatchCrewServer, string]>([
      ['no transport', { transport: null }, 'transport'],
      ['no display name', { display_name: null }, 'display_name'],
      ['no endpoint', { endpoint: null }, 'endpoint'],
      ['another transport without what it needs', { transport: 'stdio' }, 'command'],
      ['an env entry to delete', { env_json: '{"A":null}' }, 'env_json'],
      ['a header to delete', { headers_json: '{"A":null}' }, 'headers_json'],
    ])('is not changed to have %s', async (_, patch, field) => {
      const server = await crew.servers.create();
      expect(await refusedFields(crew.servers.update(server.id, patch))).toEqual([field]);
      expect(await list()).toEqual([server]);
    });

    it('may be named as a workspace server, a server of another crew or a managed row', async () => {
      await workspace.servers.create({ name: 'github' });
      await crew.servers.createManaged('github');
      await crew.servers.create({ name: 'github' });
      await workspace.crew().servers.create({ name: 'github' });
      expect(await list()).toHaveLength(2);
    });
  });

  describe('an override', () => {
    it('inherits every field that was left out', async () => {
      const parent = await workspace.servers.create();
      const override = await crew.servers.override(parent, { name: 'mine' });
      expect(override).toMatchObject({
        ...nothing,
        workspace_mcp_server_id: parent.id,
        name: 'mine',
        display_name: null,
        transport: null,
        endpoint: null,
        enabled: true,
        exposure: 'all',
      });
      expect(await list()).toEqual([override]);
    });

    it('may delete inherited entries, when created and when changed', async () => {
      const parent = await workspace.servers.create({ env_json: '{"A":"x"}', headers_json: '{"B":"y"}' });
      const deletions = { env_json: '{"A":null}', headers_json: '{"b":null}', config_json: '{"c":null}' };
      expect(await crew.servers.override(parent, deletions)).toMatchObject(deletions);
      const other = workspace.crew();
      const { id } = await other.servers.override(parent);
      expect(await other.servers.update(id, deletions)).toMatchObject(deletions);
    });

    it('is complete with what it inherits: stdio needs a command of either row', async () => {
      const [bare, ready] = [
        await workspace.servers.create(),
        await workspace.servers.create({ command: 'npx' }),
      ];
      expect(await refusedFields(crew.servers.override(bare, { transport: 'stdio' }))).toEqual(['command']);
      await crew.servers.override(bare, { transport: 'stdio', command: 'uvx' });
      await crew.servers.override(ready, { transport: 'stdio' });
      expect(await list()).toHaveLength(2);
    });

    it('is complete with what it inherits: streamable-http needs an endpoint of either row', async () => {
      const stdio = { transport: 'stdio' as const, command: 'npx', endpoint: null };
      const parent = await workspace.servers.create(stdio);
      const http = { transport: 'streamable-http' as const };
      expect(await refusedFields(crew.servers.override(parent, http))).toEqual(['endpoint']);
      await crew.servers.override(parent, { ...http, endpoint: 'https://mcp.example.com/mcp' });
    });

    it('is checked again, as merged, when its transport changes', async () => {
      const parent = await workspace.servers.create();
      const { id } = await crew.servers.override(parent);
      expect(await refusedFields(crew.servers.update(id, { transport: 'stdio' }))).toEqual(['command']);
      const ready = { transport: 'stdio' as const, command: 'npx' };
      expect(await crew.servers.update(id, ready)).toMatchObject(ready);
      expect(await refusedFields(crew.servers.update(id, { command: null }))).toEqual(['command']);
      const inherits = { transport: null, command: null, display_name: null };
      expect(await crew.servers.update(id, inherits)).toMatchObject(inherits);
    });

    it('stays when its parent changes to leave it incomplete, and can still be switched off', async () => {
      const parent = await workspace.servers.create();
      const override = await crew.servers.override(parent, { transport: 'streamable-http' });
      await workspace.servers.update(parent.id, { transport: 'stdio', command: 'npx', endpoint: null });

      expect(await crew.servers.update(override.id, { enabled: false })).toMatchObject({ enabled: false });
      const stillIncomplete = crew.servers.update(override.id, { command: 'npx' });
      expect(await refusedFields(stillIncomplete)).toEqual(['endpoint']);
    });

    it('needs a parent in the same workspace', async () => {
      const foreign = await harness.workspace().servers.create();
      const own = await crew.servers.create();
      for (const id of [foreign.id, own.id, 'srv_none', await foreignManaged()]) {
        expect(await refusedFields(crew.servers.override({ id }))).toEqual(['workspace_mcp_server_id']);
      }
    });
    const foreignManaged = (): Promise<string> => harness.workspace().servers.createManaged();

    it('may have a managed row as its parent', async () => {
      const id = await workspace.servers.createManaged();
      expect(await crew.servers.override({ id })).toMatchObject({ workspace_mcp_server_id: id });
    });

    it('is one a crew and server, also when many come at once', async () => {
      const parent = await workspace.servers.create();
      expect(await outcomesOf(atOnce(20, () => crew.servers.override(parent)))).toEqual({
        answered: 1,
        override_exists: 19,
      });
      expect(await list()).toHaveLength(1);
      await workspace.crew().servers.override(parent);
    });

    it('comes to nothing when its parent is deleted at the same time', async () => {
      for (let round = 0; round < 20; round += 1) {
        const parent = await workspace.servers.create();
        const crews = [workspace.crew(), workspace.crew(), workspace.crew()];
        const calls = [
          ...crews.map((each) => each.servers.override(parent).then(() => 'made')),
          workspace.servers.delete(parent.id).then(() => 'deleted'),
        ];
        const outcomes = await outcomesOf(calls);
        expect(Object.keys(outcomes).sort()).toEqual(
          outcomes.answered === 4 ? ['answered'] : ['answered', 'validation_failed'],
        );
        expect(await harness.rowsOf(workspace.id)).toEqual({});
      }
    });
  });

  it('lets one of many at the same time have a name in a crew', async () => {
    const calls = atOnce(20, () => crew.servers.create({ name: 'notes' }));
    expect(await outcomesOf(calls)).toEqual({ answered: 1, name_taken: 19 });
    expect(await list()).toHaveLength(1);
  });

  it('refuses to change or delete a managed row, which is listed like any other', async () => {
    const id = await crew.servers.createManaged('slack');
    expect(await list()).toMatchObject([{ id, managed_by: 'connection' }]);
    const calls = [crew.servers.update(id, { enabled: false }), crew.servers.delete(id)];
    expect(await outcomesOf(calls)).toEqual({ managed: 2 });
  });

  it('leaves a row as it is when a change names nothing new', async () => {
    const server = await crew.servers.create({ icon: 'x' });
    expect(await crew.servers.update(server.id, { icon: 'x', enabled: true })).toEqual(server);
  });

  it('finds a server only in its own crew', async () => {
    const { id } = await crew.servers.create();
    const other = workspace.crew();
    const calls = [other.servers.update(id, { enabled: false }), other.servers.delete(id)];
    expect(await outcomesOf(calls)).toEqual({ not_found: 2 });
  });

  it('deletes with a server its bindings and tool states, and nothing of the server it overrode', async () => {
    const parent = await workspace.servers.create();
    const override = await crew.servers.override(parent);
    const agent = workspace.agent(crew);
    await agent.bindings.create(override);
    await agent.bindings.create(parent);
    await crew.tools(override.id).upsert('search', { enabled: false });
    expect(await crew.servers.delete(override.id)).toEqual({ id: override.id, deleted: true });
    expect(await harness.rowsOf(workspace.id)).toEqual({ workspace_servers: 1, agent_bindings: 1 });
  });

  it('lists those of all crews by crew and name, page after page, each once', async () => {
    const crews = [workspace.crew(), workspace.crew(), workspace.crew()];
    for (const each of crews) for (const name of ['b', 'a', 'C']) await each.servers.create({ name });
    const seen: CrewServer[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: CrewServer[]; next_cursor: string | null } = await workspace.call(
        listAllCrewServers,
        { limit: 2, ...(cursor === null ? {} : { cursor }) },
      );
      seen.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
    const expected = crews
      .map(({ id }) => id)
      .sort()
      .flatMap((id) => ['C', 'a', 'b'].map((name) => [id, name]));
    expect(seen.map(({ crew_id, name }) => [crew_id, name])).toEqual(expected);
    expect((await list(crews[1])).map(({ name }) => name)).toEqual(['C', 'a', 'b']);
  });
});
