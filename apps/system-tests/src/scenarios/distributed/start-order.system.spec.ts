import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedNats } from '@hawser/embedded-nats';
import { EmbeddedPostgres } from '@hawser/embedded-postgres';
import { eventually } from '@hawser/testing/eventually';
import { Api } from '../../harness/api.js';
import { newDataDir } from '../../harness/data-dir.js';
import { report } from '../../harness/drill.js';
import { freePort } from '../../harness/free-port.js';
import { Gateways } from '../../harness/gateways.js';
import { root } from '../../harness/program-run.js';
import { newMasterKey } from '../../harness/master-keys.js';
import { ServiceProcess, services } from '../../harness/service-process.js';
import { runSql } from '../../harness/sql.js';

const ownerToken = `hws_live_${'s'.repeat(43)}`;
const readyWithinMs = 30_000;
/** Between two steps of the start, for those who wait to try in vain. */
const meanwhileMs = 1_500;

let folder: string;
let nats: EmbeddedNats | undefined;
let postgres: EmbeddedPostgres | undefined;
const processes: Record<string, ServiceProcess> = {};

beforeAll(async () => {
  folder = await newDataDir();
});
afterAll(async () => {
  await Promise.all(Object.values(processes).map((process) => process.stop()));
  await nats?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true });
});

const startPostgres = (): Promise<EmbeddedPostgres> =>
  EmbeddedPostgres.start({ dataDir: folder, database: 'hawser', settings: { fsync: 'off' } });

async function statuses({ but }: { but?: string } = {}): Promise<(number | undefined)[]> {
  expect(Object.values(processes).map(({ hasEnded }) => hasEnded)).not.toContain(true);
  const asked = Object.entries(processes).filter(([name]) => name !== but);
  return Promise.all(asked.map(([, process]) => process.readiness()));
}

async function nobodyIsReady(options?: { but: string }): Promise<void> {
  await delay(meanwhileMs);
  expect(await statuses(options)).not.toContain(200);
}

it('services that start before NATS, PostgreSQL, their roles and their schemas become ready by themselves', async () => {
  // Only for its address: it is a folder.
  const earlier = await startPostgres();
  const { url } = earlier;
  await earlier.stop();
  const natsPort = await freePort();
  const NATS_URL = `nats://127.0.0.1:${natsPort}`;
  const as = (service: string): string => url.replace('postgres@', `hawser_${service}@`);

  processes.gateway = await ServiceProcess.start('gateway', { NATS_URL });
  processes.probe = await ServiceProcess.start('probe', { NATS_URL });
  for (const service of services)
    processes[service] = await ServiceProcess.start(service, {
      NATS_URL,
      DATABASE_URL: as(service),
      ...(service === 'directory' ? { HAWSER_BOOTSTRAP_TOKEN: ownerToken } : {}),
      ...(service === 'vault' ? { HAWSER_MASTER_KEYS: newMasterKey('k1') } : {}),
    });
  const pids = Object.values(processes).map(({ pid }) => pid);
  await nobodyIsReady();

  postgres = await startPostgres();
  await nobodyIsReady();
  nats = await EmbeddedNats.start({ port: natsPort });
  // All that the probe needs; everybody else needs a schema, or somebody who does.
  await nobodyIsReady({ but: 'probe' });
  const logins = services.map((service) => `ALTER ROLE hawser_${service} LOGIN;`).join('\n');
  await runSql(url, readFileSync(join(root, 'deploy/postgres/roles.sql'), 'utf8') + logins);
  await nobodyIsReady({ but: 'probe' });
  for (const service of services) await ServiceProcess.migrate(service, { DATABASE_URL: as(service) });

  const began = performance.now();
  await eventually(async () => (await statuses()).every((status) => status === 200), readyWithinMs);
  report(
    `start in any order: all ready ${Math.round(performance.now() - began)} ms after the last thing was there`,
  );
  expect(Object.values(processes).map(({ pid }) => pid)).toEqual(pids);

  const demo = new Api(new Gateways([processes.gateway.url]), ownerToken, 'demo');
  const agent = await eventually(async () => {
    const answer = await demo.get('/api/v1/agents');
    return answer.status === 200 ? (answer.body.agents[0]?.id as string | undefined) : undefined;
  });
  const { body } = await demo.get(`/api/v1/agents/${agent}/integrations/resolved`);
  expect(body).toEqual([expect.objectContaining({ name: 'everything' })]);
});
