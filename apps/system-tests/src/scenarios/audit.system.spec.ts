import { eventually } from '@hawser/testing/eventually';
import { Api, type Json } from '../harness/api.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { bind, newCrewServer } from '../harness/tiers.js';

interface Entry {
  id: string;
  at: string;
  actor_kind: string;
  actor_id: string;
  actor_user_id: string | null;
  action: string;
  target_id: string;
  target_name: string | null;
  fields: string[];
  request_id: string;
}

const canary = 'c4n4ry-of-a-secret-value';

let tenant: Tenant;
let owner: Api;
let admin: Api;
let server: string;
let secrets: string[];

const read = async (query = ''): Promise<Entry[]> =>
  ((await owner.must('GET', `/api/v1/audit?limit=1000${query}`)) as { entries: Entry[] }).entries;

const actorOf = async (api: Api): Promise<Json> => (await api.must('GET', '/api/v1/me')).actor;

/** What other services did is told to the log after the answer has left: its last deed is waited for. */
const told = (action: string, targetId: string): Promise<Entry> =>
  eventually(async () =>
    (await read()).find((entry) => entry.action === action && entry.target_id === targetId),
  );

beforeAll(async () => {
  const system = await theSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  owner = tenant.owner;
  admin = await tenant.as('ADMIN');
  server = await tenant.newServer({ name: 'github', env_json: `{"TOKEN":"${canary}"}` });
  const override = await newCrewServer(tenant, {
    workspace_mcp_server_id: server,
    headers_json: `{"A":"${canary}"}`,
  });
  const binding = await bind(tenant, server, { config_override_json: `{"a":"${canary}"}` });
  await admin.must('PATCH', `/api/v1/integrations/${server}`, {
    icon: canary,
    config_json: `{"a":"${canary}"}`,
  });
  await admin.must('PATCH', `/api/v1/crews/${tenant.crewId}/integrations/${override}/tools/search`, {
    enabled: false,
    description: canary,
  });
  await admin.must('PATCH', `/api/v1/agents/${tenant.agentId}/integrations/${binding}`, { enabled: false });
  await admin.must('DELETE', `/api/v1/agents/${tenant.agentId}/integrations/${binding}`);
  secrets = [owner.token as string, admin.token as string].map((token) => token.slice(14));
  await told('agent_binding.deleted', binding);
});

describe('the audit log', () => {
  it('says who did what to which record, under which request', async () => {
    const answer = await admin.patch(
      `/api/v1/integrations/${server}`,
      { display_name: 'GitHub' },
      { headers: { 'x-request-id': 'my-request-1' } },
    );
    expect(answer.status).toBe(200);
    const entry = await eventually(async () =>
      (await read()).find(({ request_id }) => request_id === 'my-request-1'),
    );
    expect(entry).toEqual({
      id: expect.stringMatching(/^aud_\w+$/),
      workspace_id: tenant.id,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actor_kind: 'service',
      actor_id: (await actorOf(admin)).id,
      actor_user_id: null,
      action: 'workspace_server.updated',
      target_id: server,
      target_name: 'github',
      fields: ['display_name'],
      request_id: 'my-request-1',
    });
  });

  it('has the deeds of both services, each once, newest first', async () => {
    const entries = await read();
    const times = entries.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    const actions = entries.map(({ action }) => action);
    for (const action of [
      'workspace.created',
      'crew.created',
      'agent.created',
      'token.created',
      'workspace_server.created',
      'crew_server.created',
      'agent_binding.created',
      'tool_state.updated',
      'agent_binding.updated',
      'agent_binding.deleted',
    ])
      expect(actions.filter((done) => done === action)).toEqual([action]);
    expect(entries.at(-1)?.action).toBe('workspace.created');
  });

  it('names the changed fields and holds neither their values nor any secret', async () => {
    const entries = await read('&action=workspace_server.updated');
    expect(entries.at(-1)?.fields.toSorted()).toEqual(['config_json', 'icon']);
    const all = (await owner.get('/api/v1/audit?format=jsonl')).text;
    for (const secret of [canary, ...secrets]) expect(all).not.toContain(secret);
  });

  it('is filtered by the token or the user who acted, and by action', async () => {
    const all = await read();
    const { id: adminId } = await actorOf(admin);
    const { id: ownerId, user_id: userId } = await actorOf(owner);
    const byAdmin = await read(`&actor=${adminId}`);
    expect(byAdmin.length).toBeGreaterThan(3);
    expect(byAdmin).toEqual(all.filter(({ actor_id }) => actor_id === adminId));
    expect(await read(`&actor=${userId}`)).toEqual(
      all.filter(({ actor_user_id }) => actor_user_id === userId),
    );
    expect(await read(`&actor=${ownerId}&action=agent_binding.created`)).toHaveLength(1);
    expect(await read(`&actor=${adminId}&action=agent_binding.created`)).toEqual([]);
    expect(await read('&action=nothing.happened')).toEqual([]);
  });

  it('is filtered by time, from since on and before until', async () => {
    const all = await read();
    const middle = all[Math.floor(all.length / 2)]?.at as string;
    const since = await read(`&since=${middle}`);
    const until = await read(`&until=${middle}`);
    expect(since).toEqual(all.filter(({ at }) => at >= middle));
    expect(until).toEqual(all.filter(({ at }) => at < middle));
    expect([since.length > 0, until.length > 0]).toEqual([true, true]);
    expect((await owner.get('/api/v1/audit?since=yesterday')).status).toBe(400);
  });

  it('comes page by page, each entry once and in the same order', async () => {
    const seen: Entry[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Json = await owner.must('GET', `/api/v1/audit?limit=3${cursor && `&cursor=${cursor}`}`);
      expect((page.entries as Entry[]).length).toBeLessThanOrEqual(3);
      seen.push(...(page.entries as Entry[]));
      cursor = page.next_cursor as string | null;
    }
    expect(seen).toEqual(await read());
  });

  it('streams all as JSON lines, filtered alike', async () => {
    const answer = await owner.get('/api/v1/audit?format=jsonl&limit=2');
    expect(answer.headers.get('content-type')).toMatch(/^application\/jsonl/);
    expect(answer.text.endsWith('\n')).toBe(true);
    const lines = answer.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Entry)).toEqual(await read());
    const filtered = await owner.get('/api/v1/audit?format=jsonl&action=agent.created');
    expect(JSON.parse(filtered.text)).toMatchObject({ action: 'agent.created', target_id: tenant.agentId });
    expect((await owner.get('/api/v1/audit?format=xml')).status).toBe(400);
  });

  it('is for OWNER and ADMIN', async () => {
    expect((await admin.get('/api/v1/audit')).status).toBe(200);
    expect((await (await tenant.as('MANAGER')).get('/api/v1/audit')).status).toBe(403);
    expect((await (await tenant.agentApi()).get('/api/v1/audit')).status).toBe(403);
  });
});
