import { type AnyRpc } from '@hawser/contracts';
import * as contracts from '@hawser/contracts/bindings';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from './testing/bindings-harness.js';
import { outcomesOf } from './testing/outcomes.js';
import type { TestAgent } from './testing/test-agent.js';

/** A call whose ids are all of another workspace, and what becomes of it. */
interface Attempt {
  contract: AnyRpc;
  request: object;
  outcome: 'empty' | 'not_found' | 'validation_failed' | 'of its own';
}

describe("another workspace's rows", () => {
  let database: TestDatabase;
  let harness: BindingsHarness;

  beforeAll(async () => {
    database = await testDatabase();
    harness = await BindingsHarness.start(database.url);
  });
  afterAll(async () => {
    await harness.stop();
    await database.drop();
  });

  it('are out of reach of every call, whatever ids are known', async () => {
    const victim = harness.workspace();
    const crew = victim.crew();
    const agent = victim.agent(crew);
    const server = await victim.servers.create();
    const own = await crew.servers.create();
    const credential = harness.vault.add(victim);
    const binding = await agent.bindings.create(own, { credential_id: credential.id });
    await victim.servers.create({ headers_json: '{"X-A":"{{credential:stolen}}"}' });
    await crew.tools(own.id).upsert('search', { enabled: false });
    const everything = async (): Promise<unknown> => [
      await harness.rowsOf(victim.id),
      await harness.query(`SELECT * FROM workspace_servers WHERE workspace_id = $1`, [victim.id]),
      await harness.query(`SELECT * FROM crew_servers WHERE workspace_id = $1`, [victim.id]),
      await harness.query(`SELECT * FROM agent_bindings WHERE workspace_id = $1`, [victim.id]),
      await harness.query(`SELECT * FROM tool_states WHERE workspace_id = $1`, [victim.id]),
    ];
    const before = await everything();

    const ofCrew = { crew_id: crew.id, server_id: own.id };
    const ofAgent = { agent_id: agent.id, ref: binding.id };
    const endpoint = 'https://mcp.example.com/mcp';
    const attempts: Attempt[] = [
      { contract: contracts.listWorkspaceServers, request: {}, outcome: 'empty' },
      { contract: contracts.getWorkspaceServer, request: { server_id: server.id }, outcome: 'not_found' },
      {
        contract: contracts.createWorkspaceServer,
        request: { name: server.name, endpoint },
        outcome: 'of its own',
      },
      {
        contract: contracts.updateWorkspaceServer,
        request: { server_id: server.id, icon: 'x' },
        outcome: 'not_found',
      },
      { contract: contracts.deleteWorkspaceServer, request: { server_id: server.id }, outcome: 'not_found' },
      { contract: contracts.listAllCrewServers, request: {}, outcome: 'empty' },
      { contract: contracts.listCrewServers, request: { crew_id: crew.id }, outcome: 'empty' },
      {
        contract: contracts.createCrewServer,
        request: { crew_id: crew.id, name: own.name, workspace_mcp_server_id: server.id },
        outcome: 'validation_failed',
      },
      { contract: contracts.updateCrewServer, request: { ...ofCrew, icon: 'x' }, outcome: 'not_found' },
      { contract: contracts.deleteCrewServer, request: ofCrew, outcome: 'not_found' },
      { contract: contracts.listAgentBindings, request: { agent_id: agent.id }, outcome: 'empty' },
      {
        contract: contracts.createAgentBinding,
        request: { agent_id: agent.id, mcp_server_id: own.id, mcp_server_scope: 'crew' },
        outcome: 'validation_failed',
      },
      {
        contract: contracts.updateAgentBinding,
        request: { ...ofAgent, credential_id: credential.id },
        outcome: 'not_found',
      },
      { contract: contracts.deleteAgentBinding, request: ofAgent, outcome: 'not_found' },
      { contract: contracts.listTools, request: ofCrew, outcome: 'not_found' },
      {
        contract: contracts.upsertTool,
        request: { ...ofCrew, tool_name: 'search', enabled: true },
        outcome: 'not_found',
      },
      {
        contract: contracts.refreshTools,
        request: { ...ofCrew, tools: [{ name: 'search' }] },
        outcome: 'not_found',
      },
      {
        contract: contracts.resolveAgent,
        request: { agent_id: agent.id, plain: true },
        outcome: 'empty',
      },
      {
        contract: contracts.explainAgent,
        request: { agent_id: agent.id, plain: true },
        outcome: 'empty',
      },
      {
        contract: contracts.resolveServer,
        request: { server_id: server.id, plain: true },
        outcome: 'not_found',
      },
      {
        contract: contracts.findCredentialUsers,
        request: { credentials: [{ id: credential.id, name: 'stolen' }] },
        outcome: 'empty',
      },
      {
        contract: contracts.forgetTenant,
        request: { kind: 'workspace', id: victim.id },
        outcome: 'of its own',
      },
    ];
    // Every contract is in the list, so that a new one cannot be forgotten here.
    expect(attempts.map(({ contract }) => contract.subject).sort()).toEqual(
      rpcs.map(({ subject }) => subject).sort(),
    );

    for (const attempt of attempts) {
      // A workspace for each, so that what one makes of its own is not in the answer of the next.
      const stranger = harness.workspace();
      const impostor = Object.assign(stranger.agent(crew), { id: agent.id });
      expect([attempt.contract.subject, await outcomeOf(impostor, attempt)]).toEqual([
        attempt.contract.subject,
        attempt.outcome,
      ]);
    }
    expect(await everything()).toEqual(before);
  });

  async function outcomeOf(impostor: TestAgent, { contract, request }: Attempt): Promise<string> {
    const call = impostor.call(contract, request);
    const [code] = Object.keys(await outcomesOf([call]));
    if (code !== 'answered') return code ?? '';
    const answer: unknown = await call;
    const lists = Array.isArray(answer) ? [answer] : Object.values(answer ?? {}).filter(Array.isArray);
    if (lists.length === 0) return 'of its own';
    return lists.every((list: unknown[]) => list.length === 0) ? 'empty' : 'something';
  }
});

const rpcs = Object.values(contracts).filter(
  (value): value is typeof contracts.listTools =>
    typeof value === 'object' && 'kind' in value && value.kind === 'rpc',
);
