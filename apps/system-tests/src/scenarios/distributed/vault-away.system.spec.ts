import { rm } from 'node:fs/promises';
import { EmbeddedNats } from '@hawser/embedded-nats';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { eventually } from '@hawser/testing/eventually';
import { Api, type Answer } from '../../harness/api.js';
import { newCredential } from '../../harness/credentials.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Gateways } from '../../harness/gateways.js';
import { newMasterKey } from '../../harness/master-keys.js';
import { expectProblem } from '../../harness/problems.js';
import { ServiceProcess, services } from '../../harness/service-process.js';
import { newTenant, type Tenant } from '../../harness/tenant.js';
import { bind } from '../../harness/tiers.js';

const ownerToken = `hws_live_${'v'.repeat(43)}`;
const [first, second, third] = [newMasterKey('k1'), newMasterKey('k2'), newMasterKey('k3')];

let folder: string;
let nats: EmbeddedNats;
let postgres: EmbeddedPostgres;
let vault: ServiceProcess | undefined;
const others: ServiceProcess[] = [];
let tenant: Tenant;
let value: string;
let credentialId: string;
let serverId: string;

async function startVault(HAWSER_MASTER_KEYS: string): Promise<ServiceProcess> {
  const environment = { NATS_URL: nats.url, DATABASE_URL: postgres.url, HAWSER_MASTER_KEYS };
  vault = await ServiceProcess.start('vault', environment);
  return vault;
}

async function startReadyVault(keys: string): Promise<void> {
  const started = await startVault(keys);
  await ready(started);
}

const ready = (process: ServiceProcess): Promise<true> =>
  eventually(async () => {
    if (process.hasEnded) throw new Error(process.output);
    return (await process.readiness()) === 200;
  }, 30_000);

beforeAll(async () => {
  folder = await newDataDir();
  nats = await EmbeddedNats.start({});
  postgres = await EmbeddedPostgres.start({
    dataDir: folder,
    database: 'hawser',
    settings: { fsync: 'off' },
  });
  const [NATS_URL, DATABASE_URL] = [nats.url, postgres.url];
  for (const service of services) await ServiceProcess.migrate(service, { DATABASE_URL });
  const directory = { NATS_URL, DATABASE_URL, HAWSER_BOOTSTRAP_TOKEN: ownerToken };
  others.push(
    await ServiceProcess.start('directory', directory),
    await ServiceProcess.start('bindings', { NATS_URL, DATABASE_URL }),
    await ServiceProcess.start('gateway', { NATS_URL }),
    await ServiceProcess.start('probe', { NATS_URL }),
  );
  await startReadyVault(first);
  await Promise.all(others.map(ready));
  const anyUser = new Api(new Gateways([others[2]?.url ?? '']), ownerToken);
  await eventually(async () => (await anyUser.get('/api/v1/me?workspace_id=demo')).status === 200);
  tenant = await newTenant(anyUser);
  const credential = await newCredential(tenant);
  value = credential.value;
  credentialId = credential.id;
  const headers_json = `{"X-A":"{{credential:${credential.name}}}"}`;
  serverId = await tenant.newServer({ headers_json, exposure: 'bound' });
  await bind(tenant, await tenant.newServer(), { credential_id: credential.id });
});
afterAll(async () => {
  await Promise.all([...others, ...(vault === undefined ? [] : [vault])].map((process) => process.stop()));
  await nats.stop();
  await postgres.stop();
  await rm(folder, { recursive: true });
});

const resolve = (api: Api): Promise<Answer> =>
  api.get(`/api/v1/agents/${tenant.agentId}/integrations/resolved`);
const isWhole = async (): Promise<boolean> => (await resolve(tenant.owner)).text.includes(value);

describe('while the vault is away', () => {
  beforeAll(() => vault?.stop());

  it('nothing is given out in its place, and nothing is kept', async () => {
    const agent = await tenant.agentApi();
    const ofAgent = `/api/v1/agents/${tenant.agentId}/integrations`;
    const binding = { mcp_server_id: serverId, mcp_server_scope: 'workspace', credential_id: credentialId };
    // Each looks for the vault for two seconds.
    const answers = await Promise.all([
      resolve(tenant.owner),
      resolve(agent),
      tenant.owner.get(`${ofAgent}/resolved?explain=true`),
      tenant.owner.post(ofAgent, binding),
      tenant.owner.post(`/api/v1/integrations/${serverId}/test`),
      tenant.owner.get('/api/v1/audit'),
      tenant.owner.post('/api/v1/credentials', { name: 'new', type: 'bearer', value: 'x' }),
      tenant.owner.get('/api/v1/credentials'),
    ]);
    for (const answer of answers) {
      expectProblem(answer, 503, 'secret_encryption_unavailable');
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
  });

  it('what needs no secret works', async () => {
    const viewer = await tenant.as('VIEWER');
    const bare = await tenant.newAgent({ crew_id: null });
    expect((await tenant.owner.get('/api/v1/integrations')).status).toBe(200);
    expect((await viewer.get(`/api/v1/agents/${bare}/integrations/resolved`)).status).toBe(200);
    expect((await fetch(`${others[2]?.url}/readyz`)).status).toBe(200);
  });
});

describe('the vault', () => {
  afterEach(() => vault?.stop());

  it.each<[string, string, RegExp]>([
    ['a short key', 'k1:AAAA', /HAWSER_MASTER_KEYS must have keys of 32 bytes, and that of "k1" has 3/],
    ['another key under the same id', newMasterKey('k1'), /k1/],
    ['a ring without the key that its secrets are under', second, /k1/],
  ])('does not start with %s, and says why in one line without the key', async (_, keys, why) => {
    const refused = await startVault(keys);
    await eventually(() => refused.hasEnded, 30_000);
    const lines = refused.output.split('\n').filter((line) => line.startsWith('hawser: '));
    expect(lines).toEqual([expect.stringMatching(why)]);
    expect(refused.output).not.toContain(keys.split(/[:,]/)[1]);
  });

  it('reads on when a new key is active and everything has been moved under it', async () => {
    await startReadyVault(`${second},${first}`);
    await eventually(isWhole);
    expect(await tenant.owner.must('POST', '/api/v1/credentials/rotate-keys')).toEqual({
      master_key: 'k2',
      data_keys: 1,
      rewrapped: 1,
      remaining: 0,
    });
    await vault?.stop();
    await startReadyVault(second);
    await eventually(isWhole);
  });

  it('is moved as a whole by its program', async () => {
    const env = { DATABASE_URL: postgres.url, HAWSER_MASTER_KEYS: `${third},${second}` };
    const moved = await ServiceProcess.run('apps/vault/dist/rotate-keys.js', env);
    expect(moved).toMatchObject({ code: 0 });
    await startReadyVault(third);
    await eventually(isWhole);
  });
});
