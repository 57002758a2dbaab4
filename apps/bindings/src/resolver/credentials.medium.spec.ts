import { explainAgent, resolveAgent, resolveServer } from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { outcomesOf } from '../testing/outcomes.js';
import { viewer, type TestAgent } from '../testing/test-agent.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';

describe('the credentials in an answer', () => {
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

  const agentSubject = (): object => ({ kind: 'agent', id: agent.id });

  it('are those of bindings and templates on all tiers, from one call to the vault', async () => {
    const bound = harness.vault.add(workspace, { name: 'bound', value: 'of-binding' });
    harness.vault.add(workspace, { name: 'named', value: 'of-template' });
    harness.vault.add(workspace, { name: 'of-nobody', value: 'unused' });
    const http = await workspace.servers.create({
      name: 'http',
      headers_json: '{"X-Named":"key {{credential:named}}"}',
    });
    await agent.bindings.create(http, {
      credential_id: bound.id,
      cred_type: 'api_key',
      cred_header: 'X-Key',
    });
    await crew.servers.create({
      name: 'process',
      transport: 'stdio',
      command: 'npx',
      env_json: '{"GONE":"{{credential:gone}}","LOG":"1"}',
      args_json: '["--key","{{credential:named}}"]',
    });
    harness.vault.askedBy(workspace);

    expect(await agent.resolve()).toMatchObject([
      {
        headers: { 'X-Named': 'key of-template', 'X-Key': 'of-binding' },
        credential_id: bound.id,
        credential_name: 'bound',
        cred_type: 'api_key',
        problems: [],
      },
      {
        env_json: '{"LOG":"1"}',
        args_json: '["--key","of-template"]',
        problems: [{ code: 'credential_missing', field: 'env_json' }],
      },
    ]);
    expect(harness.vault.askedBy(workspace)).toEqual([
      {
        what: 'disclose',
        request: { ids: [bound.id], names: ['gone', 'named'], subject: agentSubject() },
      },
    ]);
  });

  it('are asked for again for each answer, and again for its explanation', async () => {
    const { id, name } = harness.vault.add(workspace);
    const server = await workspace.servers.create();
    await agent.bindings.create(server, { credential_id: id });
    harness.vault.askedBy(workspace);
    await agent.resolve();
    const { servers } = await agent.call(explainAgent, { agent_id: agent.id, plain: true });
    expect(servers).toMatchObject([
      {
        headers: { Authorization: `Bearer s3cret-${id}` },
        credential_name: name,
        origins: { headers: { Authorization: { tier: 'agent' } }, credential_name: { tier: 'agent' } },
      },
    ]);
    expect(harness.vault.askedBy(workspace).map(({ what }) => what)).toEqual(['disclose', 'disclose']);
    harness.vault.remove(workspace, id);
    expect(await agent.resolve()).toMatchObject([
      { headers: null, problems: [{ code: 'credential_missing' }] },
    ]);
  });

  it('are asked for also where there are none: every answer in plain text is to be noted', async () => {
    expect(await agent.resolve()).toEqual([]);
    await workspace.servers.create();
    await agent.resolve();
    const nothing = { what: 'disclose', request: { ids: [], names: [], subject: agentSubject() } };
    expect(harness.vault.askedBy(workspace)).toEqual([nothing, nothing]);
  });

  it('are [REDACTED] to others, whose answer has no value in it and the same problems', async () => {
    const { id } = harness.vault.add(workspace, { name: 'named' });
    const server = await workspace.servers.create({
      headers_json: '{"X-A":"{{credential:named}}","X-B":"literal","X-C":"{{credential:gone}}"}',
    });
    await agent.bindings.create(server, { credential_id: id });
    harness.vault.askedBy(workspace);
    const [redacted] = await agent.resolveRedacted();
    expect(redacted).toMatchObject({
      headers: { 'X-A': '[REDACTED]', 'X-B': 'literal', Authorization: '[REDACTED]' },
      credential_name: 'named',
    });
    expect(harness.vault.askedBy(workspace)).toEqual([
      { what: 'describe', request: { ids: [id], names: ['gone', 'named'] } },
    ]);
    expect(redacted?.problems).toEqual((await agent.resolve())[0]?.problems);
    expect(JSON.stringify(redacted)).not.toContain('s3cret');
  });

  it('are not asked for at all to be [REDACTED] where there are none', async () => {
    await workspace.servers.create();
    await agent.resolveRedacted();
    expect(harness.vault.askedBy(workspace)).toEqual([]);
  });

  it('are refused where what is asked for is not what the caller may have', async () => {
    const asked = { agent_id: agent.id };
    const { id: server_id } = await workspace.servers.create();
    const calls = [
      agent.call(resolveAgent, { ...asked, plain: true }, { actor: viewer }),
      agent.call(explainAgent, { ...asked, plain: true }, { actor: viewer }),
      workspace.call(resolveServer, { server_id, plain: true }, { actor: viewer }),
      agent.call(resolveAgent, { ...asked, plain: false }),
    ];
    expect(await outcomesOf(calls)).toEqual({ forbidden: 4 });
    expect(harness.vault.askedBy(workspace)).toEqual([]);
  });

  it('are given however many are named', async () => {
    const { name } = harness.vault.add(workspace, { name: 'z', value: 'of-template' });
    for (let server = 0; server < 51; server += 1) {
      const names = Array.from({ length: 100 }, (_, index) => `{{credential:c${server}-${index}}}`);
      await workspace.servers.create({ name: `s${server}`, config_json: JSON.stringify({ names }) });
    }
    await workspace.servers.create({ name: 'z', headers_json: `{"X-Named":"{{credential:${name}}}"}` });
    expect((await agent.resolve()).at(-1)).toMatchObject({ headers: { 'X-Named': 'of-template' } });
    expect((await agent.resolveRedacted()).at(-1)).toMatchObject({ headers: { 'X-Named': '[REDACTED]' } });
    const asked = harness.vault.askedBy(workspace);
    expect(asked.map(({ what, request: { names } }) => [what, names.length])).toEqual([
      ['disclose', 5_000],
      ['disclose', 101],
      ['describe', 5_000],
      ['describe', 101],
    ]);
  });

  it('of a workspace never come into the answer of another', async () => {
    harness.vault.add(workspace, { name: 'named' });
    const stranger = harness.workspace();
    await stranger.servers.create({ headers_json: '{"X-A":"{{credential:named}}"}' });
    expect(await stranger.agent().resolve()).toMatchObject([
      { headers: {}, problems: [{ code: 'credential_missing' }] },
    ]);
  });

  describe('of one server to be tried out', () => {
    it('come with the list of what must be repeated to nobody', async () => {
      harness.vault.add(workspace, { name: 'named', value: 'of-template' });
      const { id: server_id } = await workspace.servers.create({
        headers_json: '{"Authorization":"Bearer {{credential:named}}","X-B":"{{credential:named}}"}',
      });
      expect(await workspace.call(resolveServer, { server_id, plain: true })).toMatchObject({
        server: { headers: { Authorization: 'Bearer of-template', 'X-B': 'of-template' } },
        secrets: ['of-template'],
      });
      const asked = { ids: [], names: ['named'] };
      expect(harness.vault.askedBy(workspace)).toEqual([
        { what: 'disclose', request: { ...asked, subject: { kind: 'server', id: server_id } } },
      ]);
      expect(
        await workspace.call(resolveServer, { server_id, plain: false }, { actor: viewer }),
      ).toMatchObject({
        server: { headers: { Authorization: '[REDACTED]', 'X-B': '[REDACTED]' } },
        secrets: [],
      });
      expect(harness.vault.askedBy(workspace)).toEqual([{ what: 'describe', request: asked }]);
    });

    it('are not asked for where there are none', async () => {
      const { id: server_id } = await workspace.servers.create();
      await workspace.call(resolveServer, { server_id, plain: true });
      await workspace.call(resolveServer, { server_id, plain: false }, { actor: viewer });
      expect(harness.vault.askedBy(workspace)).toEqual([]);
    });
  });
});

describe('without the vault', () => {
  it('there is no answer that would need it, and every other one', async () => {
    const database = await testDatabase();
    const harness = await BindingsHarness.start(database.url);
    try {
      const workspace = harness.workspace();
      const agent = workspace.agent();
      const server = await workspace.servers.create({ name: 'literal' });
      await harness.vault.stop();
      expect(await agent.resolveRedacted()).toMatchObject([{ name: 'literal' }]);
      expect(await agent.bindings.create(server)).toMatchObject({ credential_id: null });
      const { id: server_id } = await workspace.servers.create({
        headers_json: '{"X-A":"{{credential:named}}"}',
      });
      const calls = [
        agent.resolve(),
        agent.resolveRedacted(),
        workspace.call(resolveServer, { server_id, plain: true }),
        agent.bindings.update(server.id, { credential_id: 'cred_1' }),
      ];
      expect(await outcomesOf(calls)).toEqual({ secret_encryption_unavailable: 4 });
    } finally {
      await harness.stop();
      await database.drop();
    }
  }, 60_000);
});
