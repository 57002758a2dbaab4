import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@hawser/testing/eventually';

const run = promisify(execFile);

/** Command lines of the processes that have the folder in theirs: PostgreSQL's, for a data directory. */
export async function processesOn(folder: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-eww', '-o', 'args=']);
  return stdout.split('\n').filter((line) => line.includes(folder) && !line.startsWith('ps '));
}

/** Resident memory of one process in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}

/** The user that a process runs as. */
export async function uidOf(pid: number): Promise<number> {
  return Number((await run('ps', ['-o', 'uid=', '-p', String(pid)])).stdout);
}

/** The process id of a data directory's PostgreSQL; undefined when it does not run. */
export async function postmasterPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text);
  return Number.isNaN(pid) ? undefined : pid;
}

/** Ends the PostgreSQL that a killed program left behind, for tests that do not start the program again. */
export async function endPostgres(dataDir: string): Promise<void> {
  const pid = await postmasterPid(dataDir);
  if (pid === undefined || (await processesOn(dataDir)).length === 0) return;
  process.kill(pid, 'SIGQUIT');
  await eventually(async () => (await processesOn(dataDir)).length === 0);
}
