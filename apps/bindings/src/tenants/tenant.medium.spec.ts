import { randomUUID } from 'node:crypto';
import { createCrewServer, createWorkspaceServer } from '@hawser/contracts/bindings';
import { tenantDeparted, type Departure } from '@hawser/contracts/directory';
import { testDatabase, type TestDatabase } from '@hawser/testing';
import { BindingsHarness } from '../testing/bindings-harness.js';
import { atOnce, outcomesOf } from '../testing/outcomes.js';
import type { TestCrew, TestWorkspace } from '../testing/test-workspace.js';
import type { TestAgent } from '../testing/test-agent.js';

const rounds = 60;
const endpoint = 'https://mcp.example.com/mcp';

interface Filled {
  workspace: TestWorkspace;
  crew: TestCrew;
  agent: TestAgent;
}

describe('workspaces, crews and agents that are no more', () => {
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

  /** One row of every kind, two of some: 2 workspace servers, 3 crew servers, 3 bindings, 1 tool state. */
  async function filled(workspace = harness.workspace()): Promise<Filled> {
    const crew = workspace.crew();
    const agent = workspace.agent(crew);
    const [server, override] = await (async () => {
      const parent = await workspace.servers.create();
      return [parent, await crew.servers.override(parent)] as const;
    })();
    await workspace.servers.createManaged();
    await crew.servers.createManaged();
    const own = await crew.servers.create();
    await crew.tools(own.id).upsert('search', { enabled: false });
    await agent.bindings.create(server);
    await agent.bindings.create(override);
    await agent.bindings.create(own);
    return { workspace, crew, agent };
  }
  const everything = { workspace_servers: 2, crew_servers: 3, agent_bindings: 3, tool_states: 1 };
  const onlyNoted = { departed_tenants: 1 };

  it("removes a workspace's rows in every table, the answers kept for its Idempotency-Keys too", async () => {
    const { workspace } = await filled();
    const other = await filled();
    const request = { name: 'keyed', endpoint };
    await workspace.call(createWorkspaceServer, request, { idempotencyKey: 'key' });
    await workspace.forget('workspace', workspace.id);
    expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
    expect(await harness.rowsOf(other.workspace.id)).toEqual(everything);
  });

  it("removes a crew's servers with what hangs on them, and nothing of other crews", async () => {
    const { workspace, crew } = await filled();
    await filled(workspace);
    await workspace.forget('crew', crew.id);
    expect(await harness.rowsOf(workspace.id)).toEqual({
      ...onlyNoted,
      workspace_servers: 4,
      crew_servers: 3,
      agent_bindings: 4,
      tool_states: 1,
    });
  });

  it("removes an agent's bindings, and nothing of other agents", async () => {
    const { workspace, agent } = await filled();
    await filled(workspace);
    await workspace.forget('agent', agent.id);
    expect(await harness.rowsOf(workspace.id)).toEqual({
      ...onlyNoted,
      workspace_servers: 4,
      crew_servers: 6,
      agent_bindings: 3,
      tool_states: 2,
    });
  });

  it('touches nothing of a workspace that is not the one named, whatever ids it is given', async () => {
    const { workspace, crew, agent } = await filled();
    const stranger = harness.workspace();
    await stranger.forget('crew', crew.id);
    await stranger.forget('agent', agent.id);
    await stranger.forget('workspace', workspace.id);
    expect(await harness.rowsOf(workspace.id)).toEqual(everything);
    await crew.servers.create();
  });

  it('does the same when told twice, and when told both directly and by the event', async () => {
    const { workspace, crew } = await filled();
    const departure: Departure = { kind: 'crew', id: crew.id };
    await workspace.forget('crew', crew.id);
    await workspace.forget('crew', crew.id);
    const rows = await harness.rowsOf(workspace.id);
    await harness.events.publish(envelope(workspace.id, departure));
    expect(await harness.rowsOf(workspace.id)).toEqual(rows);
    expect(rows).toEqual({ ...onlyNoted, workspace_servers: 2, agent_bindings: 1 });
  });

  it('is told by the event alone where the direct call failed, and handles its redelivery once', async () => {
    const { workspace } = await filled();
    const event = envelope(workspace.id, { kind: 'workspace', id: workspace.id });
    await harness.events.publish(event);
    await harness.events.publish(event);
    expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
    const noted = await harness.query(`SELECT event_id FROM inbox WHERE event_id = $1`, [event.id]);
    expect(noted).toHaveLength(1);
  });

  it('refuses to make anything for one that has gone', async () => {
    const { workspace, crew, agent } = await filled();
    const server = await workspace.servers.create();
    await workspace.forget('agent', agent.id);
    expect(await outcomesOf([agent.bindings.create(server)])).toEqual({ not_found: 1 });
    await workspace.forget('crew', crew.id);
    expect(await outcomesOf([crew.servers.create(), crew.servers.override(server)])).toEqual({
      not_found: 2,
    });
    await workspace.forget('workspace', workspace.id);
    const late = [
      workspace.servers.create(),
      workspace.crew().servers.create(),
      workspace.agent().bindings.create(server),
    ];
    expect(await outcomesOf(late)).toEqual({ not_found: 3 });
    expect(await harness.rowsOf(workspace.id)).toEqual({ departed_tenants: 3 });
  });

  it('leaves nothing of creations that race with the departure of their workspace', async () => {
    await inRounds(async () => {
      const workspace = harness.workspace();
      const parent = await workspace.servers.create();
      const crew = workspace.crew();
      const outcomes = await outcomesOf([
        ...atOnce(3, () => workspace.servers.create()),
        workspace.call(createWorkspaceServer, { name: 'keyed', endpoint }, { idempotencyKey: 'key' }),
        ...atOnce(2, () => crew.servers.create()),
        workspace.forget('workspace', workspace.id),
        crew.servers.override(parent),
        workspace.agent().bindings.create(parent),
        ...atOnce(2, () => workspace.servers.create()),
      ]);
      expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
      return outcomes;
    });
  });

  it('leaves nothing of creations that race with the departure of their crew', async () => {
    await inRounds(async () => {
      const workspace = harness.workspace();
      const crew = workspace.crew();
      const { id } = await crew.servers.create();
      const outcomes = await outcomesOf([
        ...atOnce(3, () => crew.servers.create()),
        crew.tools(id).upsert('search', { enabled: false }),
        workspace.forget('crew', crew.id),
        workspace.call(createCrewServer, { crew_id: crew.id, name: 'x', endpoint }),
        crew.tools(id).refresh([{ name: 'search' }]),
        ...atOnce(3, () => crew.servers.create()),
      ]);
      expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
      return outcomes;
    });
  });

  it('leaves nothing of creations that race with the departure of their agent', async () => {
    await inRounds(async () => {
      const workspace = harness.workspace();
      const servers = await Promise.all(atOnce(5, () => workspace.servers.create()));
      const agent = workspace.agent();
      const create = (index: number): Promise<unknown> => agent.bindings.create(servers[index]!);
      const outcomes = await outcomesOf([
        ...atOnce(3, create),
        workspace.forget('agent', agent.id),
        ...atOnce(2, (index) => create(index + 3)),
      ]);
      expect(await harness.rowsOf(workspace.id)).toEqual({ ...onlyNoted, workspace_servers: 5 });
      return outcomes;
    });
  });

  it('stands a workspace, its crews and its agents going at once', async () => {
    for (let round = 0; round < rounds / 3; round += 1) {
      const workspace = harness.workspace();
      const crew = workspace.crew();
      const agents = Array.from({ length: 4 }, () => workspace.agent(crew));
      // A workspace takes the bindings to its own servers first, an agent its bindings by the servers' age.
      for (let age = 0; age < 6; age += 1) {
        const server = await (age < 3 ? crew.servers.create() : workspace.servers.create());
        await Promise.all(agents.map((agent) => agent.bindings.create(server)));
      }
      const outcomes = await outcomesOf([
        ...agents.map(({ id }) => workspace.forget('agent', id)),
        workspace.forget('crew', crew.id),
        workspace.forget('workspace', workspace.id),
      ]);
      expect(outcomes).toEqual({ answered: 6 });
      expect(await harness.rowsOf(workspace.id)).toEqual({ departed_tenants: 6 });
    }
  }, 30_000);

  it('stands servers being deleted while their workspace goes', async () => {
    for (let round = 0; round < rounds / 3; round += 1) {
      const workspace = harness.workspace();
      const crew = workspace.crew();
      const servers = await Promise.all(atOnce(8, () => workspace.servers.create()));
      await Promise.all(servers.map((server) => crew.servers.override(server)));
      const outcomes = await outcomesOf([
        ...servers.slice(0, 4).map(({ id }) => workspace.servers.delete(id)),
        workspace.forget('workspace', workspace.id),
        ...servers.slice(4).map(({ id }) => workspace.servers.delete(id)),
      ]);
      expect(outcomes).not.toHaveProperty('internal');
      expect(await harness.rowsOf(workspace.id)).toEqual(onlyNoted);
    }
  });

  /** Several rounds at a time, so that the calls of each really interleave; some must have lost and some won. */
  async function inRounds(round: () => Promise<Record<string, number>>): Promise<void> {
    const all: Record<string, number>[] = [];
    for (let done = 0; done < rounds; done += 3) all.push(...(await Promise.all(atOnce(3, round))));
    const codes = new Set(all.flatMap((outcomes) => Object.keys(outcomes)));
    expect(
      [...codes].filter((code) => !['answered', 'not_found', 'validation_failed'].includes(code)),
    ).toEqual([]);
    expect(codes).toContain('not_found');
    expect(all.some(({ answered = 0 }) => answered > 1)).toBe(true);
  }
});

function envelope(
  workspace_id: string,
  data: Departure,
): Parameters<BindingsHarness['events']['publish']>[0] {
  return {
    id: `evt_${randomUUID()}`,
    subject: tenantDeparted.subject,
    occurred_at: new Date().toISOString(),
    workspace_id,
    actor: { kind: 'system', id: 'directory' },
    request_id: 'req_1',
    data,
  };
}
