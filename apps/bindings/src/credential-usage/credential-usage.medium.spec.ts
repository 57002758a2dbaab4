import { findCredentialUsers, type NamedCredential, type UsedCredential } from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { planOf, statementsOf } from '../testing/query-plans.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';

const github = { id: 'cred_1', name: 'github' };
const stripe = { id: 'cred_2', name: 'stripe' };
const named = '{{credential:github}}';

describe('what uses a credential', () => {
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

  const usesOf = async (...credentials: NamedCredential[]): Promise<UsedCredential[]> =>
    (await workspace.call(findCredentialUsers, { credentials })).uses;

  it('is every row of the three tiers that has its id or names it, with the fields that do', async () => {
    const server = await workspace.servers.create({
      headers_json: `{"Authorization":"Bearer ${named}","X-Other":"{{credential:stripe}}"}`,
      config_json: `{"deep":[{"key":"x${named}"}]}`,
    });
    const own = await crew.servers.create({
      transport: 'stdio',
      command: 'npx',
      args_json: `["--key","${named}"]`,
      env_json: `{"A":"${named}","B":"${named}"}`,
    });
    const agent = workspace.agent(crew);
    const { id, name } = harness.vault.add(workspace, { name: 'bound' });
    const both = await agent.bindings.create(server, {
      credential_id: id,
      config_override_json: `{"a":"${named}","b":"{{credential:bound}}"}`,
    });
    const byId = await agent.bindings.create(own, { credential_id: id });

    const binding = { kind: 'agent_binding', name: null, agent_id: agent.id };
    expect(await usesOf(github, { id, name }, stripe)).toEqual([
      { ...binding, credential_id: 'cred_1', id: both.id, templates: ['config_override_json'] },
      {
        credential_id: 'cred_1',
        kind: 'crew_server',
        id: own.id,
        name: own.name,
        agent_id: null,
        templates: ['args_json', 'env_json'],
      },
      {
        credential_id: 'cred_1',
        kind: 'workspace_server',
        id: server.id,
        name: server.name,
        agent_id: null,
        templates: ['config_json', 'headers_json'],
      },
      { ...binding, credential_id: id, id: both.id, templates: ['config_override_json'] },
      { ...binding, credential_id: id, id: byId.id, templates: [] },
      {
        credential_id: 'cred_2',
        kind: 'workspace_server',
        id: server.id,
        name: server.name,
        agent_id: null,
        templates: ['headers_json'],
      },
    ]);
  });

  it('is found however the template is spelled, and only where there is one', async () => {
    const spelled = String.raw`{"a":"\u007b\u007bcredential:git\u0068ub}}"}`;
    const server = await workspace.servers.create({ config_json: spelled });
    const agent = workspace.agent();
    const binding = await agent.bindings.create(server, { config_override_json: spelled });
    for (const config_json of [
      `{"${named}":"a name is no template"}`,
      '{"a":"{{credential:github-2}}"}',
      '{"a":"{{credential:github"}',
      '{"a":"github"}',
    ]) {
      await workspace.servers.create({ config_json });
    }
    expect((await usesOf(github)).map(({ id }) => id)).toEqual([binding.id, server.id]);
  });

  it('is nothing of another workspace, and nothing where nothing is asked for', async () => {
    const stranger = harness.workspace();
    const server = await stranger.servers.create({ headers_json: `{"X-A":"${named}"}` });
    const { id } = harness.vault.add(stranger);
    await stranger.agent().bindings.create(server, { credential_id: id });
    expect(await usesOf(github, { id, name: 'x' })).toEqual([]);
    expect(await usesOf()).toEqual([]);
  });

  it('is told up to a hundred times of each kind, templates among them', async () => {
    const server = await workspace.servers.create({ config_json: `{"a":"${named}"}` });
    await harness.query(
      `INSERT INTO agent_bindings (id, workspace_id, agent_id, workspace_server_id, cred_type, credential_id, enabled)
       SELECT 'bnd_many' || n, $1, 'agt_many' || n, $2, 'bearer', 'cred_1', true FROM generate_series(1, 1000) n`,
      [workspace.id, server.id],
    );
    const uses = await usesOf(github);
    expect(uses).toHaveLength(101);
    expect(uses.filter(({ templates }) => templates.length > 0).map(({ id }) => id)).toEqual([server.id]);
  });

  it('is told of a whole page of credentials, of each a part', async () => {
    const server = await workspace.servers.create();
    await harness.query(
      `INSERT INTO agent_bindings (id, workspace_id, agent_id, workspace_server_id, cred_type, credential_id, enabled)
       SELECT 'bnd_of_a_page_' || n, $1, 'agt_of_a_page_' || n, $2, 'bearer', 'cred_' || n % 1000, true
         FROM generate_series(1, 60000) n`,
      [workspace.id, server.id],
    );
    const page = Array.from({ length: 1_000 }, (_, n) => ({ id: `cred_${n}`, name: `of-a-page-${n}` }));
    const uses = Map.groupBy(await usesOf(...page), ({ credential_id }) => credential_id);
    expect(uses.size).toBe(1_000);
    expect(new Set([...uses.values()].map(({ length }) => length))).toEqual(new Set([10]));
  });

  it('is looked for by indexes among very many bindings', async () => {
    await harness.query(
      `INSERT INTO workspace_servers (id, workspace_id, name, display_name, transport, enabled, exposure)
       VALUES ('srv_indexed', $1, 'n', 'n', 'stdio', true, 'all')`,
      [workspace.id],
    );
    await harness.query(
      `INSERT INTO agent_bindings (id, workspace_id, agent_id, workspace_server_id, cred_type, credential_id, enabled, config_override_json)
       SELECT 'bnd_index' || n, $1, 'agt_index' || n, 'srv_indexed', 'bearer', 'cred_' || n, true, '{"a":1}'
         FROM generate_series(1, 20000) n`,
      [workspace.id],
    );
    await harness.query(`ANALYZE agent_bindings`);
    let uses: UsedCredential[] = [];
    const [statement] = await statementsOf(async () => {
      uses = await usesOf({ id: 'cred_7', name: 'seven' });
    });
    expect(uses.map(({ id }) => id)).toEqual(['bnd_index7']);
    const { scans, discarded } = await planOf(harness, statement);
    expect(scans).not.toContain('agent_bindings');
    expect(discarded).toBeLessThan(100);
  });
});
