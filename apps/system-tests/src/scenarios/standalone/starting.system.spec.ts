import { chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@hawser/testing/eventually';
import { Api } from '../../harness/api.js';
import { endPostgres, postmasterPid, processesOn, residentMiB, uidOf } from '../../harness/processes.js';
import { newDataDir } from '../../harness/data-dir.js';
import { Standalone } from '../../harness/standalone.js';

const warmStartWithinMs = 5_000;
/** A machine that stands still for a moment does not do so each time; a program that is slow is. */
const warmStarts = 3;
const restingMiB = 350;
const refusal = /^hawser: Another Hawser is running on the data directory .+\n$/;
const isReady = ({ stdout }: Standalone): boolean => stdout.includes('ready at');

let folder: string;
let dataDir: string;
let first: Standalone;
beforeAll(async () => {
  folder = await newDataDir();
  dataDir = join(folder, 'data');
  first = await Standalone.start({ dataDir });
});
afterAll(async () => {
  await first.stop();
  await endPostgres(folder);
  await rm(folder, { recursive: true });
});

describe('a second instance on the same data directory', () => {
  it('is refused in one clear line, and the first does not notice', async () => {
    const postgres = await postmasterPid(dataDir);
    const second = await Standalone.spawn({ dataDir });
    expect(await second.exited).toBe(1);
    await second.outputEnded;
    expect(second.stderr).toMatch(refusal);
    expect(second.stderr).toContain(dataDir);
    expect(second.stdout).toBe('');
    expect(await postmasterPid(dataDir)).toBe(postgres);
    expect((await new Api(first.gateways, first.ownerToken).get('/api/v1/me')).status).toBe(200);
  });
});

describe('two first starts at once on one empty data directory', () => {
  it('end with one that is ready and one that is refused', async () => {
    const shared = join(folder, 'shared');
    const both = await Promise.all([
      Standalone.spawn({ dataDir: shared }),
      Standalone.spawn({ dataDir: shared }),
    ]);
    try {
      const loser = await Promise.race(both.map((system) => system.outputEnded.then(() => system)));
      expect(await loser.exited).toBe(1);
      expect(loser.stderr).toMatch(refusal);
      const winner = both.find((system) => system !== loser) as Standalone;
      await eventually(() => isReady(winner), 30_000);
      expect((await new Api(winner.gateways, winner.ownerToken).get('/api/v1/me')).status).toBe(200);
    } finally {
      await Promise.all(both.map((system) => system.stop()));
    }
  });
});

describe('the data directory', () => {
  it('holds files that nobody else can read, the generated keys with mode 0600', async () => {
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    expect(await mode(join(dataDir, 'master-keys'))).toBe(0o600);
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(100);
    const open = await Promise.all(
      files.map(async (file) => (((await mode(file).catch(() => 0)) & 0o077) === 0 ? [] : [file])),
    );
    expect(open.flat()).toEqual([]);
  });
});

describe('the Node process', () => {
  it('at rest holds less than 350 MiB', async () => {
    const api = new Api(first.gateways, first.ownerToken, 'demo');
    for (let call = 0; call < 200; call++)
      await api.must('GET', `/api/v1/agents/${first.demoAgentId}/integrations/resolved`);
    const resident = await residentMiB(first.process.pid as number);
    process.stdout.write(`Node at rest: ${Math.round(resident)} MiB resident\n`);
    expect(resident).toBeGreaterThan(20);
    expect(resident).toBeLessThan(restingMiB);
  });

  it('is ready within 5 seconds on a data directory that is there', async () => {
    let tookMs = Infinity;
    for (let start = 0; start < warmStarts && tookMs >= warmStartWithinMs; start++) {
      await first.stop();
      const began = performance.now();
      first = await Standalone.start({ dataDir });
      tookMs = performance.now() - began;
      process.stdout.write(`warm start: ready after ${Math.round(tookMs)} ms\n`);
    }
    expect(tookMs).toBeLessThan(warmStartWithinMs);
  });
});

describe('an ordinary user', () => {
  const isRoot = process.geteuid?.() === 0;
  // In the password file everywhere, unlike other ordinary users, and initdb looks it up.
  const nobody = 65534;
  if (!isRoot) process.stdout.write('skipped: only root can start the program as another user\n');

  (isRoot ? it : it.skip)('can run it, PostgreSQL included', async () => {
    const theirs = join(folder, 'theirs');
    await mkdir(theirs, { mode: 0o700 });
    await chown(theirs, nobody, nobody);
    const system = await Standalone.start({ dataDir: theirs, uid: nobody });
    const pids = [system.process.pid, await postmasterPid(theirs)] as number[];
    expect(await Promise.all(pids.map(uidOf))).toEqual([nobody, nobody]);
    const answer = await new Api(system.gateways, system.ownerToken, 'demo').get(
      `/api/v1/agents/${system.demoAgentId}/integrations/resolved`,
    );
    expect([answer.status, answer.body.length]).toEqual([200, 1]);
    expect(await system.stop()).toBe(0);
    expect(await processesOn(theirs)).toEqual([]);
  });
});
