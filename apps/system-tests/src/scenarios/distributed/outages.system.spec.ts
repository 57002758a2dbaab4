import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedNats } from '@hawser/embedded-nats';
import { eventually } from '@hawser/testing/eventually';
import { Api } from '../../harness/api.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Distributed } from '../../harness/distributed.js';
import { drillTimeLimitMs, outageSeconds, report } from '../../harness/drill.js';
import { freePort } from '../../harness/free-port.js';
import type { Ask } from '../../harness/kept-connections.js';
import { isGood, Load, outcomes, type Call } from '../../harness/load.js';
import { runSql } from '../../harness/sql.js';
import { newTenant, unique, type Tenant } from '../../harness/tenant.js';

/** Few, for all that they have done is read again at the end. */
const changesPerSecond = 20;
const burstSize = 400;
const burstsAtMost = 3;
const recoversWithinMs = 30_000;

let storeDir: string;
let nats: EmbeddedNats;
let system: Distributed;
let tenant: Tenant;
beforeAll(async () => {
  storeDir = await newDataDir();
  nats = await EmbeddedNats.start({ storeDir, port: await freePort() });
  system = await Distributed.start({ env: { NATS_URL: nats.url } });
  tenant = await newTenant(new Api(system.gateways, system.ownerToken));
});
afterAll(async () => {
  await system.stop();
  await nats.stop();
  await rm(storeDir, { recursive: true, force: true });
});

const newServer = (): Ask => ({
  what: 'change',
  method: 'POST',
  path: '/api/v1/integrations',
  body: { name: unique('server'), endpoint: 'https://mcp.example.com/mcp' },
});
const nameOf = ({ body }: Call): string => (body as { name: string }).name;

/**
 * Killed while so many changes are being made that events are left which it has not taken. Once more, where the test itself
 * was held up meanwhile and all had been taken.
 */
async function killNats(): Promise<string[]> {
  const made: string[] = [];
  for (let left = burstsAtMost; left > 0; left--) {
    const burst = Array.from({ length: burstSize }, newServer).map(async ({ method, path, body }) => {
      const { status } = await tenant.owner.send(method, path, { body });
      if (status === 201) made.push((body as { name: string }).name);
    });
    await Promise.race(burst);
    process.kill(nats.pid, 'SIGKILL');
    await nats.exited;
    await delay(outageSeconds * 500);
    const waiting = await countOf('bindings.outbox');
    await delay(waiting > 0 ? outageSeconds * 500 : 0);
    nats = await EmbeddedNats.start({ storeDir, port: Number(new URL(nats.url).port) });
    await Promise.all(burst);
    report(`${waiting} events waited in the outbox while NATS was away`);
    if (waiting > 0) return made;
    await eventually(async () => (await tenant.owner.get('/api/v1/me')).status === 200, recoversWithinMs);
  }
  throw new Error(`NATS had taken all events each time that it was killed, ${burstsAtMost} times`);
}

async function countOf(table: string): Promise<number> {
  const [row] = await runSql<{ count: string }>(
    system.files.state().postgres.url,
    `SELECT count(*) FROM ${table}`,
  );
  return Number(row?.count);
}

async function killPostgres(): Promise<string[]> {
  const killed = system.killProcess('postgres');
  await eventually(() => (system.files.pids().get('postgres') ?? killed) !== killed, 30_000);
  return [];
}

/** That every change that was made, acknowledged or not, has led to one entry, and every entry to a change. */
async function expectOneEntryForEachChange(acknowledged: string[]): Promise<void> {
  const rows = await runSql<{ name: string }>(
    system.files.state().postgres.url,
    `SELECT name FROM bindings.workspace_servers WHERE workspace_id = '${tenant.id}'`,
  );
  const made = rows.map(({ name }) => name);
  const entries = async (): Promise<string[]> => {
    const { text } = await tenant.owner.get('/api/v1/audit?format=jsonl&action=workspace_server.created');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { target_name: string }).target_name);
  };
  const lastEvents = async (): Promise<boolean> => (await entries()).length >= made.length;
  await eventually(lastEvents, recoversWithinMs).catch(() => undefined);
  await delay(500);
  expect((await entries()).sort()).toEqual(made.sort());
  expect(acknowledged.filter((name) => !made.includes(name))).toEqual([]);
}

it.each([
  [`NATS is killed and away for ${outageSeconds} s`, killNats],
  ['PostgreSQL is killed', killPostgres],
])(
  '%s and comes back: callers get problems, then all works again, and each change has led to one event',
  async (what, outage) => {
    const before = system.files.state().processes;
    const load = new Load(tenant.owner, changesPerSecond, newServer);
    await delay(1_000);
    const beganMs = Date.now();
    const duringOutage = await outage();
    const wasAwayMs = Date.now() - beganMs;
    await load.works();
    const workedAfterMs = Date.now() - beganMs - wasAwayMs;
    const calls = await load.stop();

    const failed = calls.filter((call) => !isGood(call));
    report([
      `${what}: ${calls.length} changes tried, ${failed.length} failed, all worked again ` +
        `${workedAfterMs} ms after it was back`,
      JSON.stringify(outcomes(calls), null, 2),
    ]);
    for (const { result, code, contentType } of failed)
      expect({ contentType, answer: `${result} ${code}` }).toEqual({
        contentType: expect.stringMatching(/^application\/problem\+json\b/),
        answer: expect.stringMatching(/^(503 service_unavailable|504 service_timeout)$/),
      });
    await expectOneEntryForEachChange([...duringOutage, ...calls.filter(isGood).map(nameOf)]);
    expect(system.files.state().processes).toEqual(before);
  },
  drillTimeLimitMs,
);
