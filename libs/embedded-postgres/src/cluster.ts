import { randomUUID } from 'node:crypto';
import { access, chown, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import type { Binaries } from './binaries.js';
import { run } from './program.js';
import type { Identity } from './program.js';

/** The superuser role that owns the cluster. */
export const SUPERUSER = 'postgres';

/** What the other modules need to know of one cluster. */
export interface Cluster {
  dataDir: string;
  /** PostgreSQL's own data folder, below `dataDir`. */
  dir: string;
  binaries: Binaries;
  identity: Identity;
}

/**
 * Makes the cluster unless it is there. It is made in a folder beside and renamed into place: neither a kill in
 * the middle nor two processes at once can leave half of one, and the process that comes second uses the first's.
 *
 * @param durable false skips flushing the new files to the disk
 */
export async function ensureCluster(cluster: Cluster, durable: boolean): Promise<void> {
  await removeAbandonedAttempts(cluster);
  if (await isCluster(cluster.dir)) return;

  const attempt = `${cluster.dir}.tmp-${process.pid}-${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(attempt, { mode: 0o700 });
    if (cluster.identity.mode === 'uid') await chown(attempt, cluster.identity.uid, cluster.identity.gid);
    await initdb(cluster, attempt, durable);
    await rename(attempt, cluster.dir);
    if (durable) await flushFolder(cluster.dataDir);
  } catch (error) {
    await rm(attempt, { recursive: true, force: true });
    if (await isCluster(cluster.dir)) return;
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      throw new Error(`${cluster.dir} is there but is not a PostgreSQL cluster: move it away.`, {
        cause: error,
      });
    }
    throw error;
  }
}

async function initdb({ binaries, identity }: Cluster, dir: string, durable: boolean): Promise<void> {
  const { code, output } = await run(identity, binaries.initdb, [
    `--pgdata=${dir}`,
    `--username=${SUPERUSER}`,
    // The same order of text on every machine, whatever its C library.
    '--encoding=UTF8',
    '--no-locale',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    // There is no network address, and the socket is in a folder of mode 0700: whoever can reach it, root or the
    // uid PostgreSQL runs as, can read the cluster's files too, and any file with a password.
    '--auth-local=trust',
    '--auth-host=reject',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]);
  if (code !== 0)
    throw new Error(`PostgreSQL could not make its cluster below ${path.dirname(dir)}: ${output}`);
}

async function isCluster(dir: string): Promise<boolean> {
  return access(path.join(dir, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

async function removeAbandonedAttempts({ dataDir, dir }: Cluster): Promise<void> {
  const prefix = `${path.basename(dir)}.tmp-`;
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(prefix) || isAlive(parseInt(name.slice(prefix.length)))) continue;
    await rm(path.join(dataDir, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Makes a rename in the folder outlast a power cut. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
