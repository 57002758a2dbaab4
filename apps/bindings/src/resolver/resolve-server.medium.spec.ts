import { resolveServer, type ResolvedServer, type ResolveServer } from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';

describe('one server to be tried out', () => {
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

  const tried = async (ref: ResolveServer): Promise<ResolvedServer> =>
    (await workspace.call(resolveServer, { ...ref, plain: true })).server;
  const ofWorkspace = ({ id }: { id: string }): Promise<ResolvedServer> => tried({ server_id: id });
  const ofCrew = ({ id }: { id: string }): Promise<ResolvedServer> =>
    tried({ server_id: id, crew_id: crew.id });

  const settings = {
    display_name: 'GitHub',
    config_json: '{"read_only":true}',
    headers_json: '{"X-Team":"all","X-Gone":"x"}',
    icon: 'cat',
  };

  it('is what agents get, of each tier', async () => {
    const server = await workspace.servers.create({ name: 'github', ...settings });
    expect([await ofWorkspace(server)]).toEqual(await workspace.agent().resolve());

    const override = await crew.servers.override(server, {
      endpoint: 'https://mcp.example.com/crew',
      headers_json: '{"x-team":"research","X-Gone":null}',
    });
    await crew.tools(override.id).upsert('delete', { enabled: false });
    const own = await crew.servers.create({ name: 'notes', transport: 'stdio', command: 'npx' });
    await crew.tools(own.id).upsert('write', { enabled: false });
    const answers = [await ofCrew(override), await ofCrew(own)];
    expect(answers).toEqual(await workspace.agent(crew).resolve());
    expect(answers).toMatchObject([
      { server_id: server.id, crew_server_id: override.id, tools: { disabled: ['delete'] } },
      { server_id: own.id, crew_server_id: own.id, tools: { disabled: ['write'] } },
    ]);
    expect(await ofWorkspace(server)).toMatchObject({ endpoint: server.endpoint, crew_server_id: null });
  });

  it('knows nothing of bindings', async () => {
    const server = await workspace.servers.create(settings);
    const before = await ofWorkspace(server);
    await workspace.agent().bindings.create(server, { config_override_json: '{"read_only":false}' });
    await workspace.agent().bindings.create(server, { enabled: false });
    expect(await ofWorkspace(server)).toEqual(before);
    expect(before).toMatchObject({
      binding_id: null,
      config_json: settings.config_json,
    });
  });

  it('is answered while it is switched off, bound, managed or shadowed, on whichever tier', async () => {
    const off = { enabled: false, exposure: 'bound' } as const;
    const server = await workspace.servers.create({ name: 'github', ...off });
    const override = await crew.servers.override(server, off);
    const own = await crew.servers.create({ name: 'github', ...off });
    const managed = { id: await workspace.servers.createManaged('github') };
    const managedOfCrew = { id: await crew.servers.createManaged('github') };
    expect(await workspace.agent(crew).resolve()).toEqual([]);

    const answers = [
      await ofWorkspace(server),
      await ofWorkspace(managed),
      await ofCrew(override),
      await ofCrew(own),
      await ofCrew(managedOfCrew),
    ];
    expect(answers.map(({ server_id, crew_server_id }) => [server_id, crew_server_id])).toEqual([
      [server.id, null],
      [managed.id, null],
      [server.id, override.id],
      [own.id, own.id],
      [managedOfCrew.id, managedOfCrew.id],
    ]);
  });

  it("has none of the workspace's headers where an override sends it elsewhere", async () => {
    const server = await workspace.servers.create({ headers_json: '{"Authorization":"s3cret"}' });
    const override = await crew.servers.override(server, {
      endpoint: 'https://other.example/mcp',
      headers_json: '{"X-Team":"research"}',
    });
    expect(await ofCrew(override)).toMatchObject({
      endpoint: 'https://other.example/mcp',
      headers: { 'X-Team': 'research' },
      problems: [{ code: 'credential_withheld', field: 'headers' }],
    });
  });

  it('is answered with its problem when its parent left it incomplete', async () => {
    const server = await workspace.servers.create({ command: 'npx' });
    const override = await crew.servers.override(server, { transport: 'stdio' });
    await workspace.servers.update(server.id, { command: null });
    expect(await ofCrew(override)).toMatchObject({
      transport: 'stdio',
      command: null,
      problems: [{ code: 'config_incomplete', field: 'command' }],
    });
  });

  it('takes a crew of null for none', async () => {
    const server = await workspace.servers.create();
    expect(await tried({ server_id: server.id, crew_id: null })).toEqual(await ofWorkspace(server));
  });

  it('is known only on the tier and in the crew and workspace that are named', async () => {
    const server = await workspace.servers.create();
    const own = await crew.servers.create();
    const override = await crew.servers.override(server);
    const stranger = harness.workspace();
    const ofThisCrew = { crew_id: crew.id };
    const ofAnother = { crew_id: workspace.crew().id };
    const unknown: [string, TestWorkspace, ResolveServer][] = [
      ['workspace server', workspace, { server_id: 'srv_none' }],
      ['workspace server', workspace, { server_id: own.id }],
      ['workspace server', workspace, { server_id: override.id }],
      ['workspace server', stranger, { server_id: server.id }],
      ['crew server', workspace, { server_id: 'srv_none', ...ofThisCrew }],
      ['crew server', workspace, { server_id: server.id, ...ofThisCrew }],
      ['crew server', workspace, { server_id: own.id, ...ofAnother }],
      ['crew server', workspace, { server_id: override.id, ...ofAnother }],
      ['crew server', stranger, { server_id: own.id, ...ofThisCrew }],
      ['crew server', stranger, { server_id: override.id, ...ofThisCrew }],
    ];
    for (const [kind, caller, request] of unknown) {
      await expect(caller.call(resolveServer, { ...request, plain: true })).rejects.toMatchObject({
        code: 'not_found',
        details: { kind, id: request.server_id },
      });
    }
  });
});
