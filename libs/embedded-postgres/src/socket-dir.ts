import { createHash } from 'node:crypto';
import { lchown, lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';

import type { Identity } from './program.js';

/** Part of the socket's file name only; PostgreSQL listens on no network address. */
export const PORT = 5432;

/** A socket's path has room for 103 bytes on macOS and 107 on Linux. */
const MAX_SOCKET_PATH_BYTES = 100;

/** The folder of the socket: in the data directory, or in /tmp when that path is too long for a socket. */
export function socketDirFor(dataDir: string): string {
  const below = path.join(dataDir, 'socket');
  if (Buffer.byteLength(path.join(below, `.s.PGSQL.${PORT}`)) <= MAX_SOCKET_PATH_BYTES) return below;
  return path.join('/tmp', `hawser-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
}

/**
 * Makes the folder unless it is there. Only the uid PostgreSQL runs as, and root, can enter it.
 *
 * @throws Error when somebody else made it
 */
export async function prepareSocketDir(dir: string, identity: Identity): Promise<void> {
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(dir);
  // In /tmp anybody can make a folder of this name first, and would then be who we talk to.
  const isOurs = found.uid === identity.uid || found.uid === process.geteuid?.();
  if (!found.isDirectory() || !isOurs || (found.mode & 0o077) !== 0) {
    throw new Error(`${dir} is not a folder that only uid ${identity.uid} can enter: remove it.`);
  }
  if (found.uid !== identity.uid) await lchown(dir, identity.uid, identity.gid);
}
