import { execFile } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** Above what any system gives to a process. */
const NO_PROCESS_ID = 2 ** 31 - 1;

/** PostgreSQL makes a lock file and fills it in the same moment; one that stays empty is from a kill in between. */
const EMPTY_FOR_GOOD_MS = 3_000;

/** The process id in a lock file of PostgreSQL: undefined when there is no such file, or nothing in it yet. */
export async function readPid(file: string): Promise<number | undefined> {
  return pidIn(await readFile(file, 'utf8').catch(() => ''));
}

/** Whether the process runs and is PostgreSQL, as far as that is to be known. */
export async function isPostgres(pid: number): Promise<boolean> {
  const program = await programOf(pid);
  return program === undefined || path.basename(program).startsWith('postgres');
}

/**
 * Sees to it that a lock file whose PostgreSQL is gone keeps no new one from starting, in two cases that
 * PostgreSQL and `pg_ctl` do not recognise:
 *
 * - The file is empty. It is removed.
 * - The process id is another program's, after a reboot or in a new container, or a zombie's, where nobody reaps
 *   PostgreSQL. It is replaced by an impossible one: PostgreSQL, when it starts, then finds the file stale, and
 *   makes sure by its other entries that no worker is left on the cluster. Removing the file would prevent that.
 *
 * @param file `postmaster.pid`, or the one beside the socket
 */
export async function releaseStaleLockFile(file: string): Promise<void> {
  const handle = await open(file, 'r+').catch(() => undefined);
  // Through the handle nothing is done to a new file that another process puts in this one's place meanwhile.
  try {
    if (handle && (await releaseIfStale(handle))) await rm(file, { force: true });
  } finally {
    await handle?.close();
  }
}

/** @returns whether the file is to be removed */
async function releaseIfStale(handle: FileHandle): Promise<boolean> {
  const content = await handle.readFile('utf8');
  const pid = pidIn(content);
  if (pid === undefined) return Date.now() - (await handle.stat()).mtimeMs > EMPTY_FOR_GOOD_MS;
  if (pid !== NO_PROCESS_ID && !(await isPostgres(pid))) {
    await handle.write(content.replace(/^\d+/, String(NO_PROCESS_ID)), 0);
  }
  return false;
}

function pidIn(content: string): number | undefined {
  const pid = parseInt(content);
  return Number.isNaN(pid) ? undefined : pid;
}

/** What a process was started as: empty for a zombie or none, undefined when it is not to be known. */
async function programOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')[0];
    return (await promisify(execFile)('ps', ['-o', 'comm=', '-p', String(pid)])).stdout.trim();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? '' : undefined;
  }
}
