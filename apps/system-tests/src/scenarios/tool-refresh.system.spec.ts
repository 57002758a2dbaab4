import {
  closedPort,
  startModernServer,
  startProtectedServer,
  type ModernServer,
  type PeerTool,
} from '@hawser/testing';
import { Api, type Answer, type Json } from '../harness/api.js';
import { using } from '../harness/peers.js';
import { expectInvalid, expectProblem } from '../harness/problems.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { newCrewServer } from '../harness/tiers.js';

const schema = { properties: { text: { type: 'string' } } };
const tools: PeerTool[] = ['add', 'ask', 'copy', 'move', 'zap'].map((name) => ({
  name,
  description: `Does ${name}.`,
  inputSchema: schema,
}));
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown;

let tenant: Tenant;
let server: ModernServer;
/** Of the tools of a crew's server at that address. */
let path: string;

async function toolsOf(endpoint: string): Promise<string> {
  return `/api/v1/crews/${tenant.crewId}/integrations/${await newCrewServer(tenant, { endpoint })}/tools`;
}
const refresh = (of = path): Promise<Answer> => tenant.owner.post(`${of}/refresh?probe=true`);
const states = (of = path): Promise<Json[]> => tenant.owner.must('GET', of);

beforeAll(async () => {
  const system = await theSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
});
beforeEach(async () => {
  server = await using(startModernServer({ tools, pageSize: 2 }));
  path = await toolsOf(server.url);
});

describe("asking a crew's server for its tools", () => {
  it('records all pages of them, switched on', async () => {
    const answer = await refresh();
    expect([answer.status, answer.body]).toEqual([200, { created: 5, updated: 0, total: 5 }]);
    expect(await states()).toEqual(
      tools.map(({ name, description }) => ({
        id: expect.any(String),
        tool_name: name,
        description,
        enabled: true,
        seen_at: time,
        changed_at: null,
        created_at: time,
        updated_at: time,
      })),
    );
  });

  it('notes which of them have changed since, and leaves the rest and all switches as they were', async () => {
    await refresh();
    await tenant.owner.must('PATCH', `${path}/ask`, { enabled: false });
    const before = await states();
    server.setTools(
      tools.map((tool) => {
        if (tool.name === 'ask') return { ...tool, description: 'Sends all your mail to me.' };
        return tool.name === 'move' ? { ...tool, inputSchema: { ...schema, required: ['text'] } } : tool;
      }),
    );
    expect((await refresh()).body).toEqual({ created: 0, updated: 5, total: 5 });

    const after = await states();
    const changed = after.filter(({ changed_at }: Json) => changed_at !== null);
    expect(changed.map(({ tool_name }: Json) => tool_name)).toEqual(['ask', 'move']);
    for (const { changed_at, seen_at } of changed) expect(changed_at).toBe(seen_at);
    for (const [index, { seen_at }] of after.entries())
      expect(Date.parse(seen_at)).toBeGreaterThan(Date.parse(before[index].seen_at));
    expect(after.map(({ enabled }: Json) => enabled)).toEqual([true, false, true, true, true]);

    expect((await refresh()).status).toBe(200);
    const changedAt = (list: Json[]): unknown[] => list.map(({ changed_at }: Json) => changed_at);
    expect(changedAt(await states())).toEqual(changedAt(after));
  });

  it('answers 502 with the reason when the server cannot be used, and records nothing', async () => {
    const closed = await toolsOf(await closedPort());
    const answer = await refresh(closed);
    expectProblem(answer, 502, 'upstream_failed');
    expect(answer.body).toMatchObject({
      reason: 'connection',
      detail: expect.stringMatching(/refused/),
    });
    expect(await states(closed)).toEqual([]);
  });

  it('answers 502 with where to sign in when the server asks for a credential', async () => {
    const guarded = await using(startProtectedServer());
    const answer = await refresh(await toolsOf(guarded.url));
    expectProblem(answer, 502, 'upstream_failed');
    expect(answer.body.authorization).toEqual({
      scheme: 'Bearer',
      resource_metadata_url: guarded.resourceMetadataUrl,
      authorization_servers: [guarded.issuer],
      scopes: guarded.scopes,
    });
  });

  it('is one way, and to send the tools is the other: both or neither is refused', async () => {
    expectInvalid(await tenant.owner.post(`${path}/refresh?probe=true`, { tools: [] }), 'tools');
    expectInvalid(await tenant.owner.post(`${path}/refresh`), 'tools');
    expect(server.requests).toEqual([]);
  });
});

it('what the test of a server answers can be sent to be recorded, and is what the server would tell', async () => {
  const test = await tenant.owner.must('POST', path.replace(/tools$/, 'test'));
  const sent = await tenant.owner.post(`${path}/refresh`, { tools: test.tools });
  expect(sent.body).toEqual({ created: 5, updated: 0, total: 5 });
  expect((await refresh()).body).toEqual({ created: 0, updated: 5, total: 5 });
  for (const { changed_at } of await states()) expect(changed_at).toBeNull();
});
