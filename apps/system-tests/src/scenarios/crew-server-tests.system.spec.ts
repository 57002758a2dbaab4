import { startModernServer, type ModernServer } from '@hawser/testing';
import { Api, type Json } from '../harness/api.js';
import { using } from '../harness/peers.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { theSystem } from '../harness/the-system.js';
import { newCrewServer } from '../harness/tiers.js';

let tenant: Tenant;
let server: ModernServer;
let parent: string;
beforeAll(async () => {
  const system = await theSystem();
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  server = await using(startModernServer());
  parent = await tenant.newServer({
    endpoint: server.url,
    headers_json: '{"X-Workspace-Key":"s3cret","X-Team":"all"}',
  });
});

async function tested(id: string, crew = tenant.crewId): Promise<Json> {
  return tenant.owner.must('POST', `/api/v1/crews/${crew}/integrations/${id}/test`);
}

/** Another crew each time: a crew overrides a server once. */
async function testedOverride(fields: Record<string, unknown>): Promise<Json> {
  const crew = await tenant.newCrew();
  const id = await newCrewServer(tenant, { workspace_mcp_server_id: parent, ...fields }, crew);
  return tested(id, crew);
}

/** What the server was sent of ours since it was last asked, the same in each request. */
function headersSentTo({ requests }: ModernServer): Json {
  const sent = requests.splice(0).map(({ headers }) => ({
    key: headers['x-workspace-key'],
    team: headers['x-team'],
  }));
  expect(sent.length).toBeGreaterThan(0);
  expect(new Set(sent.map((each) => JSON.stringify(each))).size).toBe(1);
  return sent[0];
}

it('a crew server of its own is tried out as it is', async () => {
  expect(await tested(await newCrewServer(tenant, { endpoint: server.url }))).toMatchObject({
    status: 'ok',
    tools_count: 1,
  });
  expect(headersSentTo(server)).toEqual({});
});

it('an override is tried out as its agents get it, merged with its parent', async () => {
  expect(await testedOverride({ headers_json: '{"x-team":"research"}' })).toMatchObject({ status: 'ok' });
  expect(headersSentTo(server)).toEqual({ key: 's3cret', team: 'research' });
});

it("an override that leads elsewhere takes none of the parent's headers there", async () => {
  const elsewhere = await using(startModernServer());
  const fields = { endpoint: elsewhere.url, headers_json: '{"X-Team":"research"}' };
  expect(await testedOverride(fields)).toMatchObject({ status: 'ok' });
  expect(headersSentTo(elsewhere)).toEqual({ team: 'research' });
  expect(server.requests).toEqual([]);
});

it('one that is switched off is tried out all the same, on either tier', async () => {
  expect(await testedOverride({ enabled: false })).toMatchObject({ status: 'ok' });
  const off = await tenant.newServer({ endpoint: server.url, enabled: false });
  const path = `/api/v1/integrations/${off}/test`;
  expect(await tenant.owner.must('POST', path)).toMatchObject({ status: 'ok' });
});

it('one that its parent left incomplete is an error of the configuration', async () => {
  const crew = await tenant.newCrew();
  const both = await tenant.newServer({ endpoint: server.url, command: 'npx' });
  const id = await newCrewServer(tenant, { workspace_mcp_server_id: both, transport: 'stdio' }, crew);
  await tenant.owner.must('PATCH', `/api/v1/integrations/${both}`, { command: null });
  expect(await tested(id, crew)).toMatchObject({
    status: 'error',
    reason: 'configuration',
    message: expect.stringContaining('command'),
  });
});
