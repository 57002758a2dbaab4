import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { EmbeddedPostgres } from './index.js';
import {
  buildLibrary,
  cleanUp,
  commandLine,
  FAST,
  isRoot,
  kill,
  NOBODY,
  postmasterPid,
  query,
  scratchFolder,
  startProgram,
  uidOf,
} from './spec-support.js';

const userNamespaceAllowed = spawnSync('unshare', ['--user', 'true']).status === 0;
const rootTest = isRoot ? it : it.skip;
const rootNamespaceTest = isRoot && userNamespaceAllowed ? it : it.skip;

function startIn(dataDir: string, settings: Record<string, string> = FAST): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start({ dataDir, database: 'hawser', settings });
}

describe('an embedded PostgreSQL', () => {
  afterEach(cleanUp, 30_000);

  it('makes its folder, cluster and database on the first start and says where they are', async () => {
    const dataDir = path.join(scratchFolder(), 'not/there/yet');
    const postgres = await startIn(dataDir);
    expect(await query(postgres.url, 'SELECT current_database(), current_user')).toEqual([
      { current_database: 'hawser', current_user: 'postgres' },
    ]);
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log', 'socket']);
    expect(statSync(path.join(dataDir, 'socket')).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
    await postgres.stop();
  });

  it('sorts text the same on every machine and keeps commits durable unless told otherwise', async () => {
    const postgres = await startIn(scratchFolder(), {});
    const [cluster] = await query(
      postgres.url,
      `SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) AS encoding,
         current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
         current_setting('full_page_writes') AS full_page_writes, current_setting('listen_addresses') AS addresses
       FROM pg_database WHERE datname = current_database()`,
    );
    expect(cluster).toEqual({
      datlocprovider: 'b',
      datlocale: 'C.UTF-8',
      encoding: 'UTF8',
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      addresses: '',
    });
    await postgres.stop();
  });

  it('keeps its data over a stop and a start, and a second stop does nothing', async () => {
    const dataDir = scratchFolder();
    const first = await startIn(dataDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const pid = postmasterPid(dataDir);
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    expect(commandLine(pid)).toBe('');

    const second = await startIn(dataDir);
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await second.stop();
  });

  it('works below a path that is too long for a socket, and with spaces, quotes and commas in it', async () => {
    const dataDir = path.join(scratchFolder(), "it's, well, long ".repeat(10));
    const postgres = await startIn(dataDir);
    expect(postgres.url).toContain('host=%2Ftmp%2Fhawser-');
    expect(await query(postgres.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await postgres.stop();
    rmSync(new URL(postgres.url).searchParams.get('host')!, { recursive: true });

    const short = await startIn(path.join(scratchFolder(), "it's, well"));
    expect(await query(short.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await short.stop();
  });

  it('shows the end of the log when PostgreSQL does not start', async () => {
    const dataDir = scratchFolder();
    await expect(startIn(dataDir, { shared_buffers: 'plenty' })).rejects.toThrow(
      /did not start in .*postgres\.\n.*invalid value for parameter "shared_buffers": "plenty"[^]*whole log is in .*postgres\.log/,
    );
    const postgres = await startIn(dataDir);
    await postgres.stop();
  });

  it('empties its log at a start when it has grown beyond 10 MB', async () => {
    const dataDir = scratchFolder();
    const log = path.join(dataDir, 'postgres.log');
    writeFileSync(log, '');
    truncateSync(log, 11 * 1024 * 1024);
    const postgres = await startIn(dataDir);
    await postgres.stop();
    expect(statSync(log).size).toBeLessThan(10_000);
  });

  it('refuses a folder in the place of the cluster that is none, and leaves it alone', async () => {
    const dataDir = scratchFolder();
    mkdirSync(path.join(dataDir, 'postgres'));
    if (isRoot) chownSync(path.join(dataDir, 'postgres'), NOBODY, NOBODY);
    appendFileSync(path.join(dataDir, 'postgres/letter.txt'), 'dear diary');
    await expect(startIn(dataDir)).rejects.toThrow(/is there but is not a PostgreSQL cluster/);
    expect(readdirSync(dataDir)).toEqual(['postgres']);
    expect(existsSync(path.join(dataDir, 'postgres/letter.txt'))).toBe(true);
  });

  describe('under which user', () => {
    beforeAll(buildLibrary, 60_000);

    rootTest('runs as an unprivileged user when root starts it', async () => {
      const dataDir = path.join(scratchFolder(), 'data');
      const postgres = await startIn(dataDir);
      expect(uidOf(postmasterPid(dataDir))).toBe(NOBODY);
      expect(statSync(dataDir).uid).toBe(0);
      await postgres.stop();
    });

    rootNamespaceTest('runs in a user namespace when that user cannot reach the folder', async () => {
      const dataDir = path.join(scratchFolder(0o700), 'data');
      const first = await startIn(dataDir);
      expect(statSync(path.join(dataDir, 'postgres')).uid).toBe(0);
      await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
      await first.stop();

      const second = await startIn(dataDir);
      expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
      await second.stop();
    });

    rootTest('says what to do when a folder above the cluster was closed afterwards', async () => {
      const folder = scratchFolder();
      const dataDir = path.join(folder, 'data');
      await (await startIn(dataDir)).stop();
      chmodSync(folder, 0o700);
      await expect(startIn(dataDir)).rejects.toThrow(
        /belongs to uid 65534, which cannot run .* chown -R root/,
      );
    });

    rootTest('runs as an ordinary user when they start it, and root later goes on as that user', async () => {
      const folder = scratchFolder();
      chownSync(folder, NOBODY, NOBODY);
      const dataDir = path.join(folder, 'data');
      const options = { dataDir, database: 'hawser', settings: FAST };
      const ordinary = startProgram(options, { uid: NOBODY, gid: NOBODY });
      expect(await ordinary.verdict).toMatch(/^ready /);
      expect(uidOf(postmasterPid(dataDir))).toBe(NOBODY);
      expect(statSync(dataDir).mode & 0o777).toBe(0o700);
      await kill(ordinary.child, 'SIGKILL');

      // The folder is closed to all but its owner, and that is who root runs PostgreSQL as.
      const asRoot = await EmbeddedPostgres.start(options);
      expect(uidOf(postmasterPid(dataDir))).toBe(NOBODY);
      await asRoot.stop();
    });
  });
});
