import {
  createAgentBinding,
  listAgentBindings,
  type CreateAgentBinding,
  type PatchAgentBinding,
} from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { atOnce, outcomesOf, refusedFields } from '../testing/outcomes.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';

describe('agent bindings', () => {
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

  describe('creating one', () => {
    it('fills in every field that was left out', async () => {
      const [server, agent] = [await workspace.servers.create(), workspace.agent()];
      const created = await agent.call(createAgentBinding, {
        agent_id: agent.id,
        mcp_server_id: server.id,
        mcp_server_scope: 'workspace',
      });
      const { id, created_at, updated_at, ...binding } = created;
      expect(binding).toEqual({
        workspace_id: workspace.id,
        agent_id: agent.id,
        mcp_server_id: server.id,
        mcp_server_scope: 'workspace',
        credential_id: null,
        cred_type: 'bearer',
        cred_header: null,
        env_var_name: null,
        enabled: true,
        config_override_json: null,
        managed_by: null,
        effective: true,
      });
      expect(id).toMatch(/^bnd_/);
      expect(updated_at).toBe(created_at);
      expect(await agent.bindings.list()).toEqual([created]);
    });

    it('answers what it was given, with empty text as null', async () => {
      const agent = workspace.agent(crew);
      const given: Partial<CreateAgentBinding> = {
        cred_type: 'api_key',
        cred_header: 'X-Key',
        env_var_name: 'TOKEN',
        enabled: false,
        config_override_json: '{"a":null}',
      };
      expect(await agent.bindings.create(await crew.servers.create(), given)).toMatchObject(given);
      const empty = { credential_id: '', cred_header: '', env_var_name: '' };
      expect(await agent.bindings.create(await workspace.servers.create(), empty)).toMatchObject({
        credential_id: null,
        cred_header: null,
        env_var_name: null,
      });
    });

    it('refuses a server that is not of this workspace, or not of the scope given', async () => {
      const agent = workspace.agent(crew);
      const foreign = harness.workspace();
      const refs: [string, 'workspace' | 'crew'][] = [
        ['srv_none', 'workspace'],
        ['srv_none', 'crew'],
        [(await foreign.servers.create()).id, 'workspace'],
        [(await foreign.crew().servers.create()).id, 'crew'],
        [(await workspace.servers.create()).id, 'crew'],
        [(await crew.servers.create()).id, 'workspace'],
      ];
      for (const [mcp_server_id, mcp_server_scope] of refs) {
        const request = { agent_id: agent.id, mcp_server_id, mcp_server_scope };
        expect(await refusedFields(agent.call(createAgentBinding, request))).toEqual(['mcp_server_id']);
      }
      expect(await agent.bindings.list()).toEqual([]);
    });

    it('refuses a server of a crew that the agent is not in', async () => {
      const server = await crew.servers.create();
      for (const agent of [workspace.agent(), workspace.agent(workspace.crew())]) {
        expect(await refusedFields(agent.bindings.create(server))).toEqual(['mcp_server_id']);
      }
    });

    it('takes a credential of this workspace, and asks for nothing but whether it is there', async () => {
      const server = await workspace.servers.create();
      const { id } = harness.vault.add(workspace, { status: 'pending', value: null });
      const binding = await workspace.agent().bindings.create(server, { credential_id: id });
      expect(binding).toMatchObject({ credential_id: id });
      expect(harness.vault.askedBy(workspace)).toEqual([
        { what: 'describe', request: { ids: [id], names: [] } },
      ]);
    });

    it('refuses a credential that is not there, or of another workspace, or by its name', async () => {
      const [server, agent] = [await workspace.servers.create(), workspace.agent()];
      const foreign = harness.vault.add(harness.workspace());
      const { name } = harness.vault.add(workspace);
      for (const credential_id of ['cred_none', foreign.id, name]) {
        expect(await refusedFields(agent.bindings.create(server, { credential_id }))).toEqual([
          'credential_id',
        ]);
      }
      expect(await agent.bindings.list()).toEqual([]);
    });

    it('answers a repeated request as the first, though the credential has gone', async () => {
      const [server, agent] = [await workspace.servers.create(), workspace.agent()];
      const { id } = harness.vault.add(workspace);
      const create = (): Promise<unknown> =>
        agent.call(
          createAgentBinding,
          { agent_id: agent.id, mcp_server_id: server.id, mcp_server_scope: 'workspace', credential_id: id },
          { idempotencyKey: 'once' },
        );
      const first = await create();
      harness.vault.remove(workspace, id);
      expect(await create()).toEqual(first);
    });

    it('lets one of many at the same time bind a server to an agent', async () => {
      const agent = workspace.agent(crew);
      const [server, crewServer] = [await workspace.servers.create(), await crew.servers.create()];
      const calls = atOnce(20, (index) => agent.bindings.create(index % 2 === 0 ? server : crewServer));
      expect(await outcomesOf(calls)).toEqual({ answered: 2, already_bound: 18 });
      expect(await agent.bindings.list()).toHaveLength(2);
    });

    it('binds an override beside the server that it overrides, and one server to many agents', async () => {
      const server = await workspace.servers.create();
      const override = await crew.servers.override(server);
      const agent = workspace.agent(crew);
      await agent.bindings.create(server);
      await agent.bindings.create(override);
      await workspace.agent(crew).bindings.create(server);
      expect(await agent.bindings.list()).toHaveLength(2);
    });

    it('leaves no binding to a server that is deleted at the same time', async () => {
      for (let round = 0; round < 20; round += 1) {
        const server = await workspace.servers.create();
        const calls = [
          ...atOnce(3, () => workspace.agent().bindings.create(server)),
          workspace.servers.delete(server.id),
        ];
        const { answered = 0, validation_failed = 0 } = await outcomesOf(calls);
        expect(answered + validation_failed).toBe(4);
        expect(await harness.rowsOf(workspace.id)).toEqual({});
      }
    });
  });

  describe('changing one', () => {
    it("finds it by its own id and by the server's, workspace's and crew's alike", async () => {
      const agent = workspace.agent(crew);
      for (const server of [await workspace.servers.create(), await crew.servers.create()]) {
        const binding = await agent.bindings.create(server);
        expect(await agent.bindings.update(binding.id, { enabled: false })).toMatchObject({ enabled: false });
        const updated = await agent.bindings.update(server.id, { enabled: true });
        expect(updated).toEqual({ ...binding, updated_at: updated.updated_at });
        expect(await agent.bindings.delete(server.id)).toEqual({ id: binding.id, deleted: true });
        expect(await outcomesOf([agent.bindings.delete(binding.id)])).toEqual({ not_found: 1 });
      }
    });

    it("does not find another agent's", async () => {
      const server = await workspace.servers.create();
      const { id } = await workspace.agent().bindings.create(server);
      const other = workspace.agent();
      const calls = [id, server.id].flatMap((ref) => [
        other.bindings.update(ref, { enabled: false }),
        other.bindings.delete(ref),
      ]);
      expect(await outcomesOf(calls)).toEqual({ not_found: 4 });
    });

    it('clears with null and with empty text', async () => {
      const agent = workspace.agent();
      const fields = { cred_header: 'X-Key', env_var_name: 'TOKEN', config_override_json: '{}' };
      const { id } = await agent.bindings.create(await workspace.servers.create(), fields);
      const cleared = { cred_header: null, env_var_name: null, config_override_json: null };
      const patch: PatchAgentBinding = { cred_header: '', env_var_name: '', config_override_json: null };
      expect(await agent.bindings.update(id, patch)).toMatchObject(cleared);
      expect(await agent.bindings.list()).toMatchObject([cleared]);
    });

    it('refuses a change that says nothing, or names a credential that is not there', async () => {
      const agent = workspace.agent();
      const { id } = await agent.bindings.create(await workspace.servers.create());
      expect(await refusedFields(agent.bindings.update(id, {}))).toEqual(['body']);
      expect(await refusedFields(agent.bindings.update(id, { credential_id: 'cred_none' }))).toEqual([
        'credential_id',
      ]);
      const unknown = agent.bindings.update('bnd_none', { credential_id: 'cred_none' });
      expect(await outcomesOf([unknown])).toEqual({ not_found: 1 });
    });

    it('gives it a credential and takes it away again', async () => {
      const agent = workspace.agent();
      const { id } = await agent.bindings.create(await workspace.servers.create());
      const { id: credential_id } = harness.vault.add(workspace);
      expect(await agent.bindings.update(id, { credential_id })).toMatchObject({ credential_id });
      expect(await agent.bindings.update(id, { credential_id: '' })).toMatchObject({ credential_id: null });
    });

    it('leaves the time of the last change alone when nothing changes', async () => {
      const agent = workspace.agent();
      const binding = await agent.bindings.create(await workspace.servers.create());
      const same = { enabled: true, cred_header: '', credential_id: '' };
      expect(await agent.bindings.update(binding.id, same)).toEqual(binding);
    });
  });

  it('refuses to change or delete a managed one, which is listed like any other', async () => {
    const agent = workspace.agent();
    const server = await workspace.servers.create();
    const id = await agent.bindings.createManaged(server.id);
    expect(await agent.bindings.list()).toMatchObject([{ id, managed_by: 'composio', effective: true }]);
    const calls = [
      agent.bindings.update(id, { enabled: false }),
      agent.bindings.delete(id),
      agent.bindings.delete(server.id),
    ];
    expect(await outcomesOf(calls)).toEqual({ managed: 3 });
  });

  it('keeps bindings of an agent that changes crew, and says that they have no effect', async () => {
    const agent = workspace.agent(crew);
    await agent.bindings.create(await crew.servers.create());
    await agent.bindings.create(await workspace.servers.create());
    const effective = async (of = agent): Promise<boolean[]> =>
      (await of.bindings.list()).map((binding) => binding.effective);
    expect(await effective()).toEqual([true, true]);
    expect(await effective(agent.movedTo(workspace.crew()))).toEqual([false, true]);
    expect(await effective(agent.movedTo(null))).toEqual([false, true]);
    expect(await effective(agent)).toEqual([true, true]);
  });

  it('lists those of one agent by age, page after page, each once', async () => {
    const agent = workspace.agent();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const server = await workspace.servers.create();
      ids.push((await agent.bindings.create(server)).id);
      await workspace.agent().bindings.create(server);
    }
    const first = await agent.call(listAgentBindings, { agent_id: agent.id, limit: 3 });
    const second = await agent.call(listAgentBindings, {
      agent_id: agent.id,
      limit: 3,
      cursor: first.next_cursor ?? '',
    });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([...ids].sort());
    expect(second.next_cursor).toBeNull();
  });
});
