import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { startNatsServer } from '@hawser/testing';
import { Api } from '../../harness/api.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Standalone } from '../../harness/standalone.js';
import { newTenant } from '../../harness/tenant.js';
import { bind, newCrewServer, resolved } from '../../harness/tiers.js';

let folder: string;
beforeAll(async () => {
  folder = await newDataDir();
});
afterAll(() => rm(folder, { recursive: true }));

/** The main job through every service: all three tiers written, and the answer read. */
async function expectTheMainJob(system: Standalone): Promise<void> {
  const tenant = await newTenant(new Api(system.gateways, system.ownerToken));
  const server = await tenant.newServer({ name: 'github', headers_json: '{"X-Team":"all"}' });
  const override = await newCrewServer(tenant, { workspace_mcp_server_id: server, icon: 'cat' });
  const binding = await bind(tenant, server, { config_override_json: '{"a":1}' });
  expect(await resolved(tenant, tenant.agentId, await tenant.agentApi())).toMatchObject([
    {
      server_id: server,
      crew_server_id: override,
      icon: 'cat',
      headers: { 'X-Team': 'all' },
      binding_id: binding,
      config_json: '{"a":1}',
      problems: [],
    },
  ]);
  // Across services, in the very next answer.
  await tenant.owner.must('DELETE', `/api/v1/crews/${tenant.crewId}`);
  expect(await resolved(tenant)).toMatchObject([{ crew_server_id: null, icon: null, binding_id: binding }]);
}

describe('on a PostgreSQL of its own choice (DATABASE_URL)', () => {
  let postgres: EmbeddedPostgres;
  beforeAll(async () => {
    postgres = await EmbeddedPostgres.start({
      dataDir: join(folder, 'postgres'),
      database: 'given',
      settings: { fsync: 'off' },
    });
  });
  afterAll(() => postgres.stop());

  it('does the main job, starts no PostgreSQL, and finds everything there at the next start', async () => {
    const dataDir = join(folder, 'without-postgres');
    const first = await Standalone.start({ dataDir, env: { DATABASE_URL: postgres.url } });
    await expectTheMainJob(first);
    expect(await readdir(dataDir)).toEqual(['master-keys']);
    const token = first.ownerToken;
    expect(await first.stop()).toBe(0);

    const second = await Standalone.start({ dataDir, env: { DATABASE_URL: postgres.url } });
    expect((await new Api(second.gateways, token, 'demo').get('/api/v1/integrations')).body).toHaveLength(1);
    expect(await second.stop()).toBe(0);
  });
});

describe('on a NATS server (NATS_URL)', () => {
  let nats: Awaited<ReturnType<typeof startNatsServer>>;
  beforeAll(async () => {
    nats = await startNatsServer();
  });
  afterAll(() => nats.stop());

  it('does the main job, and stops in order', async () => {
    const system = await Standalone.start({ env: { NATS_URL: nats.url } });
    await expectTheMainJob(system);
    expect((await new Api(system.gateways, null).get('/readyz')).status).toBe(200);
    expect(await system.stop()).toBe(0);
    expect(system.stderr).toBe('');
  });
});
