import { setTimeout as delay } from 'node:timers/promises';
import { startModernServer } from '@hawser/testing';
import { eventually } from '@hawser/testing/eventually';
import { Api, type Answer } from '../harness/api.js';
import { report } from '../harness/drill.js';
import { memoryDuring, type Memory } from '../harness/memory.js';
import { using } from '../harness/peers.js';
import type { ProgramRun } from '../harness/program-run.js';
import { newTenant, type Tenant } from '../harness/tenant.js';
import { startSystem } from '../harness/the-system.js';
import { resolved } from '../harness/tiers.js';

const slowServers = 5;
/** The median: what is being tried out keeps both cores of a laptop busy, and so does this test. */
const answeredWithinMs = 1_000;
const maxGrowthMiB = 400;
const betweenMs = 20;

let system: ProgramRun;
let tenant: Tenant;
beforeAll(async () => {
  // Of its own: it would keep other files from trying out anything.
  const started = await startSystem({ env: { HAWSER_REPLICAS: '2' } });
  system = started;
  tenant = await newTenant(new Api(started.gateways, started.ownerToken));
});
afterAll(() => system.stop());

/** Servers that take this long for each of the two answers that a probe needs. */
async function newSlowServers(delayMs: number): Promise<string[]> {
  const peers = Array.from({ length: slowServers }, () => using(startModernServer({ delayMs })));
  return Promise.all(peers.map(async (peer) => tenant.newServer({ endpoint: (await peer).url })));
}

interface Drill {
  answers: Answer[];
  /** Of the main job, asked for again and again meanwhile. */
  waitsMs: number[];
}

async function tryOut(ids: string[], times: number): Promise<Drill> {
  const began = performance.now();
  const drill: Drill = { answers: [], waitsMs: [] };
  const memory = await memoryDuring(system, async () => {
    let running = true;
    const probes = Promise.all(
      Array.from({ length: times }, (_, turn) =>
        tenant.owner.post(`/api/v1/integrations/${ids[turn % ids.length]}/test`),
      ),
    ).finally(() => (running = false));
    while (running) {
      const asked = performance.now();
      await resolved(tenant);
      drill.waitsMs.push(performance.now() - asked);
      // Often enough to see how others fare, and no load of its own.
      await delay(betweenMs);
    }
    drill.answers = await probes;
  });
  show(times, performance.now() - began, drill, memory);
  for (const { before, peak } of memory) expect(peak - before).toBeLessThan(maxGrowthMiB);
  return drill;
}

function medianOf(timesMs: number[]): number {
  return timesMs.toSorted((one, other) => one - other)[Math.floor(timesMs.length / 2)] ?? NaN;
}

function show(times: number, tookMs: number, { answers, waitsMs }: Drill, memory: Memory[]): void {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  report([
    `${times} probes at once: ${JSON.stringify(counts)} in ${(tookMs / 1000).toFixed(1)} s; meanwhile resolved ` +
      `answered ${waitsMs.length} times, median ${medianOf(waitsMs).toFixed(0)} ms, longest ${Math.max(...waitsMs).toFixed(0)} ms`,
    ...memory.map(
      ({ name, before, peak, after }) => `  ${name}: ${before} MiB before, ${peak} at most, ${after} after`,
    ),
  ]);
}

it('200 slow servers at once are all tried out, and others are answered meanwhile', async () => {
  const { answers, waitsMs } = await tryOut(await newSlowServers(1_500), 200);
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.status}`))).toEqual(new Set(['200 ok']));
  expect(waitsMs.length).toBeGreaterThan(10);
  expect(medianOf(waitsMs)).toBeLessThan(answeredWithinMs);
});

it('of 1,000 at once, those that are too many are told when to come again, and nothing else fails', async () => {
  // Slower than anybody is kept waiting for a turn.
  const ids = await newSlowServers(2_500);
  const { answers, waitsMs } = await tryOut(ids, 1_000);
  const worked = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(worked.length).toBeGreaterThan(200);
  // On a machine that is busy with other things too, a slow server may be too slow, and fewer are asked for at once.
  const late = worked.filter(({ body }) => body.status !== 'ok');
  expect(late.filter(({ body }) => body.reason !== 'timeout')).toEqual([]);
  expect(late.length).toBeLessThan(worked.length / 2);
  expect(refused.length).toBeGreaterThan(0);
  expect(
    new Set(
      refused.map(({ status, body, headers }) => `${status} ${body.code} ${headers.has('retry-after')}`),
    ),
  ).toEqual(new Set(['503 service_busy true']));
  expect(medianOf(waitsMs)).toBeLessThan(answeredWithinMs);

  const [id = ''] = ids;
  await eventually(async () => {
    const { status } = await tenant.owner.post(`/api/v1/integrations/${id}/test`);
    return status === 200;
  });
});
