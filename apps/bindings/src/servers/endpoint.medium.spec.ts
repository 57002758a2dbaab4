import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { refusedFields } from '../testing/outcomes.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';

const notPublic = [
  'http://127.0.0.1:3000/mcp',
  'http://10.1.2.3/mcp',
  'https://169.254.169.254/latest/meta-data',
  'http://2130706433/mcp',
  'http://[::1]/mcp',
  'http://[::ffff:10.0.0.1]/mcp',
  'http://localhost:3000/mcp',
  'http://tools.localhost./mcp',
  'http://metadata.google.internal/mcp',
  'http://printer.local/mcp',
];

describe('the endpoint of a server', () => {
  let database: TestDatabase;
  /** As it comes. */
  let strict: BindingsHarness;
  /** The same database, served by one that may go to this machine. */
  let open: BindingsHarness;
  let workspace: TestWorkspace;
  let crew: TestCrew;

  beforeAll(async () => {
    database = await testDatabase();
    strict = await BindingsHarness.start(database.url);
    open = await BindingsHarness.start(database.url, ['127.0.0.1/32']);
  });
  beforeEach(() => {
    workspace = strict.workspace();
    crew = workspace.crew();
  });
  afterAll(async () => {
    await Promise.all([strict.stop(), open.stop()]);
    await database.drop();
  });

  it.each(notPublic)('is refused if it is %s, on either tier', async (endpoint) => {
    expect(await refusedFields(workspace.servers.create({ endpoint }))).toEqual(['endpoint']);
    expect(await refusedFields(crew.servers.create({ endpoint }))).toEqual(['endpoint']);
    expect(await strict.rowsOf(workspace.id)).toEqual({});

    const server = await workspace.servers.create();
    const own = await crew.servers.create();
    const override = await crew.servers.override(server);
    expect(await refusedFields(workspace.servers.update(server.id, { endpoint }))).toEqual(['endpoint']);
    expect(await refusedFields(crew.servers.update(own.id, { endpoint }))).toEqual(['endpoint']);
    expect(await refusedFields(crew.servers.update(override.id, { endpoint }))).toEqual(['endpoint']);
    const others = workspace.crew().servers;
    expect(await refusedFields(others.override(server, { endpoint }))).toEqual(['endpoint']);
    const rows = await workspace.agent(crew).resolve();
    expect(rows.map((row) => row.endpoint)).toEqual([server.endpoint, own.endpoint]);
  });

  it('is refused with the address, the reason and what to do', async () => {
    const endpoint = 'http://127.0.0.1:3000/mcp';
    const message =
      'cannot be used, because 127.0.0.1 is not allowed: loopback (RFC 1122); ' +
      'use an address on the public internet, or have your operator add it to HAWSER_EGRESS_ALLOW';
    await expect(workspace.servers.create({ endpoint })).rejects.toMatchObject({
      code: 'validation_failed',
      message: `endpoint ${message} (it is "${endpoint}")`,
      details: { errors: [{ field: 'endpoint', message, value: endpoint }] },
    });
  });

  it('is refused in a server of either transport, which may become the other', async () => {
    const stdio = { transport: 'stdio', command: 'npx', endpoint: 'http://localhost/mcp' } as const;
    expect(await refusedFields(workspace.servers.create(stdio))).toEqual(['endpoint']);
    expect(await refusedFields(crew.servers.create(stdio))).toEqual(['endpoint']);
  });

  it('is a public address or a name, wherever the name may lead', async () => {
    for (const endpoint of [
      'http://1.1.1.1/mcp',
      'https://[2606:4700::1111]:8443/mcp',
      'http://nowhere.invalid',
    ]) {
      expect(await workspace.servers.create({ endpoint })).toMatchObject({ endpoint });
      expect(await crew.servers.create({ endpoint })).toMatchObject({ endpoint });
    }
  });

  it('may be in the networks that are excepted, and in no other', async () => {
    const { servers } = open.workspace();
    for (const endpoint of ['http://127.0.0.1:3000/mcp', 'http://localhost:3000/mcp']) {
      expect(await servers.create({ endpoint })).toMatchObject({ endpoint });
    }
    for (const endpoint of ['http://127.0.0.2:3000/mcp', 'http://10.0.0.1/mcp']) {
      expect(await refusedFields(servers.create({ endpoint }))).toEqual(['endpoint']);
    }
  });

  it('stays as it was written before, until it changes', async () => {
    const before = open.workspace(workspace.id);
    const endpoint = 'http://127.0.0.1:3000/mcp';
    const server = await before.servers.create({ endpoint });
    expect(await workspace.servers.update(server.id, { icon: 'cat' })).toMatchObject({
      icon: 'cat',
      endpoint,
    });
    expect(await workspace.servers.update(server.id, { endpoint, icon: 'dog' })).toMatchObject({
      icon: 'dog',
    });
    const call = workspace.servers.update(server.id, { endpoint: 'http://127.0.0.1:3001/mcp' });
    expect(await refusedFields(call)).toEqual(['endpoint']);
    const moved = { endpoint: 'https://mcp.example.com/mcp' };
    expect(await workspace.servers.update(server.id, moved)).toMatchObject(moved);
    expect(await refusedFields(workspace.servers.update(server.id, { endpoint }))).toEqual(['endpoint']);

    const own = await Object.assign(before.crew(), { id: crew.id }).servers.create({ endpoint });
    expect(await crew.servers.update(own.id, { icon: 'cat' })).toMatchObject({ icon: 'cat', endpoint });
    expect(await crew.servers.update(own.id, moved)).toMatchObject(moved);
    expect(await refusedFields(crew.servers.update(own.id, { endpoint }))).toEqual(['endpoint']);
    const override = await crew.servers.override(await before.servers.create({ endpoint }), moved);
    expect(await crew.servers.update(override.id, { endpoint: null })).toMatchObject({ endpoint: null });
  });
});
