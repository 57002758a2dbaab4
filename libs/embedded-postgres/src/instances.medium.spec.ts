import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { EmbeddedPostgres, InstanceLockedError } from './index.js';
import {
  buildLibrary,
  cleanUp,
  commandLine,
  eventually,
  FAST,
  isRoot,
  kill,
  killPid,
  NOBODY,
  postmasterPid,
  query,
  scratchFolder,
  startProgram,
} from './spec-support.js';

const urlOf = (verdict: string): string => verdict.replace(/^ready /, '');

describe('instances on one data directory', () => {
  beforeAll(buildLibrary, 60_000);
  afterEach(cleanUp, 30_000);

  it('refuses a second one in one clear line, and the first does not notice', async () => {
    const options = { dataDir: scratchFolder(), database: 'hawser', settings: FAST };
    const first = await EmbeddedPostgres.start(options);
    const pid = postmasterPid(options.dataDir);

    const second = EmbeddedPostgres.start({ ...options, database: 'another' });
    await expect(second).rejects.toThrow(InstanceLockedError);
    await expect(second).rejects.toThrow(
      new RegExp(`^Another Hawser is running on the data directory ${options.dataDir}: stop it, or .*$`),
    );

    expect(postmasterPid(options.dataDir)).toBe(pid);
    expect(await query(first.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await first.stop();
  });

  it('lets exactly one of several through that start at once on an empty folder', async () => {
    const options = { dataDir: path.join(scratchFolder(), 'data'), database: 'hawser', settings: FAST };
    const programs = [1, 2, 3].map(() => startProgram(options));
    const verdicts = await Promise.all(programs.map(({ verdict }) => verdict));

    const ready = verdicts.filter((verdict) => verdict.startsWith('ready '));
    expect(ready).toHaveLength(1);
    expect(verdicts.filter((verdict) => verdict.startsWith('refused InstanceLockedError'))).toHaveLength(2);
    expect(await query(urlOf(ready[0]!), 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(readdirSync(options.dataDir).sort()).toEqual(['postgres', 'postgres.log', 'socket']);
  });

  it('takes over the running server after its Node process was killed', async () => {
    const options = { dataDir: scratchFolder(), database: 'hawser', settings: FAST };
    const killed = startProgram(options);
    const url = urlOf(await killed.verdict);
    await query(url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const pid = postmasterPid(options.dataDir);
    await kill(killed.child, 'SIGKILL');

    const next = await EmbeddedPostgres.start(options);
    expect(postmasterPid(options.dataDir)).toBe(pid);
    expect(next.url).toBe(url);
    expect(await query(next.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await next.stop();
    expect(commandLine(pid)).toBe('');
  });

  it('loses no committed row when both Node and PostgreSQL are killed', async () => {
    const options = { dataDir: scratchFolder(), database: 'hawser' };
    const killed = startProgram(options);
    const url = urlOf(await killed.verdict);
    await query(url, 'CREATE TABLE kept (n int)');
    await query(url, 'INSERT INTO kept VALUES (7)');
    const pid = postmasterPid(options.dataDir);
    await kill(killed.child, 'SIGKILL');
    process.kill(pid, 'SIGKILL');

    const next = await EmbeddedPostgres.start(options);
    expect(await query(next.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await next.stop();
  });

  it('keeps PostgreSQL running when Ctrl-C in the terminal ends the Node process', async () => {
    const options = { dataDir: scratchFolder(), database: 'hawser', settings: FAST };
    const program = startProgram(options);
    const url = urlOf(await program.verdict);
    await kill(program.child, 'SIGINT', true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await query(url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('starts PostgreSQL again when it is killed, and is still the only instance then', async () => {
    const lines: string[] = [];
    const options = { dataDir: scratchFolder(), database: 'hawser' };
    const postgres = await EmbeddedPostgres.start({ ...options, log: (line) => lines.push(line) });
    await query(postgres.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await killPid(postmasterPid(options.dataDir), 'SIGKILL');

    await eventually(() => (lines.includes('PostgreSQL is back.') ? true : undefined));
    expect(lines[0]).toMatch(/ended unexpectedly/);
    expect(await query(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await expect(EmbeddedPostgres.start(options)).rejects.toThrow(InstanceLockedError);
    await postgres.stop();
  });

  it('can be stopped while it tries in vain to start PostgreSQL again', async () => {
    const lines: string[] = [];
    const dataDir = scratchFolder();
    const postgres = await EmbeddedPostgres.start({
      dataDir,
      database: 'hawser',
      settings: FAST,
      log: (line) => lines.push(line),
    });
    writeFileSync(path.join(dataDir, 'postgres/postgresql.conf'), 'nonsense');
    await killPid(postmasterPid(dataDir), 'SIGKILL');
    await eventually(() => lines.find((line) => /attempt 2 of/.test(line)));
    await postgres.stop();
  });

  it('starts although the process id PostgreSQL once had is now that of another program', async () => {
    const options = { dataDir: scratchFolder(), database: 'hawser', settings: FAST };
    const killed = await EmbeddedPostgres.start(options);
    const pidFile = path.join(options.dataDir, 'postgres/postmaster.pid');
    const socketLock = path.join(options.dataDir, 'socket/.s.PGSQL.5432.lock');
    const [content, socketContent] = [readFileSync(pidFile, 'utf8'), readFileSync(socketLock, 'utf8')];
    await killed.stop();
    const owner = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
    const other = spawn('sleep', ['60'], { stdio: 'ignore', ...owner });
    writeFileSync(pidFile, content.replace(/^\d+/, String(other.pid)));
    writeFileSync(socketLock, socketContent.replace(/^\d+/, String(other.pid)));

    const next = await EmbeddedPostgres.start(options);
    expect(other.exitCode).toBeNull();
    expect(await query(next.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await next.stop();
    await kill(other, 'SIGKILL');
  });

  it('starts although a kill left lock files that PostgreSQL had not filled yet', async () => {
    const options = { dataDir: scratchFolder(), database: 'hawser', settings: FAST };
    await (await EmbeddedPostgres.start(options)).stop();
    writeFileSync(path.join(options.dataDir, 'postgres/postmaster.pid'), '');
    writeFileSync(path.join(options.dataDir, 'socket/.s.PGSQL.5432.lock'), '');

    const next = await EmbeddedPostgres.start(options);
    expect(await query(next.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await next.stop();
  }, 15_000);

  it('makes the cluster anew when a kill left the first one half made', async () => {
    const dataDir = scratchFolder();
    const options = { dataDir, database: 'hawser', settings: FAST };
    const killed = startProgram(options);
    await eventually(() => readdirSync(dataDir).find((name) => name.startsWith('postgres.tmp-')));
    await kill(killed.child, 'SIGKILL');
    await mkdir(path.join(dataDir, 'postgres.tmp-2147483647-left'));

    const next = await EmbeddedPostgres.start(options);
    expect(await query(next.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres.tmp-'))).toEqual([]);
    await next.stop();
  });
});
